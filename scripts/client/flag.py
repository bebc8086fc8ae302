"""The flag of a route: which deployment answers whom, as the rollout controller has it."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, Protocol

from .target import default_credential

if TYPE_CHECKING:
    from featuremanagement import EvaluationEvent, FeatureManager

LOG: Final = logging.getLogger(__name__)

CANDIDATE: Final = "candidate"

REFRESH_S: Final = 30
"""Between two looks at the store: 2,880 a day for each instance of the application."""

STARTUP_S: Final = 5
"""How long the first look may take; the provider itself would try for 100 s."""

ANSWER_S: Final = 2
"""How long a store may take to answer, of which a call to a model waits for two at most."""

Definition = Mapping[str, Any]
"""A flag as it is written, in Microsoft's schema v2."""


class Configuration(Protocol):
    """What azure-appconfiguration-provider loads."""

    def get(self, key: str, /) -> Any: ...

    def refresh(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What a flag says for one caller."""

    value: Mapping[str, Any]
    """The variant's `{account, deployment, model, ...}`."""
    variant: str | None
    """None: a caller nobody knows, whose call belongs to no cohort."""
    etag: str = ""
    """Of the flag as it was then: another one after every write."""
    candidate: Mapping[str, Any] | None = None
    """The variant that is being rolled out, whoever is shown it."""


def user_hash(user: str) -> str:
    """What telemetry calls a user or session."""
    return sha256(user.encode()).hexdigest()[:16]


def from_store(
    endpoint: str, name: str, label: str, credential: Any = None, refresh_s: int = REFRESH_S
) -> Callable[[], Configuration]:
    """Loads one flag, and nothing else of the store.

    credential: whose role on the store is App Configuration Data Reader; by default, whoever runs.
    """

    def load() -> Configuration:
        from azure.appconfiguration import provider

        this = provider.SettingSelector(key_filter=name, label_filter=label)
        loaded: Configuration = provider.load(
            endpoint=endpoint,
            credential=credential or default_credential(),
            selects=[this],  # by itself it loads every key that has no label
            feature_flag_enabled=True,
            feature_flag_selectors=[this],
            feature_flag_refresh_enabled=True,
            refresh_interval=refresh_s,
            on_refresh_error=lambda error: LOG.warning("flag %s is not refreshed: %s", name, error),
            startup_timeout=STARTUP_S,
            retry_total=1,
            connection_timeout=ANSWER_S,
            read_timeout=ANSWER_S,
        )
        return loaded

    return load


class Flag:
    """A flag that is read again and again, and never stands in a caller's way.

    While it cannot be read, what was read last holds; before that, the route's own fallback.
    """

    def __init__(
        self,
        name: str,
        load: Callable[[], Configuration],
        *,
        clock: Callable[[], float] = time.monotonic,
        publish: "Callable[[EvaluationEvent], None] | None" = None,
    ) -> None:
        self.name = name
        self._load = load
        self._clock = clock
        self._publish = publish or _publish
        self._configuration: Configuration | None = None
        self._load_at = clock()
        self._read: tuple[Definition, FeatureManager] | None = None
        self._complained_of: Definition | None = None
        self._one_at_a_time = threading.Lock()
        self._calls_look = threading.Event()
        self._calls_look.set()

    def refresh(self) -> None:
        """Looks whether the flag has changed, if it is time to. Before every call to a model.

        An application that calls seldom, or whose calls must not wait for the store, has
        `keep_fresh` look instead.
        """
        if self._calls_look.is_set():
            self._look()

    def keep_fresh(self, every_s: float = 10.0) -> Callable[[], None]:
        """Looks in a thread of its own from now on, until what it returns is called."""
        self._look()
        self._calls_look.clear()

        def look() -> None:
            while not self._calls_look.wait(every_s):
                self._look()

        threading.Thread(target=look, name=f"flag {self.name}", daemon=True).start()
        return self._calls_look.set

    def choose(self, user: str | None) -> Choice | None:
        """For this user or session; None: the flag does not tell."""
        if self._read is None:
            return None
        definition, manager = self._read
        try:
            values = {each["name"]: each["configuration_value"] for each in definition["variants"]}
            # Evaluated, all whom nobody knows would be one user: on stable, then of a sudden not.
            variant = self._variant(manager, user) if user else _default(definition)
            return Choice(
                value=values[variant],
                variant=variant if user else None,
                etag=definition["telemetry"]["metadata"]["ETag"],
                candidate=values.get(CANDIDATE),
            )
        # Written wrongly, a flag raises in the midst of its evaluation, each time.
        except Exception as error:
            if self._complained_of is not definition:
                LOG.error("flag %s says nothing: %r. Fix: plumb rollback", self.name, error)
            self._complained_of = definition
            return None

    def _variant(self, manager: "FeatureManager", user: str) -> str:
        found = manager.get_variant(self.name, user)
        return found.name if found else "no variant"

    def _look(self) -> None:
        if not self._one_at_a_time.acquire(blocking=False):
            return
        try:
            if self._configuration is not None:
                self._configuration.refresh()
            elif self._clock() >= self._load_at:
                self._load_at = self._clock() + REFRESH_S
                self._configuration = self._load()
            self._keep()
        # Whatever is wrong with the store is not wrong with the models.
        except Exception as error:
            LOG.warning("flag %s is not read: %s", self.name, error)
        finally:
            self._one_at_a_time.release()

    def _keep(self) -> None:
        """A copy: for a moment of each refresh the provider has no flags at all."""
        from featuremanagement import FeatureManager

        if self._configuration is None:
            return
        flags = (self._configuration.get("feature_management") or {}).get("feature_flags") or []
        found = next((each for each in flags if each.get("id") == self.name), None)
        if found is None or (self._read and self._read[0] is found):
            return
        manager = FeatureManager(
            {"feature_management": {"feature_flags": [found]}}, on_feature_evaluated=self._tell
        )
        self._read = found, manager

    def _tell(self, event: "EvaluationEvent") -> None:
        try:
            self._publish(event)
        # Raised from here, it would look as if the flag said nothing.
        except Exception as error:
            LOG.warning("flag %s: an evaluation is not published: %r", self.name, error)


def _default(definition: Definition) -> str:
    enabled = str(definition["enabled"]).lower() == "true"
    name = definition["allocation"][f"default_when_{'enabled' if enabled else 'disabled'}"]
    return str(name)


def _publish(event: "EvaluationEvent") -> None:
    """Who was shown what, for the judge of the rollout."""
    from featuremanagement.azuremonitor import publish_telemetry

    event.user = user_hash(event.user)
    publish_telemetry(event)
