"""Carries a plan out: asks side by side, never longer than it may, and tells each fact at once."""

import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol

from scripts.smoke.crew import side_by_side
from scripts.smoke.facts import AnyFact, Ended, Token
from scripts.smoke.plan import (
    MOST_TOKENS,
    TIMED,
    AccountPlan,
    Plan,
    Question,
    Route,
    Target,
    questions,
    says,
)
from scripts.smoke.spillover import CALLS, LONG_ANSWER

if TYPE_CHECKING:
    from scripts.smoke.wire import Wire

AT_ONCE: Final = 4
REST_AT_ONCE: Final = 3
"""Of one deployment's questions, once the timed ones are answered."""
FIRST: Final = 1 + TIMED
NOT_FOUND: Final = 404
TARGET_S: Final = 60.0
"""The most that one deployment or route may take."""

LeftS = Callable[[], float]
Tell = Callable[[AnyFact], object]
Job = Callable[[], Iterator[AnyFact]]


class Ways(Protocol):
    """How all that is outside is reached."""

    def token(self) -> Token: ...

    def account(self, account: AccountPlan, deployment: str) -> Iterator[AnyFact]:
        """Its door, its state, and what it says to a key."""

    def wire(self, account: str) -> "Wire": ...

    def listed(self, account: AccountPlan) -> AnyFact: ...

    def route(self, route: Route, left_s: LeftS) -> Iterator[AnyFact]:
        """Its flag, and calls by way of it."""

    def traces(self, left_s: LeftS) -> Iterator[AnyFact]:
        """What was told of the calls, sent and looked for."""


@dataclass
class Stop:
    """Ends a run early; the first reason counts."""

    until: float
    """When the deadline passes, by `clock`."""
    clock: Callable[[], float] = time.monotonic
    why: str = ""

    def pull(self, why: str) -> None:
        self.why = self.why or why

    def left_s(self) -> float:
        return 0.0 if self.why else max(0.0, self.until - self.clock())

    def within(self, seconds: float) -> LeftS:
        """What is left of a share of the time, that begins now."""
        until = self.clock() + seconds
        return lambda: min(self.left_s(), max(0.0, until - self.clock()))


def carry_out(plan: Plan, ways: Ways, stop: Stop, tell: Tell) -> None:
    """Every fact is told from this thread, the last one says how it ended."""
    for token in side_by_side([lambda: [ways.token()]], 1, stop.left_s):
        tell(token)
        if not token.error:
            _ask_all(plan, ways, stop, tell)
    if not stop.why and stop.left_s() <= 0:
        stop.pull("its deadline has passed")
    tell(Ended(cut_off=stop.why))


def _ask_all(plan: Plan, ways: Ways, stop: Stop, tell: Tell) -> None:
    for fact in side_by_side(jobs(plan, ways, stop), AT_ONCE, stop.left_s):
        tell(fact)
    if plan.traces:
        for fact in side_by_side([lambda: ways.traces(stop.left_s)], 1, stop.left_s):
            tell(fact)


def jobs(plan: Plan, ways: Ways, stop: Stop) -> Iterator[Job]:
    """What can be asked side by side."""
    for account in plan.asked_accounts:
        first = next(each for each in plan.targets if each.account == account.name)
        yield _account(plan, ways, stop, account, first)
    for target in plan.asked_targets:
        if not plan.is_closed(target.account):
            yield _target(plan, ways, stop, target)
    for route in plan.asked_routes:
        yield _route(plan, ways, stop, route)


def _account(plan: Plan, ways: Ways, stop: Stop, account: AccountPlan, first: Target) -> Job:
    def run() -> Iterator[AnyFact]:
        yield from ways.account(account, first.deployment)
        if plan.is_closed(account.name):  # one question, which it must refuse
            left_s = stop.within(TARGET_S)
            yield ways.wire(account.name).ask(
                account.name, first, next(iter(questions(first))), left_s=left_s
            )

    return run


def _target(plan: Plan, ways: Ways, stop: Stop, target: Target) -> Job:
    """First what is timed, one call after the other; then the rest, which nobody times."""

    def run() -> Iterator[AnyFact]:
        left_s = stop.within(TARGET_S)
        wire = ways.wire(target.account)
        asked = list(questions(target))
        for question in asked[:FIRST]:
            if left_s() <= 0:
                return
            call = wire.ask(target.subject, target, question, left_s=left_s)
            yield call
            if call.status == NOT_FOUND:
                yield ways.listed(plan.account(target.account))
                return  # it is not there for the others either
        yield from _at_once(wire, target, asked[FIRST:], left_s)
        if plan.spillover and target.declared.spillover:
            # Many at once, each declaring a long answer: admission counts what may come.
            fill = [Question(kind="spillover", messages=says("Say yes."))] * CALLS
            yield from _at_once(wire, target, fill, left_s, width=CALLS, answer_tokens=LONG_ANSWER)

    return run


def _at_once(
    wire: "Wire",
    target: Target,
    asked: Sequence[Question],
    left_s: LeftS,
    *,
    width: int = REST_AT_ONCE,
    answer_tokens: int = MOST_TOKENS,
) -> Iterator[AnyFact]:
    def job(question: Question) -> Iterator[AnyFact]:
        yield wire.ask(target.subject, target, question, left_s=left_s, answer_tokens=answer_tokens)

    return side_by_side([partial(job, each) for each in asked], width, left_s)


def _route(plan: Plan, ways: Ways, stop: Stop, route: Route) -> Job:
    return lambda: ways.route(route, stop.within(TARGET_S))


@contextmanager
def pulled_from_outside(stop: Stop) -> Iterator[None]:
    """Ctrl-C, and a kill that can be heard, end the run early."""

    def pull(signum: int, frame: Any) -> None:
        stop.pull(f"{signal.Signals(signum).name} came")

    before: Mapping[int, Any] = {
        each: signal.signal(each, pull) for each in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
