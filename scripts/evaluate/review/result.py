"""What people and judge think of the same answers, and what follows from it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from components.profiles import Profile
from policies.limits import quality as limits
from scripts.evaluate.review.key import Key
from scripts.evaluate.review.sample import Opinion
from scripts.exit import Exit
from scripts.measure.agreement import Agreement, Stratum, agreement

Ratings = Mapping[int, Opinion | None]


@dataclass(frozen=True, kw_only=True)
class Bar:
    reviewed: int
    pass_share: float
    kappa: float


def bar(profile: Profile) -> Bar:
    """What an environment asks for."""
    return Bar(
        reviewed=math.ceil(limits.REVIEWED.default(profile)),
        pass_share=limits.REVIEW_PASS_SHARE.default(profile),
        kappa=limits.KAPPA.default(profile),
    )


@dataclass(frozen=True, kw_only=True)
class Reviewed:
    """A sheet that was filled in."""

    key: Key
    ratings: Ratings
    sheet_sha256: str
    """Of the file as it came back."""

    def count(self, judge: Opinion, people: Opinion) -> int:
        """How often the one says this and the others that."""
        return sum(
            line.judge == judge and self.ratings.get(line.number) == people
            for line in self.key.lines
        )

    @property
    def judged(self) -> dict[Opinion, int]:
        """How many answers of the run the judge finds good and bad, read or not."""
        return {"good": self.key.good, "bad": self.key.bad}

    @property
    def rated(self) -> int:
        return sum(rating is not None for rating in self.ratings.values())

    @property
    def agreement(self) -> Agreement:
        return agreement(self._stratum("good"), self._stratum("bad"))

    def _stratum(self, judge: Opinion) -> Stratum:
        passed = self.count(judge, "good")
        return Stratum(
            share=self.judged[judge] / sum(self.judged.values()),
            rated=passed + self.count(judge, "bad"),
            good=passed,
        )

    def as_evidence(self) -> dict[str, Any]:
        """The data of a `humanReview` entry.

        Raises:
            ValueError: kappa is nothing that these ratings tell.
        """
        found = self.agreement
        if math.isnan(found.kappa):
            raise ValueError("nothing to agree on: there is no kappa to record")
        return {
            "reviewed": self.rated,
            "passShare": round(found.good, 6),
            "kappa": round(found.kappa, 6),
            "sheetSha256": self.sheet_sha256,
        }


def reviewed(key: Key, ratings: Ratings, content: bytes) -> Reviewed:
    return Reviewed(key=key, ratings=ratings, sheet_sha256=sha256(content).hexdigest())


@dataclass(frozen=True, kw_only=True)
class Reason:
    code: Exit
    text: str


def verdict(found: Reviewed, asked: Bar) -> tuple[Exit, list[Reason]]:
    """Whether people let the answers pass, and whether the judge may be believed."""
    reasons = [_enough(found, asked), _passed(found, asked), _trusted(found, asked)]
    codes = {reason.code for reason in reasons}
    code = next((each for each in (Exit.NO, Exit.CANNOT_TELL) if each in codes), Exit.YES)
    return code, reasons


def _enough(found: Reviewed, asked: Bar) -> Reason:
    text = f"{found.rated} answers were read, {asked.reviewed} are needed"
    if found.rated >= asked.reviewed:
        return Reason(code=Exit.YES, text=text)
    return Reason(
        code=Exit.CANNOT_TELL,
        text=f"{text}. Fix: plumb review export RUN --sample {asked.reviewed}",
    )


def _passed(found: Reviewed, asked: Bar) -> Reason:
    share, bounds = found.agreement.good, found.agreement.good_bounds
    text = (
        f"people let {share:.1%} of all answers pass ({bounds.lower:.1%} to {bounds.upper:.1%}), "
        f"{asked.pass_share:.0%} are asked"
    )
    if math.isnan(share):
        return Reason(code=Exit.CANNOT_TELL, text="nobody rated what the judge finds good")
    return Reason(code=Exit.YES if share >= asked.pass_share else Exit.NO, text=text)


def _trusted(found: Reviewed, asked: Bar) -> Reason:
    kappa, bounds = found.agreement.kappa, found.agreement.kappa_bounds
    if math.isnan(kappa):
        return Reason(
            code=Exit.CANNOT_TELL,
            text="people and judge have nothing to disagree on: "
            f"{found.key.bad} answers refused by the judge, {found.count('bad', 'good')} of them "
            "passed by people. Fix: ask what goes wrong too, edge cases and attacks",
        )
    text = (
        f"people and judge agree beyond chance: kappa {kappa:.2f} "
        f"({bounds.lower:.2f} to {bounds.upper:.2f}), {asked.kappa:g} is asked"
    )
    if kappa >= asked.kappa:
        return Reason(code=Exit.YES, text=text)
    return Reason(
        code=Exit.CANNOT_TELL,
        text=f"the judge is not to be trusted: kappa {kappa:.2f} ({bounds.lower:.2f} to "
        f"{bounds.upper:.2f}), {asked.kappa:g} is asked. Fix: settle what a good answer is, or "
        "another judge",
    )
