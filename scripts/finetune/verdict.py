"""Whether a job made what the stack file wants, fit to be deployed where it wants it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from components.sections import FineTunedSettings
from scripts.exit import Exit
from scripts.finetune import curve
from scripts.finetune.facts import Facts, Missing
from scripts.finetune.finding import Finding, bad, good, missing, unclear, warning
from scripts.finetune.held_out import held_out
from scripts.finetune.job import UNDER_WAY, TunedName, safety
from scripts.finetune.placement import placement

RISE: Final = 0.1
"""The share by which validation loss may rise again before it is worth a word."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    code: Exit
    findings: tuple[Finding, ...]


def judge(facts: Facts) -> Verdict:
    """The gravest finding decides. Missing data is never a yes."""
    findings = tuple(_findings(facts))
    codes = {each.code for each in findings}
    for code in (Exit.NO, Exit.NOT_REACHED, Exit.CANNOT_TELL):
        if code in codes:
            return Verdict(code=code, findings=findings)
    return Verdict(code=Exit.YES, findings=findings)


def _findings(facts: Facts) -> Iterator[Finding]:
    if facts.surroundings.partial:
        yield unclear("run", "cut off. Fix: run it again, with a longer --deadline")
    status = _status(facts)
    yield status
    if status.code != Exit.YES:
        return
    yield from _name(facts)
    yield from _curve(facts)
    yield _checkpoints(facts)
    yield _safety(facts)
    yield from held_out(facts)
    yield from placement(facts)


def _status(facts: Facts) -> Finding:
    job = facts.job
    if job.status == "succeeded":
        tokens = f", {job.trained_tokens:,} tokens" if job.trained_tokens else ""
        return good("status", f"succeeded{tokens}")
    if job.status in UNDER_WAY:
        newest = max(facts.events, key=lambda each: each.created_at, default=None)
        said = f": {newest.message.rstrip('.')}" if newest else ""
        return unclear("status", f"{job.status}{said}. Fix: --wait, or ask again later")
    if job.status == "failed":
        return bad("status", f"failed: {job.error or 'Azure does not say why'}. Fix: train anew")
    if job.status == "cancelled":
        return bad("status", "cancelled. Fix: train anew")
    return unclear("status", f"{job.status!r} is no status that is known here")


def _name(facts: Facts) -> Iterator[Finding]:
    job, wanted = facts.job, facts.surroundings.wanted
    name = job.fine_tuned_model
    if not name:
        yield unclear("model", "succeeded, and yet Azure names no model. Fix: ask again later")
        return
    told = TunedName.of(name)
    if told is None:
        yield bad("model", f"{name} is not named as <base>.ft-<job>-<suffix>. Fix: another job")
        return
    wrong = [
        f"{what} is {there or 'none'}, the stack file wants {here or 'none'}"
        for what, there, here in (
            ("base", told.base, wanted.base),
            ("suffix", told.suffix, wanted.suffix),
        )
        if there != here
    ]
    if told.job != job.id.removeprefix("ftjob-"):
        wrong.append(f"it names job {told.job}")
    # The program builds the name from its parts: what it builds must be what Azure has.
    try:
        model = FineTunedSettings(base=wanted.base, job=job.id, suffix=wanted.suffix).model
    except ValidationError as error:
        part = error.errors()[0]["loc"][0]
        wrong.append(f"its {part} can stand in no stack file (lower-case letters, digits and -)")
    else:
        if not wrong and name != model:
            wrong.append(f"the stack would deploy {model}")
    if wrong:
        at = f"{wanted.account}/{wanted.deployment}"
        fix = f"Fix: the job for {at}, or fine_tuned: of {at} in the stack file"
        yield bad("model", f"{name}: {'; '.join(wrong)}. {fix}")
    else:
        yield good("model", name)


def _curve(facts: Facts) -> Iterator[Finding]:
    if isinstance(facts.curve, Missing):
        yield missing("curve", facts.curve)
        return
    astray = curve.not_finite(facts.curve)
    if astray:
        steps = ", ".join(map(str, astray[:5]))
        yield bad("curve", f"a loss is no number at step {steps}. Fix: a lower learning rate")
        return
    train, valid = curve.trained(facts.curve), curve.validated(facts.curve)
    if train is None:
        yield unclear(
            "curve",
            f"{len(facts.curve)} steps show no trend, {curve.FEWEST} are needed. "
            "Fix: more examples or epochs",
        )
        return
    if valid is None:
        had = sum(each.valid is not None for each in facts.curve)
        fix = "Fix: train with a validation_file, or more examples in it"
        yield unclear("curve", f"validation loss at {had} steps shows no trend. {fix}")
        return
    numbers = f"validation loss {valid.first:.3f} -> {valid.last:.3f}"
    if valid.last > valid.first:
        yield bad(
            "curve",
            f"{numbers}: it learned by heart. Fix: fewer epochs, or more and other examples",
        )
        return
    gap = f"{valid.last - train.last:+.3f} over training's {train.last:.3f}"
    yield good("curve", f"{numbers}, {gap} at the end, {len(facts.curve)} steps")
    if valid.rose > RISE:
        best = _best(facts)
        fix = f"Fix: see whether {best} answers better" if best else "Fix: fewer epochs"
        yield warning("curve", f"validation loss rose again, {valid.rose:.0%} over its best. {fix}")


def _best(facts: Facts) -> str | None:
    """The checkpoint with the lowest loss, if it is not the last."""
    known = [
        (loss, each)
        for each in facts.checkpoints
        if (loss := each.metrics.full_valid_loss) is not None and math.isfinite(loss)
    ]
    if not known:
        return None
    best = min(known, key=lambda pair: pair[0])[1]
    last = max(facts.checkpoints, key=lambda each: each.step_number)
    return None if best.id == last.id else best.fine_tuned_model_checkpoint


def _checkpoints(facts: Facts) -> Finding:
    at = sorted(each.step_number for each in facts.checkpoints)
    if not at:
        return warning("checkpoints", "none: there is no earlier state to go back to")
    return good("checkpoints", f"at step {', '.join(map(str, at))}")


def _safety(facts: Facts) -> Finding:
    passed = safety(facts.events)
    if passed is None:
        return warning("safety", "no event tells; Azure fails a job whose model does not pass")
    if passed:
        return good("safety", "passed Azure's evaluation")
    return bad("safety", "did not pass Azure's evaluation. Fix: train without what is harmful")
