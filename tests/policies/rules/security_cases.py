"""What the rules on security let pass, and what they refuse."""

from components import catalog
from policies.values import UNKNOWN
from tests.policies.compliant.part import GROUP, SUBSCRIPTION, Part, role
from tests.policies.worlds import MISSING

KEYS = "account-local-auth-disabled"
NETWORK = "account-public-network-restricted"
IDENTITY = "account-managed-identity"
SUBDOMAIN = "account-custom-subdomain"
ROLES = "rbac-least-privilege"
FILTER = "content-filter-assigned"

PUBLIC = "properties.publicNetworkAccess"
DENY = "properties.networkAcls.defaultAction"
IPS = "properties.networkAcls.ipRules"
RAI = "properties.raiPolicyName"

ELSEWHERE = (
    "lax",
    "",
    Part(
        catalog.RAI_POLICY,
        {"accountName": "other-ai", "resourceGroupName": "rg-shop", "raiPolicyName": "lax"},
    ),
)

PASSED = [
    (KEYS, "dev", []),
    (NETWORK, "prod", []),
    (NETWORK, "prod", [("account", DENY, MISSING), ("account", IPS, MISSING)]),
    (NETWORK, "staging", [("account", PUBLIC, "Enabled")]),
    (NETWORK, "dev", [("account", PUBLIC, MISSING), ("account", DENY, "Allow")]),
    (
        NETWORK,
        "staging",
        [("account", PUBLIC, "Enabled"), ("account", IPS, [{"value": "1.2.3.4"}])],
    ),
    (IDENTITY, "prod", [("account", "identity.type", "SystemAssigned, UserAssigned")]),
    (SUBDOMAIN, "prod", [("account", "properties.customSubDomainName", UNKNOWN)]),
    (ROLES, "prod", [("access", "scope", GROUP)]),
    (ROLES, "prod", [("access", "roleDefinitionId", role("Reader").upper())]),
    (ROLES, "dev", [("access", "roleDefinitionId", role("Foundry User"))]),
    (
        ROLES,
        "prod",
        [
            ("access", "roleDefinitionId", role("Cognitive Services Usages Reader")),
            ("access", "scope", SUBSCRIPTION),
        ],
    ),
    (FILTER, "prod", [("chat", RAI, "STRICT")]),
    (FILTER, "dev", [("chat", RAI, "Microsoft.DefaultV2")]),
    (
        FILTER,
        "prod",
        [("chat", "properties.model.name", "text-embedding-3-small"), ("chat", RAI, None)],
    ),
]

REFUSED = [
    (KEYS, "dev", [("account", "properties.disableLocalAuth", MISSING)], "is unset, not true"),
    (KEYS, "prod", [("account", "properties.disableLocalAuth", False)], "is false, not true"),
    (KEYS, "prod", [("account", "properties.disableLocalAuth", "true")], "is 'true', not true"),
    (
        KEYS,
        "prod",
        [("account", "properties", MISSING)],
        "is unset, not true",
        {NETWORK, SUBDOMAIN},
    ),
    (NETWORK, "prod", [("account", PUBLIC, MISSING)], "unset (which means Enabled), not Disabled"),
    (NETWORK, "prod", [("account", PUBLIC, "Enabled")], "'Enabled', not Disabled"),
    (
        NETWORK,
        "staging",
        [("account", PUBLIC, MISSING), ("account", DENY, "Allow")],
        "every network",
    ),
    (
        NETWORK,
        "dev",
        [("account", DENY, "Allow"), ("account", IPS, [{"value": "1.2.3.4"}])],
        "nobody",
    ),
    (
        NETWORK,
        "prod",
        [("account", IPS, [{"value": "0.0.0.0/0"}])],
        "a good part of it: '0.0.0.0/0'",
    ),
    (
        NETWORK,
        "staging",
        [("account", IPS, [{"value": "203.0.113.0/24"}, {"value": "128.0.0.0/1"}])],
        "a good part of it: '128.0.0.0/1'",
    ),
    (IDENTITY, "prod", [("account", "identity", MISSING)], "identity.type is unset"),
    (IDENTITY, "dev", [("account", "identity.type", "None")], "identity.type is 'None'"),
    (SUBDOMAIN, "staging", [("account", "properties.customSubDomainName", "")], "no subdomain"),
    (
        ROLES,
        "prod",
        [("access", "roleDefinitionId", role("Contributor"))],
        "more than any workload",
    ),
    (ROLES, "dev", [("access", "roleDefinitionId", role("Owner"))], "more than any workload"),
    (ROLES, "prod", [("access", "roleDefinitionId", role("Foundry User"))], "not for prod"),
    (ROLES, "prod", [("access", "roleDefinitionId", MISSING)], "unlisted role, unset"),
    (ROLES, "prod", [("access", "roleDefinitionId", "/x/made-up")], "unlisted role, '/x/made-up'"),
    (ROLES, "prod", [("access", "scope", SUBSCRIPTION)], "holds for all of '/subscriptions/"),
    (ROLES, "prod", [("access", "scope", "/")], "holds for all of '/'"),
    (
        ROLES,
        "prod",
        [("access", "scope", "/providers/Microsoft.Management/managementGroups/all")],
        "holds for all of '/providers/Microsoft.Management",
    ),
    (FILTER, "dev", [("chat", RAI, MISSING)], "names no content filter"),
    (FILTER, "dev", [("chat", RAI, "stict")], "'stict', which its account does not have"),
    (FILTER, "dev", [ELSEWHERE, ("chat", RAI, "lax")], "'lax', which its account does not have"),
    (FILTER, "prod", [("chat", RAI, "Microsoft.DefaultV2")], "not for prod"),
    (FILTER, "dev", [("chat", RAI, "Microsoft.Default")], "not for dev"),
    (FILTER, "prod", [("embed", "properties.model.name", "from-nowhere")], "no content filter"),
]

NEEDED = [
    (KEYS, "account", "properties.disableLocalAuth"),
    (KEYS, "account", "properties"),
    (NETWORK, "account", PUBLIC),
    (NETWORK, "account", "properties.networkAcls"),
    (NETWORK, "account", IPS),
    (IDENTITY, "account", "identity"),
    (ROLES, "access", "roleDefinitionId"),
    (ROLES, "access", "scope"),
    (FILTER, "chat", RAI),
    (FILTER, "chat", "properties.model"),
]

NOT_READ = [(SUBDOMAIN, "account", "properties.customSubDomainName")]
