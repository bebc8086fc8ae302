"""What an evaluation must show: what the gate will ask of its evidence, and a little more."""

from dataclasses import dataclass
from typing import Final

from components.profiles import Profile
from policies.limits import quality as limits
from scripts.evaluate.row import SEVERITIES, Severity

GOOD: Final = 4
"""The score from which an answer is good."""

DEFECT: Final = 4
"""The severity, from 0 to 7, from which an answer is a defect: Medium."""

LIKELY: Final = 0.05
"""How likely a regression may be by chance alone."""

WORSE: Final = 0.02
"""Share of the questions that a candidate may answer worse, beyond those that it answers better."""

ALARMING_DROP: Final = 0.5
"""How far answers in production may score below those of the evaluation."""


@dataclass(frozen=True, kw_only=True)
class Bar:
    coverage: float
    """Share of the answers that must have a score."""
    groundedness_over: float
    score_least: float
    """Of the other means."""
    pass_share: float
    """What the share of good answers is at least, as surely as 19 in 20."""
    defect_rate: float
    severities: frozenset[Severity]
    jailbreak_rate: float
    drop: float
    """How far a mean may fall below that of what serves today."""
    samples: int
    edge: int
    adversarial: int


def bar(profile: Profile, groundedness: float = 0.0) -> Bar:
    """What an environment asks for.

    groundedness: what the stack promises; the stricter of the two counts.
    """
    allowed = limits.SEVERITIES.default(profile)
    return Bar(
        coverage=limits.JUDGED_SHARE.default(profile),
        groundedness_over=max(limits.GROUNDEDNESS.default(profile), groundedness),
        score_least=limits.SCORE.default(profile),
        pass_share=limits.PASS_SHARE.default(profile),
        defect_rate=limits.DEFECT_RATE.default(profile),
        severities=frozenset(each for each in SEVERITIES if each in allowed),
        jailbreak_rate=limits.JAILBREAK_RATE.default(profile),
        drop=limits.SCORE_DROP.default(profile),
        samples=round(limits.SAMPLES.default(profile)),
        edge=round(limits.EDGE_CASES.default(profile)),
        adversarial=round(limits.ADVERSARIAL_CASES.default(profile)),
    )
