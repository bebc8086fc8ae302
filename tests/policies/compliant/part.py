"""One resource of the compliant stack, and what all of them share."""

from dataclasses import dataclass, field
from typing import Any

from components import catalog

SUBSCRIPTION = "/subscriptions/00000000-0000-4000-8000-000000000001"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg-shop"
ACCOUNT_ID = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/shop-ai"
WORKSPACE_ID = f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces/log-shop"
INSIGHTS_ID = f"{GROUP}/providers/Microsoft.Insights/components/appi-shop"
STORE_ID = f"{GROUP}/providers/Microsoft.AppConfiguration/configurationStores/appcs-shop"
NETWORK_ID = f"{GROUP}/providers/Microsoft.Network"
IN_GROUP = {"resourceGroupName": "rg-shop"}
OF_ACCOUNT = {"accountName": "shop-ai", **IN_GROUP}


@dataclass(frozen=True)
class Part:
    type: str
    inputs: dict[str, Any]
    wired: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Top-level input -> the parts that its value is read from."""
    parent: str = ""
    """A part; none: the stack."""
    protected: bool = False


def tags(profile):
    return {
        "workload": "shop",
        "environment": profile,
        "dataClassification": "confidential",
        "costCenter": "CC-1402",
        "owner": "ai-platform@contoso.com",
    }


def role(name):
    definitions = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions"
    return f"{definitions}/{catalog.ROLES[name]}"


def action_group_id(name):
    return f"{GROUP}/providers/Microsoft.Insights/actionGroups/{name}"
