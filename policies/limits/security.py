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

SHORTEST_PREFIX: Final[Param[float]] = Param.everywhere(
    "shortestPrefix",
    "Bits that the prefix of an allowed network has at least; fewer is more than anybody's own.",
    8.0,
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

WIDE_ROLES: Final[Param[frozenset[str]]] = Param.everywhere(
    "subscriptionRoles",
    "Roles that may be assigned at a subscription, since they are of no use below it.",
    frozenset({"Cognitive Services Usages Reader"}),
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

ACCOUNT_KINDS: Final[Param[frozenset[str]]] = Param.everywhere(
    "kinds",
    "What an account's kind may be: these serve the models that the rules know how to judge.",
    frozenset({"AIServices", "OpenAI"}),
)

ACCOUNT_SKUS: Final[Param[frozenset[str]]] = Param.everywhere(
    "skus",
    "What an account's SKU may be; the free F0 has no private endpoint and no promise of service.",
    frozenset({"S0"}),
)

PRINCIPALS: Final[Param[frozenset[str]]] = Param(
    "principalTypes",
    "Whom a role may be given to; people get theirs through a group.",
    dev=frozenset({"Group", "ServicePrincipal", "User"}),
    staging=frozenset({"Group", "ServicePrincipal"}),
    prod=frozenset({"Group", "ServicePrincipal"}),
    choices=("Group", "ServicePrincipal", "User", "ForeignGroup", "Device"),
)

HARM_THRESHOLD: Final[Param[str]] = Param.everywhere(
    "harmThreshold",
    "The laxest severityThreshold of Hate, Sexual, Violence and Selfharm; Low is the strictest.",
    "Medium",
    choices=("Low", "Medium", "High"),
)

_GENERAL: Final = frozenset(
    {
        "OpenAI/gpt-5.5@2026-04-24",
        "OpenAI/gpt-5.4@2026-03-05",
        "OpenAI/gpt-5.4-mini@2026-03-17",
        "OpenAI/gpt-5.4-nano@2026-03-17",
        "OpenAI/gpt-5.2@2025-12-11",
        "OpenAI/gpt-5.1@2025-11-13",
        "OpenAI/gpt-5@2025-08-07",
        "OpenAI/gpt-5-mini@2025-08-07",
        "OpenAI/gpt-5-nano@2025-08-07",
        "OpenAI/gpt-4.1@2025-04-14",
        "OpenAI/gpt-4.1-mini@2025-04-14",
        "OpenAI/gpt-4.1-nano@2025-04-14",
        "OpenAI/text-embedding-3-small@1",
        "OpenAI/text-embedding-3-large@1",
    }
)
_COMPARED: Final = frozenset(
    {
        "OpenAI/gpt-4o@2024-11-20",
        "OpenAI/gpt-4o@2024-08-06",
        "OpenAI/gpt-4o@2024-05-13",
        "DeepSeek/DeepSeek-V3.2@1",
        "Mistral AI/Mistral-Large-3@1",
    }
)

MODELS_APPROVED: Final[Param[frozenset[str]]] = Param(
    "models",
    "Models that may be deployed, as format/name@version; a fine-tuned one counts as its base.",
    dev=_GENERAL | _COMPARED,
    staging=_GENERAL | _COMPARED,
    prod=_GENERAL,
)

RETIRES_WITHIN_DAYS: Final[Param[float]] = Param.everywhere(
    "retiresWithinDays",
    "How many days a model must have left before Azure switches it off.",
    30.0,
)

REQUIRED_TAGS: Final[Param[frozenset[str]]] = Param.everywhere(
    "tags",
    "Tags that every resource carries.",
    frozenset({"owner", "costCenter", "environment", "dataClassification"}),
)

RESIDENCY: Final[Param[str]] = Param(
    "residency",
    "Where accounts may stand and prompts may be processed: eu, us, or global for anywhere.",
    dev="global",
    staging="global",
    prod="eu",
    choices=("eu", "us", "global"),
)

JUDGED_ELSEWHERE: Final[Param[frozenset[str]]] = Param.everywhere(
    "judgedElsewhere",
    "Resource types, without API version, that no rule can read and that people judge instead.",
    frozenset(),
)
