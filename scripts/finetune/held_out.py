"""Whether the tuned model answers no worse than its base, on questions that it has not seen."""

from collections.abc import Iterator
from typing import Final

from scripts.evaluate.bar import LIKELY, WORSE, bar
from scripts.finetune.facts import Facts, HeldOut, Missing, Wanted
from scripts.finetune.finding import Finding, bad, good, missing, unclear, warning

FEWEST_PAIRS: Final = 59
"""As for a load test: with fewer nothing below 5 % can be told."""


def held_out(facts: Facts) -> Iterator[Finding]:
    check, held, wanted = "held-out", facts.held_out, facts.surroundings.wanted
    if held is None:
        # Only what is deployed can be asked, and dev is where that begins.
        say = warning if wanted.profile == "dev" else unclear
        yield say(
            check,
            f"not compared with {wanted.base} yet. Fix: in a dev stack that has both: plumb "
            f"evaluate DATASET --target {wanted.deployment} --baseline ITS-BASE; then this again",
        )
        return
    if isinstance(held, Missing):
        yield missing(check, held)
        return
    training = facts.surroundings.training
    if training is None or isinstance(training, Missing):
        yield missing(check, training or Missing(reason="the training data is not known"))
        return
    if held.tuned != facts.job.fine_tuned_model:
        yield unclear(check, f"{held.run} asked {held.tuned}. Fix: evaluate this job's model")
        return
    if held.base != wanted.base:
        fix = f"Fix: --baseline of {wanted.base}"
        yield unclear(check, f"{held.run} compares with {held.base}. {fix}")
        return
    if held.dataset_sha256 == training.sha256 or held.trained_on:
        some = ", ".join(held.trained_on[:3])
        which = f"{len(held.trained_on)} of its questions ({some})" if some else "it"
        fix = "Fix: questions that no training has seen"
        yield bad(check, f"{held.dataset} is not held out: {which} trained the model. {fix}")
        return
    yield _compared(held, wanted)


def _compared(held: HeldOut, wanted: Wanted) -> Finding:
    """Paired: a question that both answer well, or neither, says nothing of a difference."""
    check, found, limits = "held-out", held.comparison, bar(wanted.profile)
    if not found.rows or found.pairs / found.rows < limits.coverage:
        return unclear(
            check,
            f"{found.pairs} of {found.rows} questions could be judged for both, "
            f"{limits.coverage:.0%} are needed. Fix: evaluate anew",
        )
    counted = (
        f"{found.pairs} questions: {found.only_mine} only the tuned model answers well, "
        f"{found.only_theirs} only its base"
    )
    if found.worse > WORSE and found.chance < LIKELY:
        return bad(check, f"{counted}: worse (p {found.chance:.3f}). Fix: do not deploy it")
    for metric, means in found.metrics.items():
        if means.rows and means.drop > limits.drop:
            return bad(
                check,
                f"{metric} {means.theirs:.2f} -> {means.mine:.2f}, may fall by {limits.drop:g}. "
                "Fix: do not deploy it",
            )
    if found.pairs < FEWEST_PAIRS:
        return unclear(check, f"{counted}; {FEWEST_PAIRS} are needed. Fix: a larger dataset")
    if found.worse > WORSE:
        return unclear(check, f"{counted}: it may be worse. Fix: a larger dataset")
    return good(check, f"{counted}: not worse")
