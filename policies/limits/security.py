"""Who may reach and call a model, and which filters may stand before it."""

from typing import Final

from components.catalog import BUILT_IN_FILTERS, ROLES
from policies.rule import Param

NETWORK: Final[Param[str]] = Param(
    "network",
    "open: anyone may reach the account; restricted: only listed networks; private: no public way.",
    dev="open",
    staging="restricted",
    prod="private",
    choices=("open", "restricted", "private"),
)

_WORKLOAD: Final = frozenset(
    {
        "Cognitive Services OpenAI User",
        "Cognitive Services OpenAI Contributor",
        "Cognitive Services Usages Reader",
        "App Configuration Data Owner",
        "App Configuration Data Reader",
        "Monitoring Metrics Publisher",
        "Monitoring Reader",
        "Monitoring Contributor",
        "Log Analytics Reader",
        "Key Vault Secrets User",
        "Key Vault Crypto Service Encryption User",
        "Key Vault Crypto User",
        "Reader",
    }
)
_EXPLORING: Final = frozenset({"Foundry User", "Foundry Project Manager"})

ROLES_ALLOWED: Final[Param[frozenset[str]]] = Param(
    "roles",
    "Built-in roles that a stack may assign, by name. Roles that grant everything are never among "
    "them.",
    dev=_WORKLOAD | _EXPLORING,
    staging=_WORKLOAD | _EXPLORING,
    prod=_WORKLOAD,
    choices=tuple(ROLES),
)

WIDE_ROLES: Final[Param[frozenset[str]]] = Param(
    "subscriptionRoles",
    "Roles that may be assigned at a subscription, since they are of no use below it.",
    dev=frozenset({"Cognitive Services Usages Reader"}),
    staging=frozenset({"Cognitive Services Usages Reader"}),
    prod=frozenset({"Cognitive Services Usages Reader"}),
    choices=tuple(ROLES),
)

BUILT_IN_FILTERS_ALLOWED: Final[Param[frozenset[str]]] = Param(
    "builtInFilters",
    "Microsoft's own content filters that may stand in for one of the stack's.",
    dev=frozenset({"Microsoft.DefaultV2"}),
    staging=frozenset({"Microsoft.DefaultV2"}),
    prod=frozenset(),
    choices=BUILT_IN_FILTERS,
)
