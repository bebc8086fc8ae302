"""What every part of the sandbox is given."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.clock import Clock
from sandbox.directory import Directory
from sandbox.identity import Identity
from sandbox.sessions import Sessions
from sandbox.store import Store


@dataclass(frozen=True, kw_only=True)
class Profile:
    """How late things are. Seconds on the sandbox clock."""

    name: str
    account_seconds: float = 0
    deployment_seconds: float = 0
    private_endpoint_seconds: float = 0
    other_seconds: float = 0
    """Any other long operation: projects, workspaces, stores, group deletes."""
    rbac_delay_seconds: float = 0
    """From a role assignment to its being enforced."""
    deploy_delay_seconds: float = 0
    """From a deployment's success to its answering on the data plane."""
    network_delay_seconds: float = 0
    """From an account's last write to its being ready for a private endpoint."""
    metrics_delay_seconds: float = 0
    """From a request to its showing in a metric."""
    logs_delay_seconds: float = 0
    """From a row's arrival to its being found by a query."""
    file_seconds: float = 0
    """From an upload to its being looked through."""
    training_queue_seconds: float = 0
    training_seconds: float = 0
    batch_seconds: float = 0
    """From a batch's validation to its last answer."""
    latency_scale: float = 0
    """Of the time a model takes to answer; 0 answers at once."""


PROFILES = {
    "fast": Profile(name="fast"),
    "azure": Profile(
        name="azure",
        account_seconds=4,
        deployment_seconds=2,
        private_endpoint_seconds=3,
        other_seconds=2,
        rbac_delay_seconds=60,
        deploy_delay_seconds=5,
        network_delay_seconds=10,
        file_seconds=2,
        training_queue_seconds=30,
        training_seconds=600,
        batch_seconds=300,
        metrics_delay_seconds=60,
        logs_delay_seconds=180,
        latency_scale=1,
    ),
}


class Settings:
    """What the control API can change. Kept in the store, read anew each time."""

    def __init__(self, store: Store, arm: str = "") -> None:
        self._store = store
        self.arm = arm
        """Where ARM and the data planes answer: https://127.0.0.1:8443, no slash at its end."""

    @property
    def profile(self) -> Profile:
        return PROFILES[self._store.setting("profile", "fast")]

    def get(self, key: str, default: Any = None) -> Any:
        return self._store.setting(key, default)

    def set(self, key: str, value: Any) -> None:
        self._store.set_setting(key, value)

    def unset(self, key: str) -> None:
        self._store.execute("DELETE FROM settings WHERE key = ?", (key,))


@dataclass(frozen=True, kw_only=True)
class Around:
    """The store, the clock, who is who, and the settings."""

    store: Store
    clock: Clock
    identity: Identity
    settings: Settings
    directory: Directory
    journal: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=5000))
    """The last requests to ARM, as the control API shows them."""
    unwritten: list[Callable[[], None]] = field(default_factory=list)
    """What writes down that which waits in memory, before anybody counts it."""
    after_time: list[Callable[[], None]] = field(default_factory=list)
    """What looks again once the clock has moved. May take a while, so never on the loop."""
    after_reset: list[Callable[[], None]] = field(default_factory=list)
    """What forgets the rest, once the store is empty."""
    sessions: Sessions = field(default_factory=Sessions)
    """Who may look at the page."""

    def flush(self) -> None:
        """Bring the store up to the last request. From the loop only."""
        for write in self.unwritten:
            write()
