"""Who talks to the provider: several engines may, each with its own configuration."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import grpc

from sandbox.provider.arm_client import Call

_REMEMBERED = 256
_CONFIG = "azure-native:config:"


@dataclass
class Session:
    """One connection of one engine."""

    location: str = ""
    subscription: str = ""
    groups: dict[str, str] = field(default_factory=dict)
    """Where its resource groups are."""
    calls: set[Call] = field(default_factory=set)

    def configure(self, variables: Mapping[str, str]) -> None:
        self.location = variables.get(f"{_CONFIG}location", "")
        self.subscription = variables.get(f"{_CONFIG}subscriptionId", "")


class Sessions:
    """All connections, found by the address they come from."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_peer: OrderedDict[str, Session] = OrderedDict()

    def of(self, context: grpc.ServicerContext) -> Session:
        with self._lock:
            session = self._by_peer.setdefault(context.peer(), Session())
            self._by_peer.move_to_end(context.peer())
            while len(self._by_peer) > _REMEMBERED:
                self._by_peer.popitem(last=False)
            return session

    @contextmanager
    def call(self, context: grpc.ServicerContext, seconds: float = 0.0) -> Iterator[Call]:
        """A call that ends when its engine cancels or goes away."""
        session, call = self.of(context), Call(seconds)
        context.add_callback(call.end)
        with self._lock:
            session.calls.add(call)
        try:
            yield call
        finally:
            with self._lock:
                session.calls.discard(call)

    def end(self, context: grpc.ServicerContext) -> None:
        """Ends what this engine has under way; it and others may go on."""
        session = self.of(context)
        with self._lock:
            for call in session.calls:
                call.end()

    def end_all(self) -> None:
        with self._lock:
            for session in self._by_peer.values():
                for call in session.calls:
                    call.end()
