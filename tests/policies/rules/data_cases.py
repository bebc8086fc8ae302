"""What is kept where, for how long, by whose name, and what a stack tells others."""

from dataclasses import replace

from policies.values import UNKNOWN, plain
from policies.world import STACK, World
from tests.policies.worlds import MISSING, part

MODEL = "model-approved"
EXPORTS = "no-keys-exported"
WORKSPACE = "app-insights-workspace-based"
INGESTION = "app-insights-entra-ingestion"
PROTECTED = "production-resources-protected"
TAGS = "required-tags"
REGION = "region-allowed"

AI_KEY = "0123456789abcdef0123456789abcdef"
LONG_KEY = "A1b2" * 21


def exporting(**outputs):
    """A change: what the stack exports."""

    def change(world):
        return World(
            replace(each, inputs=plain(outputs)) if each.type == STACK else each
            for each in world.resources
        )

    return change


def model(name, version="1", format="OpenAI"):
    """A change: one more deployment, to which no route leads."""
    wanted = {"format": format, "name": name, "version": version}
    made = part("previous", ("deploymentName", "spare-v1"), ("properties.model", wanted))
    return ("spare", "", made)


FINE_TUNED = "gpt-4.1-mini-2025-04-14.ft-7f3a90c21d5e4b6f8a0c"

PASSED = [
    (MODEL, "prod", []),
    (MODEL, "prod", [model(FINE_TUNED)]),
    (MODEL, "staging", [model("Mistral-Large-3", format="Mistral AI")]),
    (MODEL, "prod", [("previous", "properties.model.version", MISSING)]),
    (EXPORTS, "prod", [exporting(endpoint="https://x", region="eastus", max_tokens=4096)]),
    (EXPORTS, "prod", [exporting(token="", secrets=[None, {"a": ""}])]),
    (EXPORTS, "prod", [exporting(has_key=True, sha256="ab" * 32, keys={}, id=UNKNOWN)]),
    (EXPORTS, "prod", [exporting(model=f"gpt-4.1-mini-2025-04-14.ft-{AI_KEY}-cora")]),
    (WORKSPACE, "prod", [("traces", "workspaceResourceId", UNKNOWN)]),
    (INGESTION, "prod", []),
    (PROTECTED, "staging", []),
    (TAGS, "prod", [("account", "tags.owner", UNKNOWN)]),
    (REGION, "prod", [("account", "location", "Sweden Central")]),
    (REGION, "dev", [("account", "location", "eastus"), ("embed", "sku.name", "GlobalStandard")]),
]

REFUSED = [
    (MODEL, "prod", [model("gpt-3.5-turbo", "0125")], "'OpenAI/gpt-3.5-turbo@0125', which nobody"),
    (
        MODEL,
        "prod",
        [model("gpt-4o", "2024-11-20")],
        "'OpenAI/gpt-4o@2024-11-20', which nobody has approved for prod",
    ),
    (
        MODEL,
        "prod",
        [("embed", "properties.model.version", "2")],
        "Fix: OpenAI/text-embedding-3-large@1 ",
    ),
    (MODEL, "prod", [("embed", "properties.model.format", MISSING)], "'/text-embedding-3-large@1'"),
    (MODEL, "dev", [model("gpt-5.4", "2026-03")], "Fix: OpenAI/gpt-5.4@2026-03-05 (plumb"),
    (
        MODEL,
        "prod",
        [model("gpt-3.5-turbo", None)],
        "which nobody has approved for prod. Fix: a model of the list (plumb",
        {"model-version-pinned"},
    ),
    (MODEL, "prod", [model(None)], "'OpenAI/@1', which nobody has approved"),
    (MODEL, "prod", [model("gpt-4.1-mini-2025-04-14.ft-")], "which nobody has approved"),
    (
        MODEL,
        "dev",
        [model("gpt-4o", "2024-05-13")],
        "in 18 days, on 2026-12-09, 'OpenAI/gpt-4o@2024-05-13' of 'spare' is switched off",
    ),
    (EXPORTS, "dev", [exporting(aoaiKey="x")], "output 'aoaiKey' exports a credential"),
    (EXPORTS, "prod", [exporting(accounts={"primary": {"key1": "x"}})], "'accounts.primary.key1'"),
    (EXPORTS, "prod", [exporting(Tokens={"a": ["x"]})], "output 'Tokens'"),
    (EXPORTS, "prod", [exporting(connection_string=UNKNOWN)], "output 'connection_string'"),
    (EXPORTS, "prod", [exporting(a=[{"b": AI_KEY}])], "output 'a[0].b'"),
    (EXPORTS, "prod", [exporting(a=LONG_KEY)], "output 'a'"),
    (EXPORTS, "prod", [exporting(a="InstrumentationKey=0;Ingestion=x")], "output 'a'"),
    (EXPORTS, "prod", [exporting(a="DefaultEndpointsProtocol=x;AccountKey=y")], "output 'a'"),
    (EXPORTS, "prod", [exporting(a="Endpoint=https://x;Id=1;Secret=abc")], "output 'a'"),
    (EXPORTS, "prod", [exporting(a="eyJhbGciOiJSUzI1NiJ9.e30.c2ln")], "output 'a'"),
    (EXPORTS, "prod", [exporting(a="https://x.blob/y?sv=1&sig=abc")], "output 'a'"),
    (WORKSPACE, "dev", [("traces", "workspaceResourceId", MISSING)], "is unset"),
    (INGESTION, "prod", [("traces", "disableLocalAuth", MISSING)], "is unset, not true"),
    (INGESTION, "staging", [("traces", "disableLocalAuth", False)], "is false, not true"),
    (PROTECTED, "prod", [("account", "protected", False)], "would delete 'account'"),
    (PROTECTED, "prod", [("logs", "protected", False)], "would delete 'logs'"),
    (PROTECTED, "prod", [("store", "protected", False)], "would delete 'store'"),
    (TAGS, "dev", [("account", "tags.costCenter", MISSING)], "'account' lacks the tag costCenter"),
    (
        TAGS,
        "prod",
        [("group", "tags", MISSING)],
        "lacks the tags costCenter, dataClassification, environment, owner",
    ),
    (TAGS, "prod", [("store", "tags.owner", "")], "'store' lacks the tag owner"),
    (
        TAGS,
        "prod",
        [("endpoint", "tags.environment", "production")],
        "says it belongs to 'production', and the stack is judged as prod",
    ),
    (REGION, "prod", [("account", "location", "eastus")], "stands in 'eastus', which is no region"),
    (REGION, "prod", [("account", "location", MISSING)], "stands in unset"),
    (REGION, "dev", [("account", "location", "atlantis")], "stands in 'atlantis'"),
    (
        REGION,
        "prod",
        [("account", "properties.locations", {"regions": [{"name": "westus"}]})],
        "stands in 'westus'",
    ),
    (
        REGION,
        "prod",
        [("embed", "sku.name", "GlobalStandard")],
        "processed anywhere in the world: its SKU is 'GlobalStandard', and residency is eu. Fix: "
        "sku.name: DataZoneBatch, DataZoneProvisionedManaged, DataZoneStandard, "
        "ProvisionedManaged or Standard.",
    ),
]

NEEDED = [
    (MODEL, "chat", "properties.model"),
    (MODEL, "chat", "properties.model.name"),
    (TAGS, "group", "tags.environment"),
    (REGION, "account", "location"),
    (REGION, "account", "properties.locations"),
    (REGION, "chat", "sku.name"),
]

NOT_READ = [
    (WORKSPACE, "traces", "workspaceResourceId"),
    (TAGS, "account", "tags.costCenter"),
    (TAGS, "store", "tags.owner"),
]
