"""Where diagnostic settings send a resource's logs: what is sent nowhere is not in any table."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from sandbox.arm.kind import properties
from sandbox.arm.monitor import DIAGNOSTIC_SETTING
from sandbox.ids import parse
from sandbox.store import Store, Stored

METRICS: Final = "AllMetrics"
GROUPS: Final = {
    "alllogs": (
        "Audit",
        "RequestResponse",
        "Trace",
        "AzureOpenAIRequestUsage",
        "ManagedNetworkEvent",
        "Administrative",
    ),
    "audit": ("Audit",),
}


@dataclass(frozen=True, kw_only=True)
class Sink:
    """One category of one resource that arrives in one workspace."""

    resource: str
    """Canonical id; a subscription's for the activity log."""
    workspace: str
    """The workspace's id in lower case."""
    category: str
    since: str
    """A stamp: what happened before the setting was made was sent nowhere."""


def sinks(store: Store) -> list[Sink]:
    """All there are."""
    return [
        sink for stored in store.of_type(DIAGNOSTIC_SETTING) for sink in _of_setting(store, stored)
    ]


def _of_setting(store: Store, setting: Stored) -> Iterator[Sink]:
    asked, id = properties(setting.body), parse(setting.id)
    workspace = str(asked.get("workspaceId") or "").lower()
    if id is None or not workspace:
        return
    target = store.get(id.scope)
    made = setting.body.get("systemData", {}).get("createdAt", setting.changed_at)
    for category in categories(asked.get("logs") or [], asked.get("metrics") or []):
        yield Sink(
            resource=target.id if target else id.scope,
            workspace=workspace,
            category=category,
            since=str(made),
        )


def categories(logs: Iterable[dict[str, object]], metrics: Iterable[dict[str, object]]) -> set[str]:
    """What of a setting is switched on, groups spelled out."""
    found: set[str] = set()
    for each in logs:
        if not each.get("enabled"):
            continue
        if each.get("category"):
            found.add(str(each["category"]))
        found.update(GROUPS.get(str(each.get("categoryGroup") or "").lower(), ()))
    if any(each.get("enabled") for each in metrics):
        found.add(METRICS)
    return found
