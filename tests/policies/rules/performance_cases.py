"""What the rules on performance let pass, and what they refuse."""

from tests.policies.rules.quality_cases import HONEST, MATCHES, PROOF, UNAPPROVED, ago
from tests.policies.worlds import MISSING, part

TESTED = "load-test-evidence-present"
FAST = "p95-latency-within-slo"
REPRESENTATIVE = "load-test-representative"
COVERED = "capacity-covers-peak"
SKU = "deployment-sku-allowed"
SPILLS = "provisioned-spillover-configured"
REGION = "region-allowed"
UNPROVEN = {TESTED, "evaluation-evidence-present", *UNAPPROVED}

DATA = "loadTest.data"
STABLE = "routes.chat.stable"
SPILLOVER = "properties.spilloverDeploymentName"
MODEL = "properties.model.name"
VERSION = "properties.model.version"
RESERVED = [
    ("routing", "routes.chat.stable", "account/chat-reserved"),
    ("routing", "routes.chat.fallback", []),
]
"""The route is carried by provisioned throughput, with its spillover."""


def measured(*changes):
    return [(PROOF, f"{DATA}.{path}", value) for path, value in changes]


def asked(*changes):
    """Changes of what the route's callers ask, as the stack has it."""
    return [("stack-evidence", f"demand.0.data.{path}", value) for path, value in changes]


PASSED = [
    (TESTED, "prod", []),
    (TESTED, "prod", [("chat", "sku.capacity", 151)]),
    (TESTED, "prod", [("previous", "sku.name", "GlobalStandard")]),
    (TESTED, "prod", [("embed-evidence", "", MISSING)]),
    (TESTED, "prod", [("routing", "routes.chat", {"stable": "account/chat-v2"})]),
    (TESTED, "prod", [("routing", "routes.chat.fallback", "account/chat-reserved")]),
    (FAST, "prod", measured(("p95Ms", 2999.9), ("p99Ms", 6000))),
    (FAST, "prod", measured(("errorRate", 0.01), ("throttledShare", 0.01))),
    (FAST, "prod", [(PROOF, "loadTest", MISSING)]),
    (REPRESENTATIVE, "prod", measured(("ranAt", ago(days=30)), ("durationMin", 15))),
    (REPRESENTATIVE, "prod", measured(("achievedRps", 1.9), ("partial", MISSING))),
    (REPRESENTATIVE, "prod", [(PROOF, "demand.data.peakRpm", 120)]),
    (REPRESENTATIVE, "prod", [(PROOF, "demand", MISSING)]),
    (REPRESENTATIVE, "prod", [(PROOF, "demand.data.peakRpm", MISSING)]),
    (REPRESENTATIVE, "prod", [(PROOF, "loadTest", MISSING)]),
    (COVERED, "prod", [("chat", "sku.capacity", 96)]),
    (COVERED, "prod", [("routing", "routes", MISSING), ("stack-evidence", "demand", MISSING)]),
    (COVERED, "prod", [("stack-evidence", "demand", MISSING)]),
    (COVERED, "prod", asked(("cacheShare", 1))),
    (COVERED, "prod", RESERVED),
    (COVERED, "prod", [*RESERVED, ("reserved", "sku.capacity", 15), *asked(("peakRpm", 160))]),
    (SKU, "dev", [("chat", "sku.name", "DeveloperTier")]),
    (SKU, "staging", [("chat", "sku.name", "GlobalBatch")]),
    (SKU, "prod", [("chat", "sku.capacity", 1.0)]),
    (SKU, "prod", [("chat", "sku.capacity", 10000)]),
    (SKU, "prod", [("reserved", "sku.capacity", 15)]),
    (SKU, "prod", [("embed", MODEL, "from-nowhere")]),
    (SPILLS, "prod", []),
    (SPILLS, "prod", [("reserved", SPILLOVER, "CHAT-V2")]),
    (SPILLS, "prod", [("chat", SPILLOVER, "chat-v9")]),
    (SPILLS, "prod", [("reserved", "sku.name", "DataZoneStandard"), ("reserved", SPILLOVER, "")]),
]

REFUSED = [
    (TESTED, "staging", [(PROOF, "loadTest", MISSING)], "'chat' answers callers and has no load"),
    (TESTED, "dev", [(PROOF, "loadTest", "fine")], "has no load test", {HONEST}),
    (TESTED, "prod", [("chat", "sku.capacity", 149)], "of 150, deployed with 149"),
    (
        TESTED,
        "prod",
        [("chat", "sku.capacity", MISSING)],
        "of 150, deployed with unset",
        {SKU, COVERED},
    ),
    (
        TESTED,
        "prod",
        [(PROOF, "loadTest.identity.sku", "GlobalStandard")],
        "sku 'GlobalStandard' was tested, 'DataZoneStandard' is deployed",
    ),
    (TESTED, "prod", [(PROOF, "loadTest.identity.model", "gpt-5")], "model 'gpt-5' was tested"),
    (TESTED, "prod", [(PROOF, "loadTest.identity", MISSING)], "model unset was tested", {HONEST}),
    (
        TESTED,
        "prod",
        [("routing", "routes.chat.candidate", "account/chat-v9")],
        "route 'chat' leads to 'account/chat-v9' as its candidate, and the stack deploys no such",
    ),
    (
        TESTED,
        "prod",
        [("routing", "routes.chat.fallback", ["elsewhere/chat-v2"])],
        "leads to 'elsewhere/chat-v2' as its fallback",
    ),
    (FAST, "prod", measured(("p95Ms", 3420), ("p99Ms", 5000)), "p95 3420 ms (limit 3000)"),
    (FAST, "dev", measured(("p95Ms", 3000)), "p95 3000 ms (limit 3000)"),
    (FAST, "prod", measured(("p95Ms", MISSING)), "p95 not measured", {HONEST}),
    (FAST, "prod", measured(("p95Ms", "2140")), "p95 not measured", {HONEST}),
    (FAST, "prod", measured(("p99Ms", 6001)), "p99 6001 ms (limit 6000)"),
    (FAST, "prod", measured(("p99Ms", MISSING)), "p99 not measured", {HONEST}),
    (FAST, "prod", measured(("errorRate", 0.011)), "errorRate 0.011 (limit 0.01)"),
    (FAST, "prod", measured(("throttledShare", 0.02)), "throttledShare 0.02 (limit 0.01)"),
    (FAST, "staging", measured(("throttledShare", MISSING)), "Share not measured", {HONEST}),
    (REPRESENTATIVE, "prod", measured(("ranAt", ago(days=31))), "is 31.0 days old (limit 30)"),
    (REPRESENTATIVE, "prod", measured(("ranAt", ago(days=-1))), "a date in the future"),
    (REPRESENTATIVE, "dev", measured(("ranAt", MISSING)), "has no date", {HONEST}),
    (REPRESENTATIVE, "prod", measured(("durationMin", 14)), "it took 14 minutes (need 15)"),
    (REPRESENTATIVE, "prod", measured(("durationMin", MISSING)), "no minutes", {HONEST}),
    (REPRESENTATIVE, "prod", measured(("achievedRps", 1.89)), "reached 1.89 of 2 requests"),
    (REPRESENTATIVE, "prod", measured(("achievedRps", MISSING)), "no of 2 requests", {HONEST}),
    (REPRESENTATIVE, "prod", measured(("targetRps", MISSING)), "of no requests", {HONEST}),
    (REPRESENTATIVE, "prod", measured(("dropped", 3)), "it dropped 3 requests (limit 0)"),
    (REPRESENTATIVE, "prod", measured(("dropped", MISSING)), "dropped no requests", {HONEST}),
    (REPRESENTATIVE, "staging", measured(("partial", True)), "it was cut off"),
    (
        REPRESENTATIVE,
        "prod",
        [(PROOF, "demand.data.peakRpm", 121)],
        "it aimed at 2 requests a second (peak 2.02)",
    ),
    (
        COVERED,
        "prod",
        asked(("peakRpm", 157)),
        "needs 150,720 TPM at its peak (with headroom x 1.2), 'chat' has 150,000. "
        "Fix: capacity: 151, or more",
    ),
    (
        COVERED,
        "prod",
        asked(("peakRpm", 1300), ("avgPromptTokens", 10), ("maxOutputTokens", 10)),
        "needs 1,560 RPM at its peak",
    ),
    (COVERED, "staging", asked(("maxOutputTokens", 4096)), "needs 563,520 TPM"),
    (COVERED, "prod", asked(("peakRpm", MISSING)), "nobody said how many callers", {HONEST}),
    (COVERED, "prod", asked(("peakRpm", -60)), "nobody said how many callers", {HONEST}),
    (COVERED, "prod", asked(("avgPromptTokens", MISSING)), "nobody said how many", {HONEST}),
    (COVERED, "prod", asked(("maxOutputTokens", MISSING)), "nobody said how many", {HONEST}),
    (
        COVERED,
        "prod",
        [
            ("stack-evidence", "demand.0.subject.route", "other"),
            (PROOF, "demand.subject.route", "other"),
        ],
        "nobody said how many callers route 'chat' must carry",
    ),
    (COVERED, "prod", asked(("peakRpm", "many")), "nobody said how many callers", {HONEST}),
    (COVERED, "prod", asked(("cacheShare", 2)), "nobody said how many callers", {HONEST}),
    (
        COVERED,
        "prod",
        [("stack-evidence", "demand", MISSING), (PROOF, "demand", MISSING)],
        "nobody said how many callers route 'chat' must carry",
    ),
    (
        COVERED,
        "prod",
        [*RESERVED, ("reserved", "sku.capacity", 15), *asked(("peakRpm", 190))],
        "needs 175 PTU at its peak (with headroom x 1.2), 'reserved' has 15 beside its spillover "
        "'chat'",
        {TESTED},
    ),
    (
        COVERED,
        "prod",
        [("routing", STABLE, MISSING)],
        "route 'chat' has no stable deployment",
        {TESTED},
    ),
    (
        COVERED,
        "staging",
        [("routing", "routes", ["account/chat-v2"])],
        "route 'routes' has no stable deployment",
        {TESTED, "rollback-target-retained", "rollback-tested"},
    ),
    (
        COVERED,
        "prod",
        [("chat", MODEL, "from-nowhere"), ("routing", "routes.chat.fallback", [])],
        "nobody knows how much 'from-nowhere' on 'DataZoneStandard' carries",
        {TESTED, MATCHES, SPILLS, "model-approved", *UNAPPROVED},
    ),
    (SKU, "prod", [("previous", "sku.name", "DeveloperTier")], "'DeveloperTier', which", {REGION}),
    (SKU, "prod", [("previous", "sku.name", "DataZoneBatch")], "is not for prod. Fix: sku: Data"),
    (SKU, "prod", [("previous", "sku.name", MISSING)], "has SKU unset", {REGION}),
    (SKU, "prod", [("previous", "sku.name", "Turbo")], "has SKU 'Turbo', which", {REGION}),
    (
        SKU,
        "dev",
        [("previous", "sku.name", "DataZoneProvisionedManaged")],
        "which is not for dev",
    ),
    (SKU, "staging", [("previous", "sku.name", "DeveloperTier")], "which is not for staging"),
    (SKU, "prod", [("embed", "sku.capacity", MISSING)], "has a capacity of unset"),
    (SKU, "prod", [("embed", "sku.capacity", 1.5)], "has a capacity of 1.5. Fix: capacity"),
    (SKU, "prod", [("embed", "sku.capacity", 0)], "has a capacity of 0. Fix"),
    (SKU, "prod", [("embed", "sku.capacity", "100")], "has a capacity of '100'"),
    (SKU, "dev", [("embed", "sku.capacity", 201)], "of 201 of DataZoneStandard (limit for dev"),
    (SKU, "prod", [("reserved", "sku.capacity", 1005)], "Fix: capacity: 1000, or less"),
    (
        SKU,
        "prod",
        [("reserved", "sku.capacity", 52)],
        "which is sold from 15 in steps of 5. Fix: capacity: 55",
    ),
    (SKU, "prod", [("reserved", "sku.capacity", 10)], "Fix: capacity: 15", {TESTED}),
    (
        SKU,
        "prod",
        [
            (
                "extra",
                "",
                part(
                    "previous",
                    ("deploymentName", "extra-v1"),
                    ("sku.name", "GlobalProvisionedManaged"),
                    (MODEL, "x"),
                ),
            )
        ],
        "nobody knows in which steps GlobalProvisionedManaged is sold for 'x'",
        {SPILLS, REGION, "model-approved"},
    ),
    (SPILLS, "prod", [("reserved", SPILLOVER, MISSING)], "refuses callers when it is full"),
    (SPILLS, "staging", [("reserved", SPILLOVER, "chat-v9")], "'chat-v9', which its account does"),
    (SPILLS, "prod", [("reserved", SPILLOVER, "chat-v1")], "'gpt-5.4' and spills over", UNPROVEN),
    (
        SPILLS,
        "prod",
        [("chat", "sku.name", "GlobalStandard")],
        "is DataZoneProvisionedManaged and spills over to 'chat', which is 'GlobalStandard'",
        {TESTED, REGION, *UNAPPROVED},
    ),
]

NEEDED = [
    (TESTED, PROOF, "loadTest"),
    (TESTED, "chat", "sku"),
    (TESTED, "routing", "routes.chat"),
    (TESTED, "routing", "routes.chat.fallback"),
    (FAST, PROOF, DATA),
    (REPRESENTATIVE, PROOF, "demand"),
    (COVERED, "chat", "sku.capacity"),
    (COVERED, "chat", VERSION),
    (COVERED, "stack-evidence", "demand"),
    (SKU, "chat", "sku"),
    (SKU, "reserved", VERSION),
    (SPILLS, "reserved", "sku"),
    (SPILLS, "chat", "deploymentName"),
]

NOT_READ = []
