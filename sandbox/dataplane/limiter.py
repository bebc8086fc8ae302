"""How much a deployment takes in: tokens and requests a minute, or provisioned throughput.

Nothing here reads a clock: `now` is in seconds and comes from the caller.
"""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

DEFAULT_COMPLETION: Final = 16
"""Tokens that admission assumes where a request names no maximum (as aoai-api-simulator saw)."""

NEVER_FITS: Final = 86_400
"""Seconds that Azure names when a request is larger than the whole limit."""

TOKEN_WINDOW: Final = 60.0
REQUEST_WINDOW: Final = 10.0
"""Seconds. Requests are policed in slices, so that a minute's worth cannot come at once."""


@dataclass(frozen=True, kw_only=True)
class Standard:
    """What the capacity of a pay-as-you-go deployment admits in a minute."""

    tokens: int
    requests: int


@dataclass(frozen=True, kw_only=True)
class Provisioned:
    """What provisioned throughput works off in a minute, in input tokens."""

    tokens: float
    output_ratio: float
    """How many input tokens one output token weighs."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """What a request is going to need, or has needed."""

    prompt: int
    completion: int
    cached: int = 0


@dataclass(frozen=True)
class Throttled:
    """No: the limit that was hit, and when it has room again."""

    limit: Literal["token", "call", "provisioned"]
    seconds: float


@dataclass(frozen=True)
class Admitted:
    """Yes, for the time being at the expected price."""

    correct: Callable[[Load, float], None]
    """Call once with what was really used, and when."""


class Limiter(Protocol):
    def admit(self, load: Load, now: float) -> Admitted | Throttled: ...

    def take(self, load: Load, now: float) -> Admitted:
        """Let in whatever the limit says: it was let in before."""
        ...

    def headers(self, now: float) -> dict[str, str]:
        """What is left, as Azure tells it with each answer."""
        ...

    def utilisation(self, now: float) -> float:
        """How full it is; 1 is full."""
        ...


@dataclass
class Window:
    """How much was taken within the last so many seconds. Never more than the limit is let in."""

    limit: int
    seconds: float
    _taken: deque[list[float]] = field(default_factory=deque)
    _sum: float = 0.0
    _latest: float = 0.0

    def level(self, now: float) -> float:
        self._forget(now)
        return self._sum

    def wait(self, cost: float, now: float) -> float:
        """Seconds until so much fits; 0 if it does now."""
        now = self._forget(now)
        if cost > self.limit:
            return NEVER_FITS
        over = self._sum + cost - self.limit
        if over <= 0:
            return 0.0
        for at, taken in self._taken:
            over -= taken
            if over <= 0:
                return max(0.001, at + self.seconds - now)
        return self.seconds

    def take(self, cost: float, now: float) -> list[float]:
        now = self._forget(now)
        entry = [now, cost]
        self._taken.append(entry)
        self._sum += cost
        return entry

    def correct(self, entry: list[float], cost: float, now: float) -> None:
        """Charge what was used instead of what had been expected."""
        now = self._forget(now)
        if entry[0] > now - self.seconds:
            self._sum += cost - entry[1]
            entry[1] = cost

    def _forget(self, now: float) -> float:
        """Let go of the old; the time that counts. A clock set back a little stands still."""
        if now < self._latest - self.seconds:
            for entry in self._taken:
                entry[0] = -math.inf  # or its correction would be charged to what comes now
            self._taken.clear()
            self._sum = 0.0
            self._latest = now
        self._latest = now = max(now, self._latest)
        while self._taken and self._taken[0][0] <= now - self.seconds:
            self._sum -= self._taken.popleft()[1]
        return now


class StandardLimiter:
    """Tokens over a minute, requests over a slice of it."""

    def __init__(self, limits: Standard) -> None:
        self._tokens = Window(0, TOKEN_WINDOW)
        self._requests = Window(0, REQUEST_WINDOW)
        self.resize(limits)

    def resize(self, limits: Standard) -> None:
        """Other limits from here on; what was let in still counts."""
        slices = TOKEN_WINDOW / REQUEST_WINDOW
        self.limits = limits
        self._tokens.limit = limits.tokens
        if limits.requests >= slices:
            self._requests.limit = int(limits.requests / slices)
            self._requests.seconds = REQUEST_WINDOW
        else:  # a slice would hold less than one request
            self._requests.limit, self._requests.seconds = limits.requests, TOKEN_WINDOW

    def admit(self, load: Load, now: float) -> Admitted | Throttled:
        if wait := self._requests.wait(1, now):
            return Throttled("call", wait)
        cost = load.prompt + load.completion
        if wait := self._tokens.wait(cost, now):
            return Throttled("token", wait)
        return self.take(load, now)

    def take(self, load: Load, now: float) -> Admitted:
        self._requests.take(1, now)
        entry = self._tokens.take(load.prompt + load.completion, now)

        def correct(used: Load, at: float) -> None:
            self._tokens.correct(entry, used.prompt + used.completion, at)

        return Admitted(correct)

    def utilisation(self, now: float) -> float:
        return self._tokens.level(now) / self.limits.tokens if self.limits.tokens else 1.0

    def headers(self, now: float) -> dict[str, str]:
        minute = TOKEN_WINDOW / self._requests.seconds
        requests = (self._requests.limit - self._requests.level(now)) * minute
        tokens = self.limits.tokens - self._tokens.level(now)
        return {
            "x-ratelimit-limit-requests": str(self.limits.requests),
            "x-ratelimit-remaining-requests": str(max(0, int(requests))),
            "x-ratelimit-limit-tokens": str(self.limits.tokens),
            "x-ratelimit-remaining-tokens": str(max(0, int(tokens))),
        }


@dataclass(frozen=True)
class Bucket:
    """A leaky bucket: what was poured in and has not drained yet, in input tokens."""

    level: float = 0.0
    at: float = 0.0


def drained(bucket: Bucket, per_minute: float, now: float) -> Bucket:
    """The bucket as it stands now. A clock set back a little stands still, further it begins anew.

    A little is the minute in which a full one drains.
    """
    if now < bucket.at - TOKEN_WINDOW:
        return Bucket(0.0, now)
    if now < bucket.at:
        return bucket
    return Bucket(max(0.0, bucket.level - per_minute / 60 * (now - bucket.at)), now)


def poured(bucket: Bucket, amount: float) -> Bucket:
    return Bucket(max(0.0, bucket.level + amount), bucket.at)


class ProvisionedLimiter:
    """Lets in while utilisation is at most 100 %; a minute's worth fills the bucket."""

    def __init__(self, limits: Provisioned) -> None:
        self.limits = limits
        self._bucket = Bucket()

    def utilisation(self, now: float) -> float:
        """May exceed 1 by the last request that was let in."""
        self._bucket = drained(self._bucket, self.limits.tokens, now)
        return self._bucket.level / self.limits.tokens

    def admit(self, load: Load, now: float) -> Admitted | Throttled:
        over = self.utilisation(now) - 1
        if over > 0:
            return Throttled("provisioned", over * 60)
        return self.take(load, now)

    def take(self, load: Load, now: float) -> Admitted:
        self._bucket = drained(self._bucket, self.limits.tokens, now)
        expected = self._weight(load)
        self._bucket = poured(self._bucket, expected)

        def correct(used: Load, at: float) -> None:
            self._bucket = drained(self._bucket, self.limits.tokens, at)
            self._bucket = poured(self._bucket, self._weight(used) - expected)

        return Admitted(correct)

    def headers(self, now: float) -> dict[str, str]:
        # Azure withdrew azure-openai-deployment-utilization.
        return {}

    def _weight(self, load: Load) -> float:
        return load.prompt - load.cached + self.limits.output_ratio * load.completion


class Unlimited:
    """Lets everything in."""

    def admit(self, load: Load, now: float) -> Admitted | Throttled:
        return self.take(load, now)

    def take(self, load: Load, now: float) -> Admitted:
        return Admitted(lambda used, at: None)

    def headers(self, now: float) -> dict[str, str]:
        return {}

    def utilisation(self, now: float) -> float:
        return 0.0


UNLIMITED: Final = Unlimited()


def for_limits(limits: Standard | Provisioned, before: Limiter | None) -> Limiter:
    """The limiter of a deployment as it is now: the one it had, if it still bills the same way."""
    if isinstance(limits, Standard) and isinstance(before, StandardLimiter):
        if before.limits != limits:
            before.resize(limits)
        return before
    if isinstance(limits, Provisioned) and isinstance(before, ProvisionedLimiter):
        before.limits = limits
        return before
    return StandardLimiter(limits) if isinstance(limits, Standard) else ProvisionedLimiter(limits)
