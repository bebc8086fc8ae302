"""Resources that no rule can read: ways round the types that the rules know."""

import re
from functools import cache
from typing import Final

from components import catalog
from policies.rules.security.accounts import ACCOUNT_CONNECTION
from policies.rules.security.filters import SUBSCRIPTION_RAI_POLICY

READ: Final = frozenset(
    {
        catalog.ACCOUNT,
        catalog.DEPLOYMENT,
        catalog.RAI_POLICY,
        catalog.RAI_BLOCKLIST,
        catalog.RAI_BLOCKLIST_ITEM,
        catalog.PROJECT,
        catalog.PROJECT_CONNECTION,
        ACCOUNT_CONNECTION,
        SUBSCRIPTION_RAI_POLICY,
    }
)
"""Of all types of Azure AI, those that a rule judges or that can do no harm by themselves."""

OTHERS: Final = (
    (
        r"azure-native:(resources:(Resource|Deployment\w*|Azure(Cli|PowerShell)Script)"
        r"|solutions:Application|blueprint:Assignment)",
        "makes resources that stand in a template or script, where no rule looks",
        "declare them one by one",
    ),
    (
        r"(azure|azurerm|azapi|azure-classic)[:_].*",
        "is made by another provider, whose inputs no rule can read",
        "the resource of azure-native that makes the same",
    ),
    (
        r"command:.*|pulumi-\w+:dynamic[:/].*",
        "runs a program, which may change anything",
        "a resource of azure-native, or a step of the pipeline outside the stack",
    ),
    (
        r"azure-native:managedservices:Registration\w+",
        "hands roles to another directory, where nobody here sees who holds them",
        "a RoleAssignment to a group of this directory",
    ),
    (
        r"azure-native:network:NetworkSecurityPerimeter(Access\w+|Association)",
        "decides who reaches an account in place of the account's own network rules",
        "publicNetworkAccess, networkAcls and a private endpoint of the account",
    ),
    (
        r"azure-native:machinelearningservices:.*",
        "can serve models past every rule on deployments and content filters",
        "an Account and Deployment of azure-native:cognitiveservices",
    ),
    (
        r"(azure|kubernetes).*cognitiveservices.*",
        "belongs to Azure AI, and no rule knows what it does",
        "leave it out",
    ),
)
"""Type -> what is wrong with it, and what to use in its place; the first that fits counts."""


@cache
def complaint(type: str) -> tuple[str, str] | None:
    """Why no rule can judge a resource of that type, and what to use; None if one can."""
    if type in READ:
        return None
    for pattern, reason, instead in OTHERS:
        if re.fullmatch(pattern, type, re.IGNORECASE):
            return reason, instead
    return None
