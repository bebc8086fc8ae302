"""The result file of a job: what it lost on the way, step by step."""

import base64
import binascii
import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

QUARTERS: Final = 4
FEWEST: Final = 8
"""Two a quarter: with fewer, one number would stand for a trend."""

TRAIN: Final = ("train_loss", "training_loss")
VALID: Final = ("valid_loss", "validation_loss")


class NoCurve(ValueError):
    """The file is no table of losses; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """Losses as they stand in the file; None where it says nothing. May be no number (NaN)."""

    number: int
    train: float | None
    valid: float | None


@dataclass(frozen=True, kw_only=True)
class Trend:
    """Mean losses of the first and of the last quarter, and of the best."""

    steps: int
    """That have this loss."""
    first: float
    last: float
    best: float

    @property
    def rose(self) -> float:
        """By what share the last quarter lies over the best."""
        return self.last / self.best - 1 if self.best > 0 else 0.0


def parse(content: bytes) -> list[Step]:
    """The steps of a result file. OpenAI wraps it in base64, Azure does not.

    Raises:
        NoCurve: it holds no steps, or something else.
    """
    text = _text(content)
    rows = csv.DictReader(text.splitlines())
    try:
        return _steps(rows)
    except csv.Error as error:
        raise NoCurve(f"line {rows.line_num}: {error}") from None


def _steps(rows: "csv.DictReader[str]") -> list[Step]:
    names = [name.strip() for name in rows.fieldnames or ()]
    train, valid = (next((n for n in wanted if n in names), None) for wanted in (TRAIN, VALID))
    if "step" not in names or train is None:
        raise NoCurve(
            f"its columns are {', '.join(names)[:100] or 'none'}, not step and train_loss"
        )
    rows.fieldnames = names
    steps = []
    for row in rows:
        try:
            steps.append(
                Step(
                    number=int(float(row["step"])),
                    train=_loss(row.get(train)),
                    valid=_loss(row.get(valid)) if valid else None,
                )
            )
        except (TypeError, ValueError, OverflowError):
            raise NoCurve(f"line {rows.line_num} is no step with its losses") from None
    if not steps:
        raise NoCurve("it has no step")
    return steps


def not_finite(steps: Sequence[Step]) -> list[int]:
    """The steps at which training went astray."""
    return [
        each.number
        for each in steps
        if any(loss is not None and not math.isfinite(loss) for loss in (each.train, each.valid))
    ]


def trend(losses: Sequence[float]) -> Trend | None:
    """None: there are too few to tell one."""
    if len(losses) < FEWEST:
        return None
    size = len(losses) // QUARTERS
    means = [
        math.fsum(losses[size * each : size * (each + 1)]) / size for each in range(QUARTERS - 1)
    ]
    means.append(math.fsum(losses[-size:]) / size)
    return Trend(steps=len(losses), first=means[0], last=means[-1], best=min(means))


def trained(steps: Sequence[Step]) -> Trend | None:
    return trend([each.train for each in steps if each.train is not None])


def validated(steps: Sequence[Step]) -> Trend | None:
    return trend([each.valid for each in steps if each.valid is not None])


def _text(content: bytes) -> str:
    text = content.decode("utf-8-sig", errors="replace")
    if "step" in text.partition("\n")[0]:
        return text
    try:
        return base64.b64decode(text, validate=True).decode("utf-8-sig", errors="replace")
    except (binascii.Error, ValueError):
        return text


def _loss(text: str | None) -> float | None:
    return float(text) if text and text.strip() else None
