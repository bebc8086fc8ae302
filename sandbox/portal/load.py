"""How busy each deployment is, worked out from the requests that it had."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sandbox.clock import moment
from sandbox.dataplane import limiter
from sandbox.dataplane.account import Deployment
from sandbox.portal.bars import Bar

MINUTES: Final = 30
"""As far back as the course of a deployment is drawn."""

RETIRES_SOON: Final = timedelta(days=90)


@dataclass(frozen=True, kw_only=True)
class Second:
    """What one deployment did within one second."""

    at: datetime
    ok: int = 0
    throttled: int = 0
    failed: int = 0
    filtered: int = 0
    spilled: int = 0
    prompt: int = 0
    cached: int = 0
    completion: int = 0


@dataclass(frozen=True, kw_only=True)
class Minute:
    """One column of the course."""

    ok: int
    throttled: int
    failed: int

    @property
    def all(self) -> int:
        return self.ok + self.throttled + self.failed


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A piece of a column."""

    x: int
    y: float
    height: float
    tone: str


@dataclass(frozen=True, kw_only=True)
class Course:
    """Requests minute by minute, the newest last."""

    minutes: tuple[Minute, ...]

    @property
    def marks(self) -> list["Mark"]:
        """What is drawn, on a field of one unit a minute by one hundred."""
        found = []
        for x, minute in enumerate(self.minutes):
            bottom = 100.0
            for tone, number in (
                ("good", minute.ok),
                ("wrong", minute.throttled),
                ("bad", minute.failed),
            ):
                if number:
                    height = 100 * number / self.peak
                    bottom -= height
                    found.append(Mark(x=x, y=round(bottom, 2), height=round(height, 2), tone=tone))
        return found

    @property
    def peak(self) -> int:
        return max((each.all for each in self.minutes), default=0)

    @property
    def words(self) -> str:
        if not self.peak:
            return f"no requests in the last {len(self.minutes)} minutes"
        throttled = sum(each.throttled for each in self.minutes)
        failed = sum(each.failed for each in self.minutes)
        return (
            f"requests a minute over the last {len(self.minutes)} minutes: at most {self.peak:,}, "
            f"{self.minutes[-1].all:,} in the last one; {throttled:,} throttled, {failed:,} failed"
        )


@dataclass(frozen=True, kw_only=True)
class Busy:
    """One deployment, as it is now."""

    id: str
    name: str
    account: str
    model: str
    version: str
    sku: str
    capacity: int
    state: str
    spills_to: str
    retires_in: timedelta | None
    """Only when it is soon, or past."""
    load: Bar
    requests: Bar | None
    """None where only throughput is limited."""
    course: Course
    answered: int
    throttled: int
    failed: int
    filtered: int
    spilled: int
    """These five within the course."""


def busy(
    id: str,
    account: str,
    sku: Mapping[str, object],
    state: str,
    deployment: Deployment,
    seconds: Sequence[Second],
    now: datetime,
) -> Busy:
    """What to show of a deployment, from what it did second by second."""
    minute = [each for each in seconds if each.at > now - timedelta(seconds=60)]
    left = deployment.retires - now if deployment.retires else None
    return Busy(
        id=id,
        name=deployment.name,
        account=account,
        model=deployment.model,
        version=deployment.version,
        sku=str(sku.get("name") or ""),
        capacity=int(str(sku.get("capacity") or 1)),
        state=state,
        spills_to=deployment.spills_to,
        retires_in=left if left is not None and left < RETIRES_SOON else None,
        load=_load(deployment.limits, minute, seconds, now),
        requests=_requests(deployment.limits, minute),
        course=course(seconds, now),
        answered=sum(each.ok for each in seconds),
        throttled=sum(each.throttled for each in seconds),
        failed=sum(each.failed for each in seconds),
        filtered=sum(each.filtered for each in seconds),
        spilled=sum(each.spilled for each in seconds),
    )


def _load(
    limits: limiter.Standard | limiter.Provisioned,
    minute: Iterable[Second],
    seconds: Iterable[Second],
    now: datetime,
) -> Bar:
    if isinstance(limits, limiter.Standard):
        used = sum(each.prompt + each.completion for each in minute)
        return Bar(used=used, limit=limits.tokens, unit="tokens/min")
    bucket = limiter.Bucket()
    for each in sorted(seconds, key=lambda second: second.at):
        weight = each.prompt - each.cached + limits.output_ratio * each.completion
        bucket = limiter.drained(bucket, limits.tokens, each.at.timestamp())
        bucket = limiter.poured(bucket, weight)
    level = limiter.drained(bucket, limits.tokens, now.timestamp()).level
    return Bar(used=100 * level / limits.tokens, limit=100, unit="% of the PTUs")


def _requests(
    limits: limiter.Standard | limiter.Provisioned, minute: Iterable[Second]
) -> Bar | None:
    if isinstance(limits, limiter.Provisioned):
        return None
    return Bar(used=sum(each.ok for each in minute), limit=limits.requests, unit="requests/min")


def course(seconds: Iterable[Second], now: datetime) -> Course:
    """One column a minute, the empty ones too; the last ends now."""
    ok, throttled, failed = [0] * MINUTES, [0] * MINUTES, [0] * MINUTES
    for each in seconds:
        back = int((now - each.at).total_seconds() // 60)
        if 0 <= back < MINUTES:
            at = MINUTES - 1 - back
            ok[at] += each.ok
            throttled[at] += each.throttled
            failed[at] += each.failed
    columns = zip(ok, throttled, failed, strict=True)
    return Course(minutes=tuple(Minute(ok=a, throttled=b, failed=c) for a, b, c in columns))


def second(row: Mapping[str, object]) -> Second:
    """One row of the aggregation over events."""
    numbers = {name: int(str(row[name] or 0)) for name in COUNTED}
    return Second(at=moment(f"{row['second']}+00:00"), **numbers)


COUNTED: Final = (
    "ok",
    "throttled",
    "failed",
    "filtered",
    "spilled",
    "prompt",
    "cached",
    "completion",
)
