"""Carries a plan out: asks side by side, never longer than it may, and tells each fact at once."""

import queue
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from scripts.smoke.facts import AnyFact, Call, Ended, Token
from scripts.smoke.plan import AccountPlan, Plan, Question, Route, Target, questions, says
from scripts.smoke.spillover import MOST_CALLS, has_spilled

if TYPE_CHECKING:
    from scripts.smoke.wire import Wire

AT_ONCE: Final = 4
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
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def pull(self, why: str) -> None:
        with self._lock:
            self.why = self.why or why

    def left_s(self) -> float:
        return 0.0 if self.why else max(0.0, self.until - self.clock())

    def within(self, seconds: float) -> LeftS:
        """What is left of a share of the time, that begins now."""
        until = self.clock() + seconds
        return lambda: min(self.left_s(), max(0.0, until - self.clock()))


def carry_out(plan: Plan, ways: Ways, stop: Stop, tell: Tell) -> None:
    """Every fact is told from this thread, the last one says how it ended."""
    token = ways.token()
    tell(token)
    if not token.error:
        _side_by_side(list(jobs(plan, ways, stop)), stop, tell)
        if plan.traces and stop.left_s():
            _side_by_side([lambda: ways.traces(stop.left_s)], stop, tell)
    if not stop.why and stop.left_s() <= 0:
        stop.pull("its deadline has passed")
    tell(Ended(cut_off=stop.why))


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
    def run() -> Iterator[AnyFact]:
        left_s = stop.within(TARGET_S)
        account = next(each for each in plan.accounts if each.name == target.account)
        wire = ways.wire(target.account)
        for question in questions(target):
            if left_s() <= 0:
                return
            call = wire.ask(target.subject, target, question, left_s=left_s)
            yield call
            if call.status == 404:
                yield ways.listed(account)
                return  # it is not there for the others either
        if plan.spillover and target.declared.spillover:
            yield from _fill(wire, target, left_s)

    return run


def _fill(wire: "Wire", target: Target, left_s: LeftS) -> Iterator[Call]:
    """Declares long answers until the deployment is full: admission counts what may come."""
    many = 1000 * target.declared.capacity
    question = Question(kind="spillover", messages=says("Say yes."))
    for _ in range(MOST_CALLS):
        call = wire.ask(target.subject, target, question, left_s=left_s, answer_tokens=many)
        yield call
        if has_spilled(call) or call.outcome != "ok":
            return


def _route(plan: Plan, ways: Ways, stop: Stop, route: Route) -> Job:
    return lambda: ways.route(route, stop.within(TARGET_S))


def _side_by_side(todo: Iterable[Job], stop: Stop, tell: Tell) -> None:
    """Waits for all, or for the end of the time; who still asks then is left behind."""
    waiting: queue.SimpleQueue[Job] = queue.SimpleQueue()
    told: queue.SimpleQueue[AnyFact | BaseException | None] = queue.SimpleQueue()
    count = 0
    for job in todo:
        waiting.put(job)
        count += 1

    def work() -> None:
        while True:
            try:
                job = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                for fact in job():
                    told.put(fact)
                told.put(None)
            except BaseException as error:  # a mistake of ours is told where it is seen
                told.put(error)

    for _ in range(min(AT_ONCE, count)):
        threading.Thread(target=work, daemon=True).start()
    while count and stop.left_s():
        try:
            fact = told.get(timeout=min(0.2, stop.left_s()))
        except queue.Empty:
            continue
        if isinstance(fact, BaseException):
            raise fact
        if fact is None:
            count -= 1
        else:
            tell(fact)


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
