"""One writer an account: the lock that `up`, rollouts, autoscaling and fine-tuning share.

    with lock.held(lock.store_of(stack, outputs), ["primary"], "rollout chat") as lease:
        lease.check()  # before each write
        ...

An entry of the stack's configuration store is the lock; where there is none, a file. Every moment
is the store's own, by the Date of its answers: clocks of two machines differ.
"""

import getpass
import json
import socket
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol, Self
from uuid import uuid4

from scripts.guarded_store import NotReached, Told, connect

if TYPE_CHECKING:
    from scripts.stack_outputs import StackOutputs

TTL_S: Final = 90
RENEW_S: Final = 30.0
WAIT_S: Final = 60.0
"""How long a command waits for somebody else, unless it is told otherwise."""
POLL_S: Final = 2.0
RELEASE_TRIES: Final = 3
NEVER: Final = float("-inf")
MARGIN_S: Final = 5.0
"""So long before others may take the lock its holder gives it up: clocks do not run alike."""


class Held(Exception):
    """Somebody else has it; the message names them and what they do."""


class Lost(Exception):
    """It was ours, and is not any more: whoever raises this must not write."""


class Store(Protocol):
    """Where locks are kept; see `GuardedStore`."""

    def read(self, key: str) -> Told: ...
    def add(self, key: str, value: str) -> Told: ...
    def replace(self, key: str, value: str, etag: str) -> Told: ...
    def remove(self, key: str, etag: str) -> Told: ...


class Time(Protocol):
    def monotonic(self) -> float: ...
    def sleep(self, seconds: float, /) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Claim:
    """The value of the entry: who has the lock, and until when. Times: ISO, UTC."""

    holder: str
    purpose: str
    host: str
    acquired: str
    expires: str
    nonce: str

    @classmethod
    def read(cls, value: str) -> Self | None:
        """None for what no version of ours has written."""
        try:
            claim = cls(**json.loads(value))
            datetime.fromisoformat(claim.expires)
        except (TypeError, ValueError):
            return None
        return claim

    def is_over(self, at: datetime) -> bool:
        return datetime.fromisoformat(self.expires) < at

    def __str__(self) -> str:
        return f"{self.holder} on {self.host} ({self.purpose}) since {self.acquired}"


UNREADABLE: Final = Claim(
    holder="something unreadable", purpose="?", host="?", acquired="?", expires="?", nonce=""
)


@dataclass
class Hold:
    """The lock of one account, in our hands or not."""

    store: Store
    account: str
    purpose: str
    clock: Time
    nonce: str = field(default_factory=lambda: uuid4().hex)
    _acquired: str = ""
    _etag: str = ""
    _until: float = NEVER
    """On our own clock: from then on it is treated as somebody else's."""

    @property
    def key(self) -> str:
        return f"plumb:lock/{self.account}"

    @property
    def is_ours(self) -> bool:
        return self.clock.monotonic() < self._until

    def take(self) -> Claim | None:
        """Takes it; or tells who has it.

        Raises:
            NotReached: nobody knows whether it was taken. Asked again, what was taken is found.
        """
        told = self.store.read(self.key)
        if told.entry is None:
            self._etag, self._acquired = "", _written(told.at)
            return None if self._write(told.at) else self._holder()
        claim = Claim.read(told.entry.value)
        if claim is None:
            return UNREADABLE
        if claim.nonce != self.nonce and not claim.is_over(told.at):
            return claim
        self._etag, self._acquired = told.entry.etag, _written(told.at)
        return None if self._write(told.at) else self._holder()

    def renew(self) -> None:
        """Puts its end off. What cannot be reached may be reached the next time; it is lost once
        it is somebody else's, or over."""
        if not self.is_ours:
            return
        try:
            told = self.store.read(self.key)
            claim = Claim.read(told.entry.value) if told.entry else None
            if told.entry is None or claim is None or claim.nonce != self.nonce:
                self._until = NEVER
                return
            # Read first: an answer of ours may have been lost on its way, and with it the etag.
            self._etag = told.entry.etag
            if not self._write(told.at):
                self._until = NEVER
        except NotReached:
            return

    def release(self) -> None:
        """Gives it back. What cannot be reached gives itself back in time."""
        if not self.is_ours:
            return
        self._until = NEVER
        for _ in range(RELEASE_TRIES):
            with suppress(NotReached):
                told = self.store.read(self.key)
                claim = Claim.read(told.entry.value) if told.entry else None
                if told.entry and claim and claim.nonce == self.nonce:
                    self.store.remove(self.key, told.entry.etag)
                return

    def _write(self, now: datetime) -> bool:
        """Whether it is ours now. Without an etag nothing may be there, with one only that."""
        expires = now + timedelta(seconds=TTL_S)
        value = json.dumps(asdict(self._claim(expires)))
        sent = self.clock.monotonic()
        if self._etag:
            told = self.store.replace(self.key, value, self._etag)
        else:
            told = self.store.add(self.key, value)
        if told.entry is None:
            self._etag = ""
            return False
        self._etag = told.entry.etag
        # The store's clock was at most a second beyond its Date when this was sent.
        self._until = sent + (expires - told.at).total_seconds() - 1 - MARGIN_S
        return True

    def _claim(self, expires: datetime) -> Claim:
        return Claim(
            holder=getpass.getuser(),
            purpose=self.purpose,
            host=socket.gethostname(),
            acquired=self._acquired,
            expires=_written(expires),
            nonce=self.nonce,
        )

    def _holder(self) -> Claim | None:
        """Who was faster; ourselves, if an answer of ours was lost on its way."""
        told = self.store.read(self.key)
        claim = Claim.read(told.entry.value) if told.entry else UNREADABLE
        return claim or UNREADABLE


@dataclass(frozen=True)
class Lease:
    """Locks that are held, and renewed by themselves."""

    holds: Sequence[Hold]

    @property
    def is_ours(self) -> bool:
        return all(each.is_ours for each in self.holds)

    def check(self) -> None:
        """To be called before each write.

        Raises:
            Lost: one of them is not ours any more.
        """
        for each in self.holds:
            if not each.is_ours:
                raise Lost(
                    f"the lock of {each.account} is lost: another may write to it now. "
                    "Fix: look at what it does, then run this again"
                )


@contextmanager
def held(
    store: Store,
    accounts: Iterable[str],
    purpose: str,
    *,
    wait_s: float = WAIT_S,
    clock: Time = time,
) -> Iterator[Lease]:
    """The locks of accounts, for as long as the block runs. In name order, so that two who want
    the same do not wait for each other.

    Raises:
        Held: somebody still had one after `wait_s`.
        NotReached: the store did not answer for so long.
    """
    until = clock.monotonic() + wait_s
    holds: list[Hold] = []
    stop = threading.Event()
    renewing = threading.Thread(target=_renew, args=(holds, stop), daemon=True)
    renewing.start()
    try:
        for account in sorted(set(accounts)):
            hold = Hold(store, account, purpose, clock)
            _wait_for(hold, until)
            holds.append(hold)
        yield Lease(holds)
    finally:
        stop.set()
        renewing.join()
        for hold in reversed(holds):
            hold.release()


def store_of(stack: str, outputs: "StackOutputs | None") -> Store:
    """Where a stack's locks are: in its configuration store, or, before it has one, in a file."""
    from components.stack_file import ROOT
    from scripts.lock_files import LockFiles

    if outputs is None:
        return LockFiles(ROOT / ".plumb" / "locks" / stack)
    return connect(outputs.routing.endpoint, outputs.routing.label)


def _wait_for(hold: Hold, until: float) -> None:
    while True:
        refused: Exception
        try:
            holder = hold.take()
            if hold.is_ours:
                return
            refused = Held(
                f"{hold.account} is locked by {holder}. Fix: wait for it, or a longer "
                f"--lock-timeout; what has died lets go after {TTL_S} s"
            )
        except NotReached as error:
            refused = error
        left = until - hold.clock.monotonic()
        if left <= 0:
            raise refused
        hold.clock.sleep(min(POLL_S, left))


def _renew(holds: Sequence[Hold], stop: threading.Event) -> None:
    while not stop.wait(RENEW_S):
        for hold in list(holds):
            hold.renew()


def _written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
