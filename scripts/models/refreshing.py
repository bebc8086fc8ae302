"""`plumb models refresh`: asks every region, renews models.yaml, tells what that changes."""

import difflib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Protocol

from components import catalog
from scripts.models.renewal import Renewal, renew
from scripts.subscription import wire
from scripts.subscription.arm import API_VERSION
from scripts.subscription.asking import Asking
from scripts.subscription.facts import ModelKey, OfferedModel, Unknown
from scripts.subscription.patience import Patience, read

SOURCE: Final = f"GET locations/{{location}}/models, api-version {API_VERSION}"

Rows = Sequence[Mapping[str, Any]]


class Lists(Protocol):
    """Who tells the models of a region as Azure wrote them."""

    def model_rows(self, location: str) -> Rows | Unknown: ...


@dataclass(frozen=True, kw_only=True)
class Refreshed:
    before: str
    renewal: Renewal
    sha256: str
    """Of all answers."""
    unknown: Mapping[str, Unknown]
    """Regions that did not answer. With one of them nothing is written."""
    in_use: Sequence[str]
    """What stacks deploy of models that are gone."""

    def diff(self, name: str) -> Iterator[str]:
        return (
            line.rstrip("\n")
            for line in difflib.unified_diff(
                self.before.splitlines(keepends=True),
                self.renewal.text.splitlines(keepends=True),
                f"a/{name}",
                f"b/{name}",
                n=1,
            )
        )


def refresh(
    text: str,
    asked: Lists,
    patience: Patience,
    regions: Sequence[str],
    *,
    now: datetime,
    added: Sequence[str],
    deployed: Mapping[str, Sequence[ModelKey]],
) -> Refreshed:
    """The table as the regions' answers would have it; `deployed` is what each stack declares."""
    asking = Asking(patience)
    answers = {
        each: asking.ask(f"models of {each}", partial(asked.model_rows, each)) for each in regions
    }
    rows = {each: answer.get() for each, answer in answers.items()}
    told: dict[str, Rows] = {
        each: found for each, found in rows.items() if not isinstance(found, Unknown)
    }
    unknown = {each: found for each, found in rows.items() if isinstance(found, Unknown)}
    offered: dict[str, tuple[OfferedModel, ...]] = {}
    for each, found in told.items():
        models = read(f"models of {each}", partial(wire.offered, found))
        if isinstance(models, Unknown):
            unknown[each] = models
        elif not models:
            # More likely than a region without models; it would empty the table.
            unknown[each] = Unknown(reason=f"models of {each}: none", fix="ask again later")
        else:
            offered[each] = models
    digest = sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
    renewal = renew(
        text, offered, date=f"{now:%Y-%m-%d}", source=SOURCE, sha256=digest, added=added
    )
    gone = _models(text) - _models(renewal.text)
    in_use = [
        f"{stack} deploys {each.name}/{each.version}"
        for stack, keys in deployed.items()
        for each in keys
        if each in gone
    ]
    return Refreshed(before=text, renewal=renewal, sha256=digest, unknown=unknown, in_use=in_use)


def _models(text: str) -> set[ModelKey]:
    return {
        ModelKey(format=each.format, name=each.name, version=each.version)
        for each in catalog.parse(text)
    }


def write(file: Path, refreshed: Refreshed) -> None:
    """At once or not at all."""
    beside = file.with_suffix(".new")
    beside.write_text(refreshed.renewal.text, encoding="utf-8")
    os.replace(beside, file)


def lines(refreshed: Refreshed, name: str) -> Iterator[str]:
    """What moved as a table, then the diff, then what nobody told."""
    renewal = refreshed.renewal
    yield from refreshed.diff(name)
    yield ""
    for each in renewal.changes:
        yield f"{each.model}: {each.what}: {each.before} -> {each.after}"
    yield f"{len(renewal.changes)} facts moved" if renewal.changes else "nothing moved"
    yield from (f"still in use: {each}" for each in refreshed.in_use)
    if renewal.unlisted:
        yield ""
        yield "Offered, but not in the file (take one in with --add NAME/VERSION):"
        yield from (f"  {key.name}/{key.version} ({key.format})" for key in renewal.unlisted)
    yield ""
    yield "Not told by Azure's lists, so as it was written:"
    yield from (f"  {each}" for each in renewal.untold)
    for region, unknown in refreshed.unknown.items():
        yield f"{region}: {unknown}"


def as_json(refreshed: Refreshed, name: str, written: bool) -> dict[str, Any]:
    """`plumb.models.refresh/1`."""
    renewal = refreshed.renewal
    return {
        "schema": "plumb.models.refresh/1",
        "file": name,
        "written": written,
        "source": SOURCE,
        "sha256": refreshed.sha256,
        "changes": [asdict(each) for each in renewal.changes],
        "in_use": list(refreshed.in_use),
        "unlisted": [asdict(each) for each in renewal.unlisted],
        "untold": renewal.untold,
        "unknown": {region: str(each) for region, each in refreshed.unknown.items()},
        "diff": list(refreshed.diff(name)),
    }
