"""From the facts of a run to its findings: pure, so that a run can be judged again."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from scripts.smoke import (
    answers,
    filters,
    flags,
    keyless,
    latency,
    network,
    spillover,
    styles,
    traces,
)
from scripts.smoke.facts import (
    AnyFact,
    Call,
    Ended,
    Evaluated,
    Flag,
    KeyAnswer,
    Listed,
    Reach,
    Rows,
    Sent,
    State,
    Token,
)
from scripts.smoke.finding import STACK, Finding, Level
from scripts.smoke.plan import TIMED, Plan, Route, Target
from scripts.smoke.trouble import trouble

Kept = TypeVar("Kept")


@dataclass(frozen=True)
class Facts:
    """Those of one run."""

    all: Sequence[AnyFact] = field(default_factory=list)

    def of(self, kind: type[Kept]) -> list[Kept]:
        return [each for each in self.all if isinstance(each, kind)]

    @property
    def ended(self) -> Ended:
        """A run that was killed has not said how it ended."""
        return next(iter(self.of(Ended)), Ended(cut_off="it was killed"))


def findings(plan: Plan, facts: Facts) -> list[Finding]:
    """Over what was planned, never over what happens to be there."""
    return list(_findings(plan, facts))


def _findings(plan: Plan, facts: Facts) -> Iterator[Finding]:
    for name in plan.not_deployed:
        text = f"declared, not deployed. Fix: pulumi up --stack {plan.stack}"
        yield Finding(check="deployed", subject=name, level="unknown", text=text)
    token = _first(facts.of(Token))
    if token is None or token.error:
        text = token.error if token else "not asked for: no time was left. Fix: a longer --deadline"
        level: Level = "unreached" if token else "unknown"
        yield Finding(check="token", subject=STACK, level=level, text=text)
        return
    yield Finding(check="token", subject=STACK, level="ok", text="Entra gives a token")
    for account in plan.asked_accounts:
        state = _first(each for each in facts.of(State) if each.account == account.name)
        reach = _first(each for each in facts.of(Reach) if each.account == account.name)
        calls = [each for each in facts.of(Call) if each.target.startswith(f"{account.name}/")]
        yield network.finding(account, reach, state, calls, outside=plan.outside)
        if not plan.is_closed(account.name):
            tried = [each for each in facts.of(KeyAnswer) if each.account == account.name]
            yield keyless.finding(account.name, tried, state)
    for target in plan.asked_targets:
        if not plan.is_closed(target.account):
            yield from _of_target(plan, target, facts)
    for route in plan.asked_routes:
        yield from _of_route(plan, route, facts)
    if plan.traces:
        wanted: list[traces.What] = ["span", "evaluation"] if plan.asked_routes else ["span"]
        yield from traces.findings(facts.of(Sent), facts.of(Rows), wanted)


def _of_target(plan: Plan, target: Target, facts: Facts) -> Iterator[Finding]:
    calls = [each for each in facts.of(Call) if each.subject == target.subject]
    there = _there(target.account, facts)
    yield from answers.findings(target, calls, there)
    if target.kind == "chat":
        styled = styles.finding(target, calls, there)
        if styled:
            yield styled
        yield filters.finding(target, calls, there)
    yield latency.finding(target.subject, _timed(calls), plan.limits)
    if plan.spillover and target.declared.spillover:
        yield spillover.finding(target, calls)


def _of_route(plan: Plan, route: Route, facts: Facts) -> Iterator[Finding]:
    """The way to a deployment; what the deployment is like, its own checks say."""
    calls = [each for each in facts.of(Call) if each.subject == route.subject]
    flag = _first(each for each in facts.of(Flag) if each.route == route.name)
    given = [each for each in facts.of(Evaluated) if each.route == route.name]
    deployed = {each.subject: each.declared for each in plan.targets}
    if plan.is_closed(route.account):
        yield flags.finding(route, flag, None, deployed, calls)
        return
    yield flags.finding(route, flag, given, deployed, calls)
    level, text = _callers(plan, _timed(calls), given, facts)
    yield Finding(check="chat", subject=route.subject, level=level, text=text)
    yield latency.finding(route.subject, _timed(calls), plan.limits)


def _callers(
    plan: Plan, calls: Sequence[Call], given: Sequence[Evaluated], facts: Facts
) -> tuple[Level, str]:
    """Whether each caller of a route was answered well, and by whom the flag gave them."""
    wanted = {each.user: each.target for each in given}
    for call in calls:
        target = plan.target(call.target)
        if (first := wanted.get(call.label, call.target)) != call.target:
            return "no", f"{first} did not answer, {call.target} did in its place"
        if found := trouble(call, target, _there(target.account, facts)):
            return found
        for complaint in answers.complaints(target, call):
            return "no", complaint
    said = f"{len(calls)} of {TIMED} callers answered"
    return ("ok", said) if len(calls) == TIMED else ("unknown", f"{said}. Fix: what the flag says")


def _timed(calls: Sequence[Call]) -> list[Call]:
    return [each for each in calls if each.kind in ("chat", "embeddings")]


def _there(account: str, facts: Facts) -> list[str] | None:
    """What an account has, where that was looked up."""
    listed = _first(each for each in facts.of(Listed) if each.account == account)
    return None if listed is None or listed.error else listed.deployments


def _first(found: Iterable[Kept]) -> Kept | None:
    return next(iter(found), None)
