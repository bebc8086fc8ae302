"""A configuration store that takes no write unless it is said what must be there before it.

The SDK overwrites silently when it is given an etag without a condition, or a condition without an
etag (azure-appconfiguration 1.10). Here there is neither without the other.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from azure.appconfiguration import AzureAppConfigurationClient

# A write that takes longer than a lock's renewals are apart would be worth nothing.
# Nothing is sent twice by itself either: of a write whose answer was lost, the second would be
# refused, and nobody could tell by whom it was taken.
LIMITS: Final = {"connection_timeout": 5, "read_timeout": 10, "retry_total": 0}
JSON: Final = "application/json"


class NotReached(Exception):
    """The store does not answer, or not whoever asks; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A value as the store holds it."""

    value: str
    etag: str


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the store answered, and when it says it did so."""

    entry: Entry | None
    """None: there is none; or, to a write, it was not as it had to be."""
    at: datetime
    """The answer's Date header: the store's clock, in whole seconds."""


class GuardedStore:
    """The values of one label in an App Configuration store."""

    def __init__(self, client: "AzureAppConfigurationClient", label: str) -> None:
        self._client = client
        self._label = label

    def read(self, key: str) -> Told:
        """What is there.

        Raises:
            NotReached: so may every other call here.
        """
        return self._ask(
            lambda hook: self._client.get_configuration_setting(key, self._label, **hook)
        )

    def add(self, key: str, value: str, content_type: str = JSON) -> Told:
        """Writes what is not there yet."""
        setting = self._setting(key, value, content_type)
        return self._ask(lambda hook: self._client.add_configuration_setting(setting, **hook))

    def replace(self, key: str, value: str, etag: str, content_type: str = JSON) -> Told:
        """Writes over the entry that has this etag."""
        setting = self._setting(key, value, content_type)
        guard = _guard(etag)
        return self._ask(
            lambda hook: self._client.set_configuration_setting(setting, **guard, **hook)
        )

    def remove(self, key: str, etag: str) -> Told:
        """Takes the entry away that has this etag, and tells it."""
        guard = _guard(etag)
        return self._ask(
            lambda hook: self._client.delete_configuration_setting(
                key, self._label, **guard, **hook
            )
        )

    def _setting(self, key: str, value: str, content_type: str) -> Any:
        from azure.appconfiguration import ConfigurationSetting

        return ConfigurationSetting(
            key=key, label=self._label, value=value, content_type=content_type
        )

    def _ask(self, call: Callable[[dict[str, Any]], Any]) -> Told:
        from azure.core.exceptions import (
            ResourceExistsError,
            ResourceModifiedError,
            ResourceNotFoundError,
        )

        dates: list[str] = []

        def hook(said: Any) -> None:
            dates.append(said.http_response.headers["Date"])

        with _reached():
            try:
                setting = call({"raw_response_hook": hook})
            except (ResourceExistsError, ResourceModifiedError, ResourceNotFoundError):
                setting = None
        entry = Entry(value=setting.value or "", etag=setting.etag) if setting else None
        return Told(entry=entry, at=parsedate_to_datetime(dates[-1]))


def connect(endpoint: str, label: str) -> GuardedStore:
    """The store, as whoever runs this."""
    # Here: whoever only wants the errors need not wait for the SDK.
    from azure.appconfiguration import AzureAppConfigurationClient
    from azure.identity import DefaultAzureCredential

    logging.getLogger("azure.identity").setLevel(logging.CRITICAL)
    client = AzureAppConfigurationClient(endpoint, DefaultAzureCredential(), **LIMITS)
    return GuardedStore(client, label)


def _guard(etag: str) -> dict[str, Any]:
    from azure.core import MatchConditions

    if not etag or etag == "*":
        raise ValueError("a write over an entry names the entry's own etag")
    return {"etag": etag, "match_condition": MatchConditions.IfNotModified}


@contextmanager
def _reached() -> Iterator[None]:
    """Turns whatever else the SDK raises into one sentence."""
    from azure.core.exceptions import AzureError, HttpResponseError

    try:
        yield
    except HttpResponseError as error:
        if error.status_code in (401, 403):
            raise NotReached(
                f"the configuration store refuses ({error.status_code}). "
                "Fix: the role App Configuration Data Owner on it, in the stack's access:"
            ) from None
        raise NotReached(f"the configuration store answers {error.status_code}") from None
    except AzureError as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise NotReached(f"the configuration store is not reached: {first}") from None
