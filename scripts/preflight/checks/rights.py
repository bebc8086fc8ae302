"""Whether whoever runs `up` may: each right that is missing, with the role that gives it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from components.catalog import ROLE_SCOPES
from components.stack_file import Place
from scripts.preflight.finding import Finding, cannot_tell, fails
from scripts.preflight.seen import Seen
from scripts.preflight.wanted import Wanted
from scripts.subscription.facts import Account, Unknown

USAGES: Final = "Microsoft.CognitiveServices/locations/usages/read"
USAGES_READER: Final = "Cognitive Services Usages Reader"
ASSIGN: Final = "Microsoft.Authorization/roleAssignments/write"
ASSIGNER: Final = "Role Based Access Control Administrator"


@dataclass(frozen=True)
class Right:
    action: str
    role: str
    """The least that gives it."""


ALWAYS: Final = (
    Right("Microsoft.Resources/subscriptions/resourceGroups/write", "Contributor"),
    Right("Microsoft.CognitiveServices/accounts/write", "Cognitive Services Contributor"),
    Right(
        "Microsoft.CognitiveServices/accounts/deployments/write", "Cognitive Services Contributor"
    ),
    Right(
        "Microsoft.CognitiveServices/accounts/raiPolicies/write", "Cognitive Services Contributor"
    ),
    Right("Microsoft.OperationalInsights/workspaces/write", "Contributor"),
    Right("Microsoft.Insights/components/write", "Contributor"),
    Right("Microsoft.Insights/scheduledQueryRules/write", "Contributor"),
    Right("Microsoft.AppConfiguration/configurationStores/write", "Contributor"),
    Right("Microsoft.Consumption/budgets/write", "Contributor"),
)
PRIVATE: Final = (
    Right("Microsoft.Network/privateEndpoints/write", "Contributor"),
    Right("Microsoft.Network/privateDnsZones/write", "Contributor"),
)
LOCKED: Final = Right("Microsoft.Authorization/locks/write", "User Access Administrator")
JOIN: Final = Right("Microsoft.Network/virtualNetworks/subnets/join/action", "Network Contributor")


def rights(wanted: Wanted, seen: Seen) -> Iterator[Finding]:
    yield from _usages(wanted, seen)
    groups = groups_of(wanted, seen)
    for scope in groups or [""]:
        yield from _lacking(scope, _needed(wanted), ("accounts",), seen)
    if any(ROLE_SCOPES.get(role) == "subscription" for role in wanted.roles):
        yield from _lacking("", [Right(ASSIGN, ASSIGNER)], ("access",), seen)
    for account in wanted.accounts:
        if account.subnet:
            place = (*account.place, "network", "private_endpoint_subnet")
            yield from _lacking(account.subnet, [JOIN], place, seen)


def groups_of(wanted: Wanted, seen: Seen) -> list[str]:
    """Ids of the resource groups in which the stack stands already."""
    live = [seen.live_account(each) for each in wanted.accounts]
    return sorted({each.group_id for each in live if isinstance(each, Account)})


def _usages(wanted: Wanted, seen: Seen) -> Iterator[Finding]:
    """Quota is read at the subscription, whatever one may do in a group."""
    if any(
        isinstance(each, Unknown) and each.missing_action == USAGES for each in seen.usages.values()
    ):
        yield fails(
            "rights",
            ("accounts",),
            found=f"you lack {USAGES}, so nobody can read quota",
            wanted=f"{USAGES_READER} at /subscriptions/{seen.subscription}",
            fix=_grant(USAGES_READER, f"/subscriptions/{seen.subscription}"),
        )


def _needed(wanted: Wanted) -> list[Right]:
    private = PRIVATE if any(each.private for each in wanted.accounts) else ()
    locked = (LOCKED,) if wanted.profile == "prod" else ()
    assigned = (Right(ASSIGN, ASSIGNER),) if wanted.roles else ()
    return [*ALWAYS, *private, *assigned, *locked]


def _lacking(scope: str, needed: list[Right], place: Place, seen: Seen) -> Iterator[Finding]:
    """One finding for each role that is missing at a scope."""
    permissions = seen.permissions[scope]
    at = scope or f"/subscriptions/{seen.subscription}"
    if isinstance(permissions, Unknown):
        yield cannot_tell("rights", place, permissions, f"{', '.join(_roles(needed))} at {at}")
        return
    missing: dict[str, list[str]] = defaultdict(list)
    for right in needed:
        if not any(each.allows(right.action) for each in permissions):
            missing[right.role].append(right.action)
    for role, actions in missing.items():
        yield fails(
            "rights",
            place,
            found=f"you lack {', '.join(actions)}",
            wanted=f"{role} at {at}",
            fix=_grant(role, at),
        )


def _roles(needed: list[Right]) -> list[str]:
    return list(dict.fromkeys(each.role for each in needed))


def _grant(role: str, scope: str) -> str:
    return f'az role assignment create --assignee <you> --role "{role}" --scope {scope}'
