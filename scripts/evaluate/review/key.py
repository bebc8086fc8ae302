"""What a sheet does not tell its readers: whose answer a number is, what the judge thinks."""

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scripts.evaluate.review.sample import Opinion, Sample
from scripts.evaluate.row import Row

FOLDER: Final = "review"
FILE: Final = "key.json"


class NoKey(Exception):
    """There is no sheet of this run; the message says what to do."""


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Line(Part):
    number: Annotated[int, Field(gt=0)]
    id: str
    """Of the question."""
    judge: Opinion
    answer_sha256: str


class Key(Part):
    format: Literal["plumb.review/1"] = "plumb.review/1"
    run_id: str
    seed: int
    good: int
    """How many answers of the run the judge finds good, read or not."""
    bad: int
    lines: Sequence[Line]

    @property
    def sheet(self) -> str:
        """The name of the sheet: of another sample, another."""
        told = self.model_dump_json(exclude={"format"})
        return sha256(told.encode()).hexdigest()[:8]


def key(run_id: str, seed: int, sample: Sample) -> Key:
    return Key(
        run_id=run_id,
        seed=seed,
        good=sample.good,
        bad=sample.bad,
        lines=[
            Line(number=number, id=each.row.item.id, judge=each.judge, answer_sha256=of(each.row))
            for number, each in enumerate(sample.rows, start=1)
        ],
    )


def of(row: Row) -> str:
    """The hash of an answer."""
    text = row.answer.text if row.answer else ""
    return sha256(text.encode("utf-8", "replace")).hexdigest()


def write(folder: Path, found: Key) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(found.model_dump(), indent=2)
    (folder / FILE).write_text(f"{text}\n", encoding="utf-8")


def read(folder: Path) -> Key:
    """The key in a folder.

    Raises:
        NoKey: none is there, or one that somebody changed.
    """
    file = folder / FILE
    try:
        return Key.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        raise NoKey(f"{folder} has no sheet. Fix: plumb review export RUN") from None
    except (OSError, ValidationError) as error:
        said = " ".join(str(error).split())[:200]
        raise NoKey(f"{file} cannot be read: {said}. Fix: plumb review export RUN") from None
