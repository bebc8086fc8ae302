"""What the rules make of a whole stack: the input of every report."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from components.profiles import Profile
from policies import judge
from policies.checklist import Status
from policies.judge import Outcome
from policies.rule import Context, Level, ResourceRule, Rule, StackRule
from policies.rules.guard import GUARD
from policies.world import Finding, Missed, World

Verdict = Literal["ready", "refused", "cannot tell"]


@dataclass(frozen=True)
class Result:
    """What came of one rule."""

    rule: Rule
    level: Level
    findings: tuple[Finding, ...]
    missed: tuple[Missed, ...]
    crashes: tuple[str, ...]
    subjects: int
    """How many resources it spoke of."""

    @property
    def status(self) -> Status:
        if self.findings:
            return "failed"
        if self.missed or self.crashes:
            return "couldNotTell"
        return "passed" if self.subjects and self.level != "disabled" else "notApplicable"


@dataclass(frozen=True)
class StackVerdict:
    """What came of every rule on one stack, in the order of their numbers."""

    stack: str
    profile: Profile
    results: tuple[Result, ...]
    shown: tuple[Result, ...]
    """What reports list; the verdict rests on all results."""

    @property
    def verdict(self) -> Verdict:
        mandatory = [result for result in self.results if result.level == "mandatory"]
        if any(result.findings for result in mandatory):
            return "refused"
        if any(result.status == "couldNotTell" for result in mandatory):
            return "cannot tell"
        return "ready"


def judged(
    rules: Mapping[str, Rule], world: World, stack: str, profile: Profile, now: datetime
) -> StackVerdict:
    """Every rule on one stack, as the engine's host would apply them."""
    ctx = Context(profile=profile, now=now)
    results: list[Result] = []
    for rule in rules.values():
        if rule is GUARD:
            mandatory = [m for r in results if r.level == "mandatory" for m in r.missed]
            results.append(_result(rule, World(world.resources, mandatory, world.unseen), ctx))
        else:
            results.append(_result(rule, world, ctx))
    return StackVerdict(stack, profile, tuple(results), tuple(results))


def _result(rule: Rule, world: World, ctx: Context) -> Result:
    level = rule.levels.at(ctx.profile)
    subjects = world.of(*sorted(rule.types)) if rule.types else list(world.resources)
    outcomes: list[Outcome] = []
    if level == "disabled":
        pass
    elif isinstance(rule, ResourceRule):
        outcomes = [judge.of_resource(rule, subject, ctx) for subject in subjects]
    elif isinstance(rule, StackRule):
        outcomes = [judge.of_stack(rule, world, ctx)]
    return Result(
        rule,
        level,
        tuple(finding for outcome in outcomes for finding in outcome.findings),
        tuple(outcome.missed for outcome in outcomes if outcome.missed),
        tuple(outcome.crash for outcome in outcomes if outcome.crash),
        len(subjects),
    )


def overall(verdicts: Iterable[StackVerdict]) -> Verdict:
    """Of several stacks; a refusal outweighs that somebody could not tell."""
    found = {each.verdict for each in verdicts}
    if "refused" in found:
        return "refused"
    return "cannot tell" if "cannot tell" in found else "ready"
