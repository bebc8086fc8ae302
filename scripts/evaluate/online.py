"""Answers from production, held against the evaluation that let them go there."""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scripts.evaluate.bar import ALARMING_DROP, Bar
from scripts.evaluate.dataset import Item, WrongDataset
from scripts.evaluate.row import Answer, Metric
from scripts.evaluate.summary import Summary
from scripts.evaluate.verdict import AGAIN, GRAVEST, Reason
from scripts.exit import Exit

SAMPLE: Final = 100
LEAST: Final = 30
"""Answers with a score: a mean of fewer moves by half a point of itself."""
SEED: Final = 1
"""The same export, the same sample."""


class Seen(BaseModel):
    """A line of an export: one question and its answer, as they were. What else stands there is
    nobody's business here."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    id: Annotated[str, Field(pattern=r"^[\w.-]{1,80}$")]
    query: Annotated[str, Field(min_length=1)]
    context: str = ""
    answer: Annotated[str, Field(min_length=1)]

    @property
    def item(self) -> Item:
        return Item(id=self.id, query=self.query, context=self.context, tags=["typical"])

    @property
    def given(self) -> Answer:
        return Answer(id=self.id, outcome="ok", text=self.answer, finish="stop")


def read(path: Path, most: int = SAMPLE) -> list[Seen]:
    """A sample of an export, one JSON object a line.

    Raises:
        WrongDataset: with every mistake in it.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise WrongDataset(f"{path}: {error}. Fix: name a file of JSON lines in UTF-8") from None
    found: dict[str, Seen] = {}
    wrong: list[str] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            seen = Seen.model_validate(json.loads(line))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(map(str, first["loc"])) or "line"
            wrong.append(f"{path}:{number}: {place}: {first['msg']}")
        except ValueError as error:
            wrong.append(f"{path}:{number}: no JSON: {error}. Fix: one object a line")
        else:
            found[seen.id] = seen
    if wrong or not found:
        raise WrongDataset("\n".join(wrong[:50]) or f"{path}: no answer in it")
    return sampled(list(found.values()), most)


def sampled(seen: Sequence[Seen], most: int, seed: int = SEED) -> list[Seen]:
    """So many of them, by chance, and always the same."""
    return list(seen) if len(seen) <= most else random.Random(seed).sample(list(seen), most)


def judge_online(
    summary: Summary, recorded: Mapping[Metric, float], bar: Bar, *, partial: bool = False
) -> tuple[Exit, list[Reason]]:
    """Whether answers in production are as good as those of the evaluation; no data is no yes."""
    reasons = [*_held(summary, recorded, bar, partial)]
    codes = {reason.code for reason in reasons}
    return next((each for each in GRAVEST if each in codes), Exit.YES), reasons


def _held(
    summary: Summary, recorded: Mapping[Metric, float], bar: Bar, partial: bool
) -> Iterator[Reason]:
    if partial:
        yield Reason(code=Exit.CANNOT_TELL, about="run", text=f"it was cut off. Fix: {AGAIN}")
    compared = 0
    for metric, scores in summary.metrics.items():
        if metric not in recorded or not scores.rows:
            continue
        compared += 1
        before = recorded[metric]
        told = f"{metric}: {scores.mean:.2f} in production, {before:.2f} when it was evaluated"
        if scores.scored < bar.coverage * scores.rows:
            yield Reason(
                code=Exit.CANNOT_TELL,
                about=metric,
                text=f"{metric}: {scores.scored} of {scores.rows} scored, {bar.coverage:.0%} are "
                f"needed. Fix: {AGAIN}",
            )
        elif scores.scored < LEAST:
            yield Reason(
                code=Exit.CANNOT_TELL,
                about=metric,
                text=f"{told}, of {scores.scored} answers; {LEAST} are needed. Fix: export more",
            )
        # As the negation of what passes, so that NaN does not; rounded, as 4.5 - 4 is not .5.
        elif not round(before - scores.mean, 6) <= ALARMING_DROP:
            yield Reason(
                code=Exit.NO,
                about=metric,
                text=f"{told}. Fix: look at prompt, documents and model version; "
                "consider a rollback, or training on what is asked now",
            )
        else:
            yield Reason(code=Exit.YES, about=metric, text=told)
    if not compared:
        yield Reason(
            code=Exit.CANNOT_TELL,
            about="evaluation",
            text="no score to hold them against. Fix: plumb evaluate DATASET --record first",
        )
