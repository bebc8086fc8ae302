"""Which roles a stack gives, to whom, and how far they reach."""

from policies.rules.security.access import CUSTOM_ROLE, ELIGIBILITY
from policies.values import UNKNOWN
from tests.policies.compliant.part import ACCOUNT_ID, GROUP, SUBSCRIPTION, Part, role
from tests.policies.worlds import MISSING, wire

ROLES = "rbac-least-privilege"
PEOPLE = "rbac-no-user-principals"
CALLABLE = "rbac-inference-role-assigned"

DEFINITION = "roleDefinitionId"
KEYS_OFF = "properties.disableLocalAuth"
WITHIN = f"{SUBSCRIPTION}/providers/Microsoft.X/y/z"
EVERYTHING = "/providers/Microsoft.Management/managementGroups/all"
OWNER_AT_TIMES = {
    "principalId": "00000000-0000-4000-8000-000000000300",
    "roleDefinitionId": role("Owner"),
    "scope": GROUP,
}
CUSTOM = Part(CUSTOM_ROLE, {"roleName": "All", "scope": SUBSCRIPTION})
DEPARTMENT = Part("azure-native:management:ManagementGroup", {"groupId": "ai"})

PASSED = [
    (ROLES, "prod", [("access", "scope", GROUP)]),
    (ROLES, "prod", [("access", DEFINITION, role("Reader").upper())]),
    (ROLES, "prod", [("access", DEFINITION, role("Reader").rpartition("/")[2])]),
    (ROLES, "dev", [("access", DEFINITION, role("Foundry User"))]),
    (
        ROLES,
        "prod",
        [
            ("publisher", DEFINITION, role("Cognitive Services Usages Reader")),
            ("publisher", "scope", SUBSCRIPTION),
        ],
    ),
    (ROLES, "prod", [("access", "scope", UNKNOWN), wire("access", scope=["account"])]),
    (PEOPLE, "prod", [("access", "principalType", "Group")]),
    (CALLABLE, "prod", [("access", "scope", GROUP)]),
    (CALLABLE, "prod", [("access", "scope", GROUP), ("group", "", MISSING)]),
    (CALLABLE, "prod", [("access", DEFINITION, role("Cognitive Services OpenAI Contributor"))]),
    (CALLABLE, "prod", [("publisher", DEFINITION, UNKNOWN)]),
    (CALLABLE, "prod", [("access", "scope", UNKNOWN), wire("access", scope=["group"])]),
    (
        CALLABLE,
        "prod",
        [("account", "properties.disableLocalAuth", False), ("access", "", MISSING)],
    ),
    (
        ROLES,
        "prod",
        [("access", "scope", f"{SUBSCRIPTION}/providers/x/y"), wire("access", scope=["logs"])],
    ),
]

REFUSED = [
    (
        ROLES,
        "prod",
        [("publisher", DEFINITION, role("Contributor"))],
        "more than a workload",
    ),
    (ROLES, "dev", [("publisher", DEFINITION, role("Owner"))], "more than a workload"),
    (
        ROLES,
        "dev",
        [("publisher", DEFINITION, role("User Access Administrator"))],
        "more than a workload",
    ),
    (
        ROLES,
        "dev",
        [("publisher", DEFINITION, role("Role Based Access Control Administrator").upper())],
        "more than a workload",
    ),
    (ROLES, "prod", [("publisher", DEFINITION, role("Foundry User"))], "not for prod"),
    (ROLES, "prod", [("publisher", DEFINITION, role("Cognitive Services User"))], "not for prod"),
    (ROLES, "prod", [("publisher", DEFINITION, MISSING)], "unlisted role, unset"),
    (ROLES, "prod", [("publisher", DEFINITION, "/x/made-up")], "unlisted role, '/x/made-up'"),
    (
        ROLES,
        "prod",
        [
            ("custom", "", CUSTOM),
            ("publisher", DEFINITION, UNKNOWN),
            wire("publisher", roleDefinitionId=["custom"]),
        ],
        "an unlisted role, 'a custom role of this stack'",
    ),
    (ROLES, "prod", [("often", "", Part(ELIGIBILITY, OWNER_AT_TIMES))], "the role Owner"),
    (ROLES, "prod", [("publisher", "scope", MISSING)], "holds for all of an unset scope"),
    (ROLES, "prod", [("publisher", "scope", SUBSCRIPTION)], "holds for all of '/subscriptions/"),
    (ROLES, "prod", [("publisher", "scope", "/")], "holds for all of '/'"),
    (ROLES, "prod", [("publisher", "scope", EVERYTHING)], f"holds for all of '{EVERYTHING}"),
    (
        ROLES,
        "prod",
        [
            ("department", "", DEPARTMENT),
            ("publisher", "scope", UNKNOWN),
            wire("publisher", scope=["department"]),
        ],
        "holds for all of 'department'",
    ),
    (
        ROLES,
        "prod",
        [("publisher", "scope", WITHIN)],
        "holds for all of '/subscriptions/",
    ),
    (
        ROLES,
        "prod",
        [("publisher", "scope", SUBSCRIPTION), wire("publisher", scope=["account"])],
        "holds for all of '/subscriptions/",
    ),
    (
        ROLES,
        "prod",
        [("publisher", DEFINITION, f"{role('Owner')}{role('Reader')}")],
        "an unlisted role",
    ),
    (PEOPLE, "prod", [("access", "principalType", "User")], "principalType is 'User'"),
    (PEOPLE, "staging", [("access", "principalType", MISSING)], "principalType is unset"),
    (PEOPLE, "prod", [("access", "principalType", "Agent")], "principalType is 'Agent'"),
    (CALLABLE, "prod", [("access", "", MISSING)], "nobody may call 'account'"),
    (CALLABLE, "dev", [("access", DEFINITION, role("Reader"))], "nobody may call 'account'"),
    (CALLABLE, "prod", [("access", DEFINITION, MISSING)], "nobody may call 'account'", {ROLES}),
    (
        CALLABLE,
        "prod",
        [("access", "scope", f"{ACCOUNT_ID}-other"), ("group", "", MISSING)],
        "nobody may call 'account'",
    ),
    (
        CALLABLE,
        "staging",
        [("access", "scope", GROUP.replace("rg-shop", "rg-other"))],
        "nobody may call 'account'",
    ),
]

NEEDED = [
    (ROLES, "access", DEFINITION),
    (ROLES, "access", "scope"),
    (PEOPLE, "access", "principalType"),
    (CALLABLE, "access", DEFINITION),
    (CALLABLE, "account", "properties.disableLocalAuth"),
]

NOT_READ = []
