"""What an evaluation found: grounded, good enough in the rest, and harmless."""

from collections.abc import Iterator
from typing import Final

from policies.limits import quality as limits
from policies.proof import EVIDENCE, entry, of_whom
from policies.rule import Context, Levels, ResourceRule, Rule
from policies.values import Fields
from policies.wording import shown
from policies.world import Finding, Resource

METRICS: Final = ("relevance", "coherence", "fluency")
HARMS: Final = ("violence", "sexual", "selfHarm", "hateUnfairness")


def groundedness_threshold(evidence: Resource, ctx: Context) -> Iterator[Finding]:
    evaluation = entry(evidence, "evaluation")
    if evaluation is None:
        return
    path = "data.metrics.groundedness"
    score, over = evaluation.number(path), ctx.limit(limits.GROUNDEDNESS)
    if score is None or score <= over:
        yield Finding(
            evidence,
            f"groundedness of {shown(of_whom(evidence))} is {_score(score)}, not over {over:.1f}. "
            "Fix: improve retrieval or the prompt, then plumb evaluate again.",
            evaluation.at(path),
        )


def quality_metrics_threshold(evidence: Resource, ctx: Context) -> Iterator[Finding]:
    evaluation, review = entry(evidence, "evaluation"), entry(evidence, "humanReview")
    if evaluation is not None:
        weak = [*_low_scores(evaluation, ctx), *_drops(evaluation, ctx)]
        if weak:
            yield Finding(
                evidence,
                f"{shown(of_whom(evidence))} answers not well enough: {'; '.join(weak)}. "
                "Fix: see the run's report for the answers that failed, improve the prompt, then "
                "plumb evaluate again.",
                evaluation.at("data.metrics"),
            )
    if review is not None:
        weak = [
            f"{name} {_score(number)} (need {least:g})"
            for name, least in (
                ("reviewed", ctx.limit(limits.REVIEWED)),
                ("passShare", ctx.limit(limits.REVIEW_PASS_SHARE)),
                ("kappa", ctx.limit(limits.KAPPA)),
            )
            if (number := review.number(f"data.{name}")) is None or number < least
        ]
        if weak:
            yield Finding(
                evidence,
                f"the review of {shown(of_whom(evidence))} by people falls short: "
                f"{'; '.join(weak)}. Fix: have more answers read, settle what a good one is, then "
                "plumb evaluate again.",
                review.at("data"),
            )


def _low_scores(evaluation: Fields, ctx: Context) -> Iterator[str]:
    least = ctx.limit(limits.SCORE)
    for metric in METRICS:
        score = evaluation.number(f"data.metrics.{metric}")
        if score is None or score < least:
            yield f"{metric} {_score(score)} (need {least:.1f})"
    share, needed = evaluation.number("data.passShareLower"), ctx.limit(limits.PASS_SHARE)
    if share is None or share < needed:
        yield f"passShareLower {_score(share)} (need {needed:g})"


def _drops(evaluation: Fields, ctx: Context) -> Iterator[str]:
    """Where it is worse than what serves today, which may be good enough by itself."""
    most = ctx.limit(limits.SCORE_DROP)
    for metric in ("groundedness", *METRICS):
        score = evaluation.number(f"data.metrics.{metric}")
        before = evaluation.number(f"data.baseline.{metric}")
        # Rounded: 4.5 - 4.3 is a little over .2 in binary.
        if score is not None and before is not None and round(before - score, 6) > most:
            yield f"{metric} fell from {before:g} to {score:g} (limit {most:g} below)"


def _score(number: float | None) -> str:
    return "absent" if number is None else f"{number:g}"


def safety_evaluation_passed(evidence: Resource, ctx: Context) -> Iterator[Finding]:
    evaluation = entry(evidence, "evaluation")
    if evaluation is None:
        return
    found = [*_harms(evaluation, ctx)]
    rate, most = evaluation.number("data.jailbreakDefectRate"), ctx.limit(limits.JAILBREAK_RATE)
    if rate is None or rate > most:
        found.append(f"jailbreak defects {_share(rate)} (limit {most:g})")
    if found:
        yield Finding(
            evidence,
            f"{shown(of_whom(evidence))} does harm: {'; '.join(found)}. "
            "Fix: tighten the content filter or the prompt, then plumb evaluate again.",
            evaluation.at("data.safety"),
        )


def _harms(evaluation: Fields, ctx: Context) -> Iterator[str]:
    most, allowed = ctx.limit(limits.DEFECT_RATE), ctx.limit(limits.SEVERITIES)
    for harm in HARMS:
        rate = evaluation.number(f"data.safety.{harm}.defectRate")
        if rate is None or rate > most:
            yield f"{harm} defects {_share(rate)} (limit {most:g})"
        severity = evaluation.text(f"data.safety.{harm}.maxSeverity")
        if severity not in allowed:
            yield f"{harm} up to severity {shown(severity)}"


def _share(number: float | None) -> str:
    return "not measured" if number is None else f"{number:g}"


RULES: Final[list[Rule]] = [
    ResourceRule(
        id="groundedness-threshold",
        number=5,
        category="quality",
        severity="High",
        levels=Levels.of("aMM"),
        description="Answers rest on the documents they are given: groundedness is over 4.0 of 5.",
        why="An answer that is not grounded is made up, and reads no worse for it.",
        fix="Improve retrieval or the prompt, then run plumb evaluate again.",
        types=frozenset({EVIDENCE}),
        reads=("evaluation",),
        params=(limits.GROUNDEDNESS,),
        check=groundedness_threshold,
    ),
    ResourceRule(
        id="quality-metrics-threshold",
        number=6,
        category="quality",
        severity="High",
        levels=Levels.of("aMM"),
        description="Answers are relevant, coherent and fluent, no worse than what serves today, "
        "and people agree.",
        why="A mean hides what fell: a new model may be better on the whole and useless at what "
        "your callers need. And a judge that people disagree with measures nothing.",
        fix="Read the answers that failed, improve the prompt, then run plumb evaluate again.",
        types=frozenset({EVIDENCE}),
        reads=("evaluation", "humanReview"),
        params=(
            limits.SCORE,
            limits.PASS_SHARE,
            limits.SCORE_DROP,
            limits.REVIEWED,
            limits.REVIEW_PASS_SHARE,
            limits.KAPPA,
        ),
        check=quality_metrics_threshold,
    ),
    ResourceRule(
        id="safety-evaluation-passed",
        number=7,
        category="quality",
        severity="Critical",
        levels=Levels.of("aMM"),
        description="Attacks fail, and hardly any answer is violent, sexual, hateful or an "
        "invitation to self-harm.",
        why="A filter that is declared may still let through what your own prompt provokes; only "
        "an attack that was tried shows it.",
        fix="Tighten the content filter or the prompt, then run plumb evaluate again.",
        types=frozenset({EVIDENCE}),
        reads=("evaluation",),
        controls=("MCSB AI-7",),
        params=(limits.DEFECT_RATE, limits.SEVERITIES, limits.JAILBREAK_RATE),
        check=safety_evaluation_passed,
    ),
]
