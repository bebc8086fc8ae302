"""What a model may be asked, and what it may answer."""

from components import catalog
from policies.rules.security.filters import SUBSCRIPTION_RAI_POLICY
from policies.values import UNKNOWN
from tests.policies.compliant.models import FILTER as SOUND
from tests.policies.compliant.part import OF_ACCOUNT, Part
from tests.policies.worlds import MISSING, changed, wire

FILTER = "content-filter-assigned"
STRENGTH = "content-filter-strength"

RAI = "properties.raiPolicyName"
FIRST = "contentFilters.0"
JAILBREAK = "contentFilters.8"

ELSEWHERE = (
    "lax",
    "",
    Part(
        catalog.RAI_POLICY,
        {
            "accountName": "other-ai",
            "resourceGroupName": "rg-shop",
            "raiPolicyName": "lax",
            "properties": SOUND,
        },
    ),
)


def spare(*changes, type=catalog.RAI_POLICY):
    """A change: one more filter, which no deployment has, (path, value) by (path, value)."""
    properties = SOUND
    for path, value in changes:
        properties = changed(properties, path, value)
    inputs = {**OF_ACCOUNT, "raiPolicyName": "spare", "properties": properties}
    return ("spare", "", Part(type, inputs, {"accountName": ("account",)}))


ENTRIES = SOUND["contentFilters"]
TWICE = [*ENTRIES, {**ENTRIES[0], "enabled": False}]
PROFANITY = {"name": "Profanity", "source": "Prompt", "enabled": False, "blocking": False}
IN_TOOLS = {"name": "Hate", "source": "PreToolCall", "enabled": True, "blocking": True}

PASSED = [
    (FILTER, "prod", [("chat", RAI, "STRICT")]),
    (FILTER, "dev", [("chat", RAI, "Microsoft.DefaultV2")]),
    (FILTER, "prod", [("chat", RAI, UNKNOWN), wire("chat", properties=["strict"])]),
    (
        FILTER,
        "prod",
        [("chat", "properties.model.name", "text-embedding-3-small"), ("chat", RAI, None)],
    ),
    (STRENGTH, "prod", []),
    (STRENGTH, "prod", [spare((f"{FIRST}.severityThreshold", "Low"))]),
    (STRENGTH, "prod", [spare(("mode", "Default"))]),
    (STRENGTH, "prod", [spare(("mode", MISSING))]),
    (STRENGTH, "prod", [spare(("contentFilters", [PROFANITY, *reversed(ENTRIES)]))]),
]

REFUSED = [
    (
        FILTER,
        "dev",
        [("embed", "properties.model.name", "from-nowhere")],
        "no content filter",
        {"model-approved"},
    ),
    (FILTER, "dev", [("previous", RAI, MISSING)], "names no content filter"),
    (FILTER, "dev", [("previous", RAI, "stict")], "'stict', which its account does not have"),
    (
        FILTER,
        "dev",
        [ELSEWHERE, ("previous", RAI, "lax")],
        "'lax', which its account does not have",
    ),
    (
        FILTER,
        "prod",
        [ELSEWHERE, ("previous", RAI, UNKNOWN), wire("previous", properties=["lax"])],
        "which its account does not have",
    ),
    (FILTER, "dev", [("previous", RAI, 5)], "the content filter 5, which its account does not"),
    (FILTER, "prod", [("previous", RAI, "Microsoft.DefaultV2")], "not for prod"),
    (FILTER, "prod", [("previous", RAI, "microsoft.defaultv2")], "its account does not have"),
    (FILTER, "dev", [("previous", RAI, "Microsoft.Default")], "not for dev"),
    (STRENGTH, "dev", [spare(("mode", "Asynchronous_filter"))], "mode is 'Asynchronous_filter'"),
    (STRENGTH, "prod", [spare(("mode", "Deferred"))], "mode is 'Deferred'"),
    (STRENGTH, "prod", [spare(("mode", "blocking"))], "mode is 'blocking'"),
    (
        STRENGTH,
        "prod",
        [spare((f"{FIRST}.severityThreshold", "High"))],
        "acts on Hate/Prompt too late: severityThreshold is 'High'",
    ),
    (
        STRENGTH,
        "prod",
        [spare((f"{FIRST}.severityThreshold", MISSING))],
        "acts on Hate/Prompt too late: severityThreshold is unset",
    ),
    (STRENGTH, "dev", [spare((f"{FIRST}.severityThreshold", "{x}"))], "is '{x}' (Low is the st"),
    (STRENGTH, "prod", [spare((f"{FIRST}.enabled", False))], "Hate/Prompt through: enabled is fal"),
    (STRENGTH, "prod", [spare((f"{FIRST}.enabled", "true"))], "enabled is 'true'"),
    (
        STRENGTH,
        "staging",
        [spare((f"{FIRST}.blocking", False), (f"{JAILBREAK}.blocking", False))],
        "lets Hate/Prompt, Jailbreak/Prompt through: blocking is false",
    ),
    (STRENGTH, "prod", [spare((f"{JAILBREAK}.blocking", MISSING))], "blocking is unset"),
    (
        STRENGTH,
        "prod",
        [spare(("contentFilters", ENTRIES[:-1]))],
        "misses Protected Material Code/Completion; what is not named is off. Fix: this entry",
    ),
    (
        STRENGTH,
        "prod",
        [spare(("contentFilters", MISSING))],
        "misses Hate/Prompt, Hate/Completion, Sexual/Prompt",
    ),
    (
        STRENGTH,
        "prod",
        [spare(("contentFilters", [*ENTRIES, {**ENTRIES[6], "name": "SelfHarm"}]))],
        "does not know, 'SelfHarm'. Fix: name: Selfharm.",
    ),
    (
        STRENGTH,
        "prod",
        [spare(("contentFilters", [*ENTRIES, {"name": "PII", "source": "Prompt"}]))],
        "does not know, 'PII'. Fix: name: Hate, ",
    ),
    (
        STRENGTH,
        "prod",
        [spare(("contentFilters", [*ENTRIES, {**ENTRIES[8], "source": "Completion"}]))],
        "applies Jailbreak to 'Completion', which does nothing",
    ),
    (
        STRENGTH,
        "prod",
        [spare(("contentFilters", [*ENTRIES, IN_TOOLS]))],
        "applies Hate to 'PreToolCall'",
    ),
    (STRENGTH, "prod", [spare(("contentFilters", [*ENTRIES, {}]))], "does not know, unset"),
    (
        STRENGTH,
        "prod",
        [spare(("contentFilters", [*ENTRIES, {"name": "Hate"}]))],
        "applies Hate to unset",
    ),
    (STRENGTH, "prod", [spare((f"{FIRST}.action", "ANNOTATING"))], "an action of its own"),
    (
        STRENGTH,
        "prod",
        [spare(("contentFilters", TWICE))],
        "says twice what to do about Hate/Prompt",
    ),
    (
        STRENGTH,
        "prod",
        [spare((f"{FIRST}.severityThreshold", "High"), type=SUBSCRIPTION_RAI_POLICY)],
        "acts on Hate/Prompt too late",
    ),
]

NEEDED = [
    (FILTER, "chat", RAI),
    (FILTER, "chat", "properties.model"),
    (STRENGTH, "strict", "properties"),
    (STRENGTH, "strict", "properties.mode"),
    (STRENGTH, "strict", "properties.contentFilters"),
    (STRENGTH, "strict", "properties.contentFilters.3"),
    (STRENGTH, "strict", "properties.contentFilters.3.name"),
    (STRENGTH, "strict", "properties.contentFilters.3.source"),
    (STRENGTH, "strict", "properties.contentFilters.3.blocking"),
    (STRENGTH, "strict", "properties.contentFilters.3.severityThreshold"),
]

NOT_READ = [(STRENGTH, "strict", "properties.basePolicyName")]
