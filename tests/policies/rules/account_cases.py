"""Accounts, and what they store to reach others."""

from policies.rules.security.accounts import ACCOUNT_CONNECTION
from policies.values import UNKNOWN
from tests.policies.compliant.part import OF_ACCOUNT, Part
from tests.policies.worlds import MISSING

KEYS = "account-local-auth-disabled"
IDENTITY = "account-managed-identity"
SUBDOMAIN = "account-custom-subdomain"
KIND = "account-kind-and-sku-supported"
NETWORK = "account-public-network-restricted"
OUTBOUND = "account-outbound-restricted"

LOCAL_AUTH = "properties.disableLocalAuth"


def connection(auth, category="CognitiveSearch"):
    """A change: the account also reaches a search service."""
    properties = {
        "authType": auth,
        "category": category,
        "target": "https://shop.search.windows.net",
        "credentials": {"key": "0123456789abcdef0123456789abcdef"},
    }
    inputs = {**OF_ACCOUNT, "connectionName": "search", "properties": properties}
    return ("search", "", Part(ACCOUNT_CONNECTION, inputs, {"accountName": ("account",)}))


PASSED = [
    (KEYS, "dev", []),
    (IDENTITY, "prod", [("account", "identity.type", "SystemAssigned, UserAssigned")]),
    (IDENTITY, "prod", [("account", "identity.type", "systemassigned,userassigned")]),
    (IDENTITY, "prod", [connection("AAD")]),
    (IDENTITY, "prod", [connection("ApiKey", "AppInsights")]),
    (SUBDOMAIN, "prod", [("account", "properties.customSubDomainName", UNKNOWN)]),
    (KIND, "prod", [("account", "kind", "OpenAI")]),
]

REFUSED = [
    (KEYS, "dev", [("account", LOCAL_AUTH, MISSING)], "is unset, not true"),
    (KEYS, "prod", [("account", LOCAL_AUTH, False)], "is false, not true"),
    (KEYS, "prod", [("account", LOCAL_AUTH, "true")], "is 'true', not true"),
    (KEYS, "staging", [("account", LOCAL_AUTH, 1)], "is 1, not true"),
    (
        KEYS,
        "prod",
        [("account", "properties", MISSING)],
        "is unset, not true",
        {NETWORK, SUBDOMAIN, OUTBOUND},
    ),
    (IDENTITY, "prod", [("account", "identity", MISSING)], "identity.type is unset"),
    (IDENTITY, "dev", [("account", "identity.type", "None")], "identity.type is 'None'"),
    (IDENTITY, "prod", [("account", "identity.type", "none")], "identity.type is 'none'"),
    (IDENTITY, "prod", [("account", "identity.type", "Shared")], "identity.type is 'Shared'"),
    (IDENTITY, "dev", [connection("ApiKey")], "authType is 'ApiKey'"),
    (IDENTITY, "prod", [connection("CustomKeys")], "authType is 'CustomKeys'"),
    (IDENTITY, "prod", [connection(None)], "authType is unset"),
    (SUBDOMAIN, "staging", [("account", "properties.customSubDomainName", "")], "no subdomain"),
    (KIND, "dev", [("account", "kind", MISSING)], "is of kind unset"),
    (KIND, "prod", [("account", "kind", "CognitiveServices")], "is of kind 'CognitiveServices'"),
    (KIND, "prod", [("account", "kind", "aiservices")], "is of kind 'aiservices'"),
    (KIND, "prod", [("account", "sku.name", "F0")], "is 'F0', not S0"),
    (KIND, "prod", [("account", "sku", MISSING)], "is unset, not S0"),
]

NEEDED = [
    (KEYS, "account", LOCAL_AUTH),
    (KEYS, "account", "properties"),
    (IDENTITY, "account", "identity"),
    (IDENTITY, "connection", "properties.category"),
    (KIND, "account", "kind"),
    (KIND, "account", "sku"),
]

NOT_READ = [(SUBDOMAIN, "account", "properties.customSubDomainName")]
