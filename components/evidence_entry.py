"""One entry of evidence: what was found about whom, when, by which tool, after which entry."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Self

from pydantic import Field, ValidationError, model_validator

from components.canonical import NotCanonical, entry_hash
from components.evidence_kinds import KINDS, Identity, Part, Sha256, Text, Utc

SCHEMA_VERSION: Final = "1"
NOTHING_BEFORE: Final = "0" * 64
"""What the first entry names as the hash of the one before it."""


class Subject(Part):
    """Of whom it speaks: a deployment, a route, or the stack."""

    stack: Text | None = None
    """Where it was found. What staging measured holds in prod, where the identity is the same."""
    account: Text | None = None
    deployment: Text | None = None
    route: Text | None = None

    @property
    def about(self) -> str:
        match (self.account, self.deployment, self.route):
            case (str(), str(), None):
                return "deployment"
            case (None, None, str()):
                return "route"
            case (None, None, None) if self.stack:
                return "stack"
        return "nothing that has evidence"


class Tool(Part):
    name: Text
    version: Text


class Entry(Part):
    """An entry whose `data` has yet to be held against its kind: `Entry.read` does it."""

    seq: Annotated[int, Field(ge=1)]
    prev: Sha256
    kind: str
    subject: Subject
    identity: Identity | None = None
    measured_at: Utc
    tool: Tool
    data: dict[str, Any]
    hash: Sha256

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        kind = KINDS.get(self.kind)
        if kind is None:
            raise ValueError(f"no kind {self.kind}")
        if self.subject.about != kind.about:
            raise ValueError(f"{self.kind} is about a {kind.about}, not {self.subject.about}")
        if (self.identity is None) == (kind.about == "deployment"):
            raise ValueError(f"identity {'is missing' if self.identity is None else 'has no use'}")
        if kind.made_by and self.tool.name != kind.made_by:
            raise ValueError(f"{self.kind} is measured by {kind.made_by}, not by {self.tool.name}")
        return self


def complaints(entry: Mapping[str, Any]) -> Iterator[str]:
    """Everything in which an entry, taken by itself, is not as a recorder writes it."""
    kind = KINDS.get(str(entry.get("kind")))
    yield from _complaints(Entry, entry, ())
    if kind and isinstance(entry.get("data"), Mapping):
        yield from _complaints(kind.data, entry["data"], ("data",))


def _complaints(shape: type[Part], held: Any, within: tuple[str, ...]) -> Iterator[str]:
    try:
        shape.model_validate(held)
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_input=False):
            where = ".".join(map(str, (*within, *problem["loc"])))
            yield f"{where}: {_said(problem)}" if where else _said(problem)


def _said(problem: Mapping[str, Any]) -> str:
    said = str(problem["msg"]).removeprefix("Value error, ")
    words = {"extra_forbidden": "is not known", "missing": "is missing"}
    return words.get(str(problem["type"])) or said[:1].lower() + said[1:]


def is_intact(entry: Mapping[str, Any]) -> bool:
    """Whether it still has the hash that it was recorded with."""
    try:
        return bool(entry.get("hash") == entry_hash(entry))
    except NotCanonical:
        return False
