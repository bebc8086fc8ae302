"""From where an account is reached, and what it reaches."""

from policies.values import UNKNOWN
from tests.policies.compliant.part import ACCOUNT_ID, GROUP
from tests.policies.worlds import MISSING, part, wire

NETWORK = "account-public-network-restricted"
ENDPOINT = "account-private-endpoint"
OUTBOUND = "account-outbound-restricted"

PUBLIC = "properties.publicNetworkAccess"
DENY = "properties.networkAcls.defaultAction"
IPS = "properties.networkAcls.ipRules"
SUBNETS = "properties.networkAcls.virtualNetworkRules"
HOSTS = "properties.allowedFqdnList"
RESTRICT = "properties.restrictOutboundNetworkAccess"
CONNECTION = "privateLinkServiceConnections.0"
CONFIGS = "privateDnsZoneConfigs"
MANUAL = [{"name": "by-hand", "privateLinkServiceId": ACCOUNT_ID, "groupIds": ["account"]}]
ONE_ZONE = [
    {
        "name": "openai",
        "privateDnsZoneId": f"{GROUP}/providers/Microsoft.Network/privateDnsZones"
        "/privatelink.openai.azure.com",
    }
]
OTHER_ID = ACCOUNT_ID.replace("shop-ai", "other-ai")
OTHER_GROUP = ACCOUNT_ID.replace("rg-shop", "rg-other")

PASSED = [
    (NETWORK, "prod", []),
    (NETWORK, "prod", [("account", DENY, MISSING), ("account", IPS, MISSING)]),
    (NETWORK, "staging", [("account", PUBLIC, "Enabled")]),
    (NETWORK, "dev", [("account", PUBLIC, MISSING), ("account", DENY, "Allow")]),
    (
        NETWORK,
        "staging",
        [("account", PUBLIC, "Enabled"), ("account", IPS, [{"value": "1.2.3.4"}])],
    ),
    (NETWORK, "staging", [("account", DENY, MISSING)]),
    (NETWORK, "prod", [("account", IPS, [{"value": "10.0.0.0/8"}])]),
    (NETWORK, "prod", [("account", IPS, [{}])]),
    (ENDPOINT, "prod", []),
    (
        ENDPOINT,
        "prod",
        [
            ("endpoint", "privateLinkServiceConnections", MISSING),
            ("endpoint", "manualPrivateLinkServiceConnections", MANUAL),
        ],
    ),
    (ENDPOINT, "prod", [("endpoint", f"{CONNECTION}.privateLinkServiceId", ACCOUNT_ID.upper())]),
    (ENDPOINT, "prod", [("account", "kind", "OpenAI"), ("zones", CONFIGS, ONE_ZONE)]),
    (
        ENDPOINT,
        "prod",
        [("spare", "", part("endpoint", (f"{CONNECTION}.privateLinkServiceId", UNKNOWN)))],
    ),
    (OUTBOUND, "prod", [("account", HOSTS, ["api.contoso.com", "*.blob.core.windows.net"])]),
    (
        OUTBOUND,
        "prod",
        [
            ("account", RESTRICT, False),
            ("account", "properties.encryption", {"keySource": "Microsoft.KeyVault"}),
        ],
    ),
]

REFUSED = [
    (NETWORK, "prod", [("account", PUBLIC, MISSING)], "unset (which means Enabled), not Disabled"),
    (NETWORK, "prod", [("account", PUBLIC, "Enabled")], "'Enabled', not Disabled"),
    (NETWORK, "prod", [("account", PUBLIC, "disabled")], "'disabled', not Disabled"),
    (NETWORK, "prod", [("account", PUBLIC, False)], "false, not Disabled"),
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
        "the 1 ipRules and 0 virtualNetworkRules of 'account' keep nobody out",
    ),
    (
        NETWORK,
        "prod",
        [("account", DENY, MISSING), ("account", SUBNETS, [{"id": "subnet"}])],
        "the 0 ipRules and 1 virtualNetworkRules of 'account' keep nobody out",
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
    (NETWORK, "dev", [("account", IPS, [{"value": " ::/0"}])], "a good part of it: '::/0'"),
    (NETWORK, "prod", [("account", IPS, [{"value": "10.0.0.0/7"}])], "of it: '10.0.0.0/7'"),
    (ENDPOINT, "prod", [("endpoint", "", MISSING)], "no private endpoint of this stack leads to"),
    (
        ENDPOINT,
        "staging",
        [("endpoint", f"{CONNECTION}.groupIds", ["blob"])],
        "no private endpoint of this stack leads to 'account'",
    ),
    (
        ENDPOINT,
        "prod",
        [("endpoint", f"{CONNECTION}.groupIds", MISSING)],
        "no private endpoint of this stack leads to 'account'",
    ),
    (
        ENDPOINT,
        "prod",
        [("endpoint", f"{CONNECTION}.privateLinkServiceId", OTHER_ID)],
        "no private endpoint of this stack leads to 'account'",
    ),
    (
        ENDPOINT,
        "prod",
        [
            ("endpoint", f"{CONNECTION}.privateLinkServiceId", OTHER_GROUP),
            wire("endpoint", privateLinkServiceConnections=["account"]),
        ],
        "no private endpoint of this stack leads to 'account'",
    ),
    (
        ENDPOINT,
        "prod",
        [("zones", "", MISSING)],
        "privatelink.cognitiveservices.azure.com, privatelink.openai.azure.com, "
        "privatelink.services.ai.azure.com",
    ),
    (
        ENDPOINT,
        "prod",
        [("zones", CONFIGS, ONE_ZONE)],
        "no record in privatelink.cognitiveservices.azure.com, privatelink.services.ai.azure.com.",
    ),
    (
        ENDPOINT,
        "staging",
        [("zones", "privateEndpointName", "pep-other")],
        "no record in privatelink.cognitiveservices.azure.com",
    ),
    (OUTBOUND, "prod", [("account", RESTRICT, MISSING)], "is unset, not true"),
    (OUTBOUND, "staging", [("account", RESTRICT, False)], "is false, not true"),
    (
        OUTBOUND,
        "prod",
        [("account", "kind", "OpenAI"), ("account", RESTRICT, False)],
        "is false, not true",
    ),
    (OUTBOUND, "prod", [("account", HOSTS, MISSING)], "a list of hosts that is unset"),
    (OUTBOUND, "prod", [("account", HOSTS, "api.contoso.com")], "that is 'api.contoso.com'"),
    (OUTBOUND, "prod", [("account", HOSTS, ["a.contoso.com", "*"])], "any host: '*'"),
    (OUTBOUND, "prod", [("account", HOSTS, [5])], "any host: 5"),
    (OUTBOUND, "prod", [("account", HOSTS, ["*.com"])], "any host: '*.com'"),
    (OUTBOUND, "prod", [("account", HOSTS, [""])], "any host: ''"),
]

NEEDED = [
    (NETWORK, "account", PUBLIC),
    (NETWORK, "account", "properties.networkAcls"),
    (NETWORK, "account", IPS),
    (NETWORK, "account", SUBNETS),
    (ENDPOINT, "endpoint", "privateLinkServiceConnections"),
    (ENDPOINT, "endpoint", f"{CONNECTION}.groupIds"),
    (ENDPOINT, "zones", CONFIGS),
    (ENDPOINT, "zones", "privateEndpointName"),
    (OUTBOUND, "account", "properties"),
    (OUTBOUND, "account", "properties.encryption"),
    (OUTBOUND, "account", f"{HOSTS}.0"),
]

NOT_READ = []
