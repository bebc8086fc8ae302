"""An account that serves models: filters, deployments, who may call them, what routes to them."""

import json

from components import catalog
from tests.policies.compliant.part import (
    ACCOUNT_ID,
    IN_GROUP,
    INSIGHTS_ID,
    OF_ACCOUNT,
    STORE_ID,
    Part,
    role,
    tags,
)

FILTER = {
    "basePolicyName": "Microsoft.DefaultV2",
    "mode": "Blocking",
    "contentFilters": [
        {
            "name": each.name,
            "source": source,
            "enabled": True,
            "blocking": True,
            **({"severityThreshold": "Medium"} if each.graded else {}),
        }
        for each in catalog.CONTENT_FILTERS
        for source in each.sources
        if each.name not in ("Indirect Attack Spotlighting", "Profanity")
    ],
    "customBlocklists": [
        {"blocklistName": "brand", "source": source, "blocking": True}
        for source in ("Prompt", "Completion")
    ],
}

MODELS = {
    "previous": ("chat-v1", "gpt-5.4-mini", "2026-03-17", "DataZoneStandard", 100),
    "chat": ("chat-v2", "gpt-5.4", "2026-03-05", "DataZoneStandard", 150),
    "next": ("chat-v3", "gpt-5.5", "2026-04-24", "DataZoneStandard", 150),
    "reserved": ("chat-reserved", "gpt-5.4", "2026-03-05", "DataZoneProvisionedManaged", 50),
    "embed": ("embed-v1", "text-embedding-3-large", "1", "DataZoneStandard", 50),
}
"""Part -> deployment, model, version, SKU, capacity."""


def has_reserved(profile):
    """Provisioned throughput costs by the hour, so dev has none."""
    return profile != "dev"


def deployment(name, profile):
    called, model, version, sku, capacity = MODELS[name]
    properties = {
        "model": {"format": "OpenAI", "name": model, "version": version},
        "versionUpgradeOption": "NoAutoUpgrade",
    }
    if name != "embed":
        properties["raiPolicyName"] = "strict"
    if name == "reserved":
        properties["spilloverDeploymentName"] = "chat-v2"
    inputs = {
        **OF_ACCOUNT,
        "deploymentName": called,
        "sku": {"name": sku, "capacity": capacity},
        "tags": tags(profile),
        "properties": properties,
    }
    return Part(catalog.DEPLOYMENT, inputs, {"accountName": ("account",)}, parent="models")


def parts(profile):
    served = [name for name in MODELS if name != "reserved" or has_reserved(profile)]
    return {
        "group": Part(
            catalog.RESOURCE_GROUP,
            {**IN_GROUP, "location": "swedencentral", "tags": tags(profile)},
        ),
        "account": _account(profile),
        "brand": Part(
            catalog.RAI_BLOCKLIST,
            {**OF_ACCOUNT, "raiBlocklistName": "brand", "properties": {"description": "Rivals"}},
            {"accountName": ("account",)},
        ),
        "strict": Part(
            catalog.RAI_POLICY,
            {**OF_ACCOUNT, "raiPolicyName": "strict", "properties": FILTER},
            {"accountName": ("account",)},
        ),
        "models": Part("plumb:index:ModelDeployments", {}),
        **{name: deployment(name, profile) for name in served},
        **_access(),
        **_routing(profile),
    }


def _account(profile):
    inputs = {
        **OF_ACCOUNT,
        "location": "swedencentral",
        "kind": "AIServices",
        "sku": {"name": "S0"},
        "identity": {"type": "SystemAssigned"},
        "tags": tags(profile),
        "properties": {
            "customSubDomainName": "shop-ai",
            "disableLocalAuth": True,
            "publicNetworkAccess": "Disabled",
            "networkAcls": {
                "defaultAction": "Deny",
                "bypass": "AzureServices",
                "ipRules": [],
                "virtualNetworkRules": [],
            },
            "restrictOutboundNetworkAccess": True,
            "allowedFqdnList": ["api.contoso.com"],
            "allowProjectManagement": True,
        },
    }
    return Part(catalog.ACCOUNT, inputs, {"resourceGroupName": ("group",)}, protected=True)


def _access():
    grants = {
        "access": ("Cognitive Services OpenAI User", ACCOUNT_ID, "account"),
        "publisher": ("Monitoring Metrics Publisher", INSIGHTS_ID, "traces"),
        "reader": ("App Configuration Data Reader", STORE_ID, "store"),
    }
    return {
        name: Part(
            catalog.ROLE_ASSIGNMENT,
            {
                "roleAssignmentName": f"00000000-0000-4000-8000-00000000010{place}",
                "principalId": "00000000-0000-4000-8000-000000000300",
                "principalType": "ServicePrincipal",
                "roleDefinitionId": role(granted),
                "scope": scope,
            },
            {"scope": (source,)},
        )
        for place, (name, (granted, scope, source)) in enumerate(grants.items())
    }


def _routing(profile):
    route = {"stable": "account/chat-v2", "candidate": "account/chat-v3", "fallback": []}
    if has_reserved(profile):
        route["fallback"] = ["account/chat-reserved"]
    store = {
        **IN_GROUP,
        "configStoreName": "appcs-shop",
        "location": "swedencentral",
        "sku": {"name": "standard"},
        "disableLocalAuth": True,
        "enablePurgeProtection": True,
        "softDeleteRetentionInDays": 7,
        "publicNetworkAccess": "Enabled",
        "dataPlaneProxy": {
            "authenticationMode": "Pass-through",
            "privateLinkDelegation": "Disabled",
        },
        "tags": tags(profile),
    }
    flag = {
        **IN_GROUP,
        "configStoreName": "appcs-shop",
        "keyValueName": f".appconfig.featureflag~2Fchat-router${profile}",
        "contentType": catalog.FEATURE_FLAG_CONTENT_TYPE,
        "value": json.dumps({"id": "chat-router", "enabled": True, "variants": []}),
    }
    return {
        "routing": Part("plumb:index:Routing", {"routes": {"chat": route}}),
        "store": Part(
            catalog.CONFIGURATION_STORE,
            store,
            {"resourceGroupName": ("group",)},
            parent="routing",
            protected=True,
        ),
        "flag": Part(catalog.KEY_VALUE, flag, {"configStoreName": ("store",)}, parent="routing"),
    }
