"""What the rules make of a whole stack: the input of every report."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from components.profiles import Profile
from policies import judge
from policies.checklist import Status
from policies.configuration import Setting, Settings, changes
from policies.judge import Outcome
from policies.rule import Context, Level, ResourceRule, Rule, StackRule
from policies.rules.guard import GUARD
from policies.waivers import Excused, Register, Waiver
from policies.world import Finding, Missed, Resource, World

Verdict = Literal["ready", "refused", "cannot tell"]


@dataclass(frozen=True)
class Result:
    """What came of one rule."""

    rule: Rule
    level: Level
    findings: tuple[Finding, ...]
    """What counts; what is waived does not."""
    missed: tuple[Missed, ...]
    crashes: tuple[str, ...]
    subjects: int
    """How many resources it spoke of."""
    waived: tuple[Excused, ...] = ()
    expired: tuple[Excused, ...] = ()
    """Findings that a waiver meant once; they count again."""

    @property
    def status(self) -> Status:
        if self.findings:
            return "failed"
        if self.missed or self.crashes:
            return "couldNotTell"
        if self.waived:
            return "waived"
        return "passed" if self.subjects and self.level != "disabled" else "notApplicable"


@dataclass(frozen=True)
class StackVerdict:
    """What came of every rule on one stack, in the order of their numbers."""

    stack: str
    profile: Profile
    results: tuple[Result, ...]
    shown: tuple[Result, ...]
    """What reports list; the verdict rests on all results."""
    notices: tuple[str, ...] = ()
    """What to do about waivers and the policy configuration."""

    @property
    def verdict(self) -> Verdict:
        mandatory = [result for result in self.results if result.level == "mandatory"]
        if any(result.findings for result in mandatory):
            return "refused"
        if any(result.status == "couldNotTell" for result in mandatory):
            return "cannot tell"
        return "ready"


def judged(
    rules: Mapping[str, Rule],
    world: World,
    stack: str,
    profile: Profile,
    now: datetime,
    waivers: Sequence[Waiver] = (),
    settings: Settings | None = None,
) -> StackVerdict:
    """Every rule on one stack, as the engine's host would apply them."""
    register = Register(waivers, stack, now.date())
    results: list[Result] = []
    for rule in rules.values():
        setting = (settings or {}).get(rule.id, Setting())
        level = setting.level or rule.levels.at(profile)
        ctx = Context(profile=profile, now=now, config=setting.values)
        shown = world
        if rule is GUARD:
            mandatory = [m for r in results if r.level == "mandatory" for m in r.missed]
            shown = World(world.resources, mandatory, world.unseen)
        results.append(_result(rule, level, shown, ctx, register))
    notices = [*changes(settings or {}, profile), *register.notices()]
    return StackVerdict(stack, profile, tuple(results), tuple(results), tuple(notices))


def _result(rule: Rule, level: Level, world: World, ctx: Context, register: Register) -> Result:
    subjects = world.of(*sorted(rule.types)) if rule.types else list(world.resources)
    outcomes: list[tuple[Resource | None, Outcome]] = []
    if level == "disabled":
        pass
    elif isinstance(rule, ResourceRule):
        subjects = [each for each in subjects if rule.concerns(each)]
        outcomes = [(each, judge.of_resource(rule, each, ctx)) for each in subjects]
    elif isinstance(rule, StackRule):
        outcomes = [(None, judge.of_stack(rule, world, ctx))]
    found = register.sort(rule.id, [f for _, outcome in outcomes for f in outcome.findings])
    failed = [Finding(subject, each.crash) for subject, each in outcomes if each.crash]
    crashes = register.sort(rule.id, failed)
    return Result(
        rule,
        level,
        found.findings,
        tuple(outcome.missed for _, outcome in outcomes if outcome.missed),
        tuple(crash.message for crash in crashes.findings),
        len(subjects),
        found.waived + crashes.waived,
        found.expired,
    )


def overall(verdicts: Iterable[StackVerdict]) -> Verdict:
    """Of several stacks; a refusal outweighs that somebody could not tell."""
    found = {each.verdict for each in verdicts}
    if "refused" in found:
        return "refused"
    return "cannot tell" if "cannot tell" in found else "ready"
