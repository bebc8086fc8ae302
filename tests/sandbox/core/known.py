"""What a caller of the sandbox was told, and what follows from it as time passes."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.sandbox.core.cloud import SUBSCRIPTION

HELD = timedelta(hours=48)
GROUPS = tuple(f"{SUBSCRIPTION}/resourceGroups/rg-{name}" for name in "ab")
ACCOUNTS = tuple(
    f"{group}/providers/Microsoft.CognitiveServices/accounts/ai-{group[-1]}" for group in GROUPS
)
LOCK = "providers/Microsoft.Authorization/locks/"
CHILDREN = (
    *("deployments/one", "deployments/two"),
    *("raiPolicies/strict", "raiBlocklists/brand", "raiBlocklists/brand/raiBlocklistItems/x"),
    "projects/support",
    "providers/Microsoft.Authorization/roleAssignments/6f0ff7c5-8f1f-4b7e-9d4a-0d9d3f9a1d12",
    f"{LOCK}keep",
)
NOT_HELD = ("/providers/", "/projects/")
"""What hangs on an account and does not come back with it."""


@dataclass
class Known:
    """What the caller was told, and therefore believes."""

    live: dict[str, str] = field(default_factory=dict)
    """Etags by id."""
    capacity: dict[str, int] = field(default_factory=dict)
    """Of deployments, live or of a deleted account."""
    held: dict[str, tuple[datetime, dict[str, str]]] = field(default_factory=dict)
    """When a deleted account is forgotten, and what comes back with it."""
    leaving: list[tuple[datetime, str]] = field(default_factory=list)
    levels: dict[str, str] = field(default_factory=dict)
    """Of locks."""

    def locked(self, id: str, *levels: str) -> bool:
        """Whether a lock of some level holds an id, by standing above it or beneath."""
        if LOCK in id:
            return False
        scopes = [
            each.partition(f"/{LOCK}")[0]
            for each in self.live
            if LOCK in each and self.levels[each] in levels
        ]
        return any(f"{id}/".startswith(f"{each}/") for each in scopes) or (
            "CanNotDelete" in levels and any(each.startswith(f"{id}/") for each in scopes)
        )

    def beneath(self, id: str) -> list[str]:
        return [each for each in self.live if each.startswith(id + "/")]

    def remove(self, id: str, at: datetime) -> None:
        """A delete has taken effect."""
        gone = [id, *self.beneath(id)]
        for account in [each for each in gone if each in ACCOUNTS and each in self.live]:
            kept = {
                each: self.live[each]
                for each in self.beneath(account)
                if not each.removeprefix(account).startswith(NOT_HELD)
            }
            self.held[account] = (at + HELD, kept)
        for each in gone:
            self.live.pop(each, None)
            self.levels.pop(each, None)
            if not any(each in kept for _, kept in self.held.values()):
                self.capacity.pop(each, None)
        self.leaving = [(due, each) for due, each in self.leaving if each not in gone]

    def restore(self, account: str) -> None:
        self.live.update(self.held.pop(account)[1])

    def forget(self, account: str) -> None:
        for each in self.held.pop(account)[1]:
            self.capacity.pop(each, None)

    def pass_time(self, now: datetime) -> None:
        for due, id in sorted(self.leaving):
            if due <= now:
                self.remove(id, due)
        for account in [each for each, (purge, _) in self.held.items() if purge <= now]:
            self.forget(account)
