"""A response that is made while nobody waits for it: where it stands at a moment.

As Azure's API behaviour contract has it (Azure.AI.AgentServer.Responses in azure-sdk-for-net). The
answer is settled when it is asked for; the clock shows how far it is.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from sandbox.dataplane import responses_answer
from sandbox.dataplane.latency import Delay
from sandbox.store import Body

QUEUED_SECONDS: Final = 0.5
"""Before a model takes it up, where models take their time."""

Event = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """When what happens, in seconds on the sandbox clock."""

    begins: float
    ends: float
    streamed: bool
    """Whether it was asked for as a stream: only then can it be taken up as one again."""
    cancelled: float | None = None
    """When somebody did that."""

    @classmethod
    def of(cls, kept: Body) -> Self | None:
        """None for a response that somebody waited for."""
        return cls(**kept["plan"]) if kept.get("plan") else None

    @property
    def row(self) -> Body:
        return asdict(self)

    def status(self, now: float) -> str:
        """queued, in_progress or cancelled; empty once the answer is there."""
        if self.cancelled is not None:
            return "cancelled"
        if now < self.begins:
            return "queued"
        return "in_progress" if now < self.ends else ""

    def passed(self, events: int, now: float) -> int:
        """How many of a stream's events have been told by now."""
        if now >= self.ends:
            return events
        return max(0, int(events * (now - self.begins) / (self.ends - self.begins)))


def plan(delay: Delay, tokens: int, now: float, scale: float, *, streamed: bool) -> Plan:
    begins = now + QUEUED_SECONDS * scale
    ends = begins + delay.first_seconds + delay.gap_seconds * tokens
    return Plan(begins=begins, ends=ends, streamed=streamed)


def shown(kept: Body, now: float) -> dict[str, Any]:
    """A response as GET answers it."""
    plan = Plan.of(kept)
    whole: dict[str, Any] = kept["response"]
    status = plan.status(now) if plan else ""
    return responses_answer.begun(whole, status) if status else whole


def until_cancelled(
    whole: dict[str, Any], is_cancelled: Callable[[int], bool], start: int = 0
) -> Iterator[Event]:
    """The events of a response from one on, ending early if it was cancelled before one of them."""
    for event in responses_answer.events(whole):
        number = event["sequence_number"]
        if is_cancelled(number):
            failed = responses_answer.begun(whole, "cancelled")
            if number >= start:
                yield {"type": "response.failed", "sequence_number": number, "response": failed}
            return
        if number >= start:
            yield event
