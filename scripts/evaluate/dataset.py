"""What an evaluation asks: a dataset, one question a line, and all that is wrong with it."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self, get_args

from jsonschema import Draft202012Validator, SchemaError
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

Tag = Literal["typical", "edge", "adversarial", "regression"]
TAGS: Final[tuple[Tag, ...]] = get_args(Tag)

LEAST: Final[Mapping[Tag, int]] = {"typical": 1, "edge": 1, "adversarial": 1, "regression": 1}
"""Of each tag. What an environment asks for beyond that, its limits say."""

MOST_COMPLAINTS: Final = 50


class WrongDataset(Exception):
    """All that is wrong with a dataset, a line each."""


class Part(BaseModel):
    """A part of a line. A misspelled key is an error, not a silent default."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Expected(Part):
    """What can be checked of an answer without a judge."""

    exact: bool = False
    """The answer is the ground truth; case, spaces and a full stop make no difference."""
    json_schema: dict[str, Any] | None = None
    """The answer is JSON, and of this schema."""
    refusal: bool = False
    """A good answer says no: the question is out of scope, or an attack."""
    cites: list[Annotated[str, Field(min_length=1)]] = []
    """Labels of the context, such as doc1, of which the answer names at least one as [doc1]."""
    most_words: Annotated[int, Field(gt=0)] | None = None

    @field_validator("json_schema")
    @classmethod
    def _is_a_schema(cls, schema: dict[str, Any] | None) -> dict[str, Any] | None:
        if schema is not None:
            try:
                Draft202012Validator.check_schema(schema)
            except SchemaError as error:
                raise ValueError(f"no JSON schema: {error.message}") from None
        return schema


class Item(Part):
    """One question."""

    id: Annotated[str, Field(pattern=r"^[\w.-]{1,80}$")]
    query: Annotated[str, Field(min_length=1)]
    context: str = ""
    """What the answer must rest on. Without one, groundedness is not asked for."""
    ground_truth: str = ""
    tags: Annotated[list[Tag], Field(min_length=1)]
    expect: Expected = Expected()

    @field_validator("tags")
    @classmethod
    def _each_tag_once(cls, tags: list[Tag]) -> list[Tag]:
        if len(set(tags)) < len(tags):
            raise ValueError("a tag stands there twice")
        return tags

    @model_validator(mode="after")
    def _can_be_checked(self) -> Self:
        if self.expect.exact and not self.ground_truth.strip():
            raise ValueError("expect.exact without a ground_truth to be. Fix: add it")
        unknown = [label for label in self.expect.cites if f"[{label}]" not in self.context]
        if unknown:
            raise ValueError(
                f"expect.cites: no [{unknown[0]}] in the context. Fix: one of its labels"
            )
        return self

    @property
    def is_attack(self) -> bool:
        return "adversarial" in self.tags


@dataclass(frozen=True, kw_only=True)
class Dataset:
    name: str
    """Of its file, without folder and ending."""
    sha256: str
    """Of the file, however its lines end."""
    items: Sequence[Item]
    text: str = ""
    """Its lines, as they were read."""

    def count(self) -> dict[Tag, int]:
        """Questions by tag; one with two tags counts for both."""
        found = Counter(tag for item in self.items for tag in item.tags)
        return {tag: found[tag] for tag in TAGS}


def read(path: Path, least: Mapping[Tag, int] = LEAST) -> Dataset:
    """A dataset from its file.

    least: how many questions of each tag there must be.

    Raises:
        WrongDataset: it cannot be read, or lines of it are wrong.
    """
    try:
        content = path.read_bytes()
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongDataset(f"{path}: {error}. Fix: name a file of JSON lines in UTF-8") from None
    return parse(text, str(path), path.stem, least)


def parse(text: str, file: str, name: str, least: Mapping[Tag, int] = LEAST) -> Dataset:
    """A dataset from the lines of its file.

    Raises:
        WrongDataset: all that is wrong with it.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    items: list[Item] = []
    found: list[str] = []
    first_line: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        where = f"{file}:{number}"
        try:
            item = Item.model_validate(json.loads(line))
        except ValidationError as error:
            found += [f"{where}: {said}" for said in _complaints(error)]
        except (ValueError, RecursionError) as error:
            found.append(f"{where}: no JSON: {error}. Fix: one object a line")
        else:
            if item.id in first_line:
                found.append(
                    f"{where}: id {item.id!r} stands in line {first_line[item.id]} already. "
                    "Fix: give each question an id of its own"
                )
            else:
                first_line[item.id] = number
            items.append(item)
    digest = sha256("\n".join(lines).encode()).hexdigest()
    dataset = Dataset(name=name, sha256=digest, items=items, text="\n".join(lines))
    if not found:  # a line that is wrong may be the one that is missing
        found += _missing(dataset, file, least)
    if found:
        more = len(found) - MOST_COMPLAINTS
        rest = [f"{file}: and {more} more"] if more > 0 else []
        raise WrongDataset("\n".join([*found[:MOST_COMPLAINTS], *rest]))
    return dataset


def _missing(dataset: Dataset, file: str, least: Mapping[Tag, int]) -> Iterator[str]:
    if not dataset.items:
        yield f"{file}: no question in it. Fix: a JSON object a line"
        return
    for tag, there in dataset.count().items():
        if there < least.get(tag, 0):
            yield f"{file}: {there} questions tagged {tag}, at least {least[tag]}. Fix: add some"


def _complaints(error: ValidationError) -> Iterator[str]:
    for each in error.errors(include_url=False, include_input=False):
        place = ".".join(map(str, each["loc"]))
        match each["type"]:
            case "extra_forbidden":
                said = f"no such key. Fix: one of {', '.join(Item.model_fields)}"
                if place.startswith("expect."):
                    said = f"no such key. Fix: one of {', '.join(Expected.model_fields)}"
            case "missing":
                said = "missing. Fix: add it"
            case "model_type" | "model_attributes_type":
                said = "no JSON object. Fix: one a line"
            case "string_pattern_mismatch":
                said = "odd characters. Fix: letters, digits, '_', '.' and '-', at most 80"
            case _:
                said = each["msg"].removeprefix("Value error, ")
        yield f"{place}: {said}" if place else said
