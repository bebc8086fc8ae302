"""Which answers people read: enough to say how many pass, and some that the judge refused."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from scipy.special import ndtri

from scripts.evaluate.mark import faults, gaps
from scripts.evaluate.row import Row, planned
from scripts.measure.shares import LIKELY

Opinion = Literal["good", "bad"]

EXPECTED: Final = 0.9
"""Share of answers that people let pass, where nobody has counted yet."""


@dataclass(frozen=True)
class Read:
    """One answer, and what the judge thinks of it."""

    row: Row
    judge: Opinion


@dataclass(frozen=True, kw_only=True)
class Sample:
    rows: Sequence[Read]
    """In the order in which they are shown."""
    good: int
    """How many of all answers the judge finds good."""
    bad: int


def opinion(row: Row) -> Opinion | None:
    """What the judge thinks of an answer; None if something of it was not judged.

    Where no judge is asked how well it is said, since that is known exactly, the checks are the
    judge. Elsewhere they are nothing that people and judge could agree on.
    """
    if row.answer is None or row.answer.outcome != "ok" or next(gaps(row), None):
        return None
    checks = {} if planned(row.item).metrics else row.answer.checks
    judged = replace(row, answer=replace(row.answer, checks=checks))
    return "bad" if next(faults(judged), None) else "good"


def draw(rows: Sequence[Row], size: int, seed: int) -> Sample:
    """Answers to read, shuffled.

    Up to half of them are such as the judge refused. Hardly any would be, drawn blindly from a
    good run, and two who let everything pass agree on nothing: what each half stands for is
    weighed when they are counted.
    """
    opinions = ((row, opinion(row)) for row in sorted(rows, key=lambda row: row.item.id))
    known = [Read(row, found) for row, found in opinions if found]
    good = [each for each in known if each.judge == "good"]
    bad = [each for each in known if each.judge == "bad"]
    refused = min(len(bad), max(size // 2, size - len(good)))
    dice = random.Random(seed)
    drawn = dice.sample(bad, refused) + dice.sample(good, min(len(good), size - refused))
    dice.shuffle(drawn)
    return Sample(rows=drawn, good=len(good), bad=len(bad))


def size_for(precision: float, answers: int) -> int:
    """How many answers tell the share that passes to so much, 19 times in 20."""
    z = float(ndtri(1 - LIKELY / 2))
    of_many = (z / precision) ** 2 * EXPECTED * (1 - EXPECTED)
    return math.ceil(of_many / (1 + (of_many - 1) / answers)) if answers else 0


def precision_of(size: int, answers: int) -> float:
    """To how much so many answers tell the share that passes."""
    if size >= answers or size < 1:
        return 0.0 if size else 1.0
    z = float(ndtri(1 - LIKELY / 2))
    rest = (answers - size) / (answers - 1)
    return z * math.sqrt(EXPECTED * (1 - EXPECTED) / size * rest)
