"""What the rules on quality let pass, and what they refuse."""

from datetime import timedelta

from policies.values import UNKNOWN
from tests.policies.worlds import MISSING, NOW, part, wire

PRESENT = "evaluation-evidence-present"
MATCHES = "evaluation-matches-deployment"
FRESH = "evaluation-fresh"
SIZE = "evaluation-sample-size"
GROUNDED = "groundedness-threshold"
METRICS = "quality-metrics-threshold"
SAFETY = "safety-evaluation-passed"
HONEST = "evidence-integrity"

PROOF = "chat-evidence"
DATA = "evaluation.data"
REVIEW = "humanReview.data"
MODEL = "properties.model.name"
FILTER = "properties.raiPolicyName"
STRICT = "properties.contentFilters.0.severityThreshold"
UNTESTED = {"load-test-evidence-present"}
UNAPPROVED = {"approvals-complete"}


def ago(**time):
    return f"{NOW - timedelta(**time):%Y-%m-%dT%H:%M:%SZ}"


def evaluated(*changes):
    return [(PROOF, f"{DATA}.{path}", value) for path, value in changes]


def reviewed(*changes):
    return [(PROOF, f"{REVIEW}.{path}", value) for path, value in changes]


AHEAD = (PROOF, "chain.headAt", ago(days=-9))
EMBEDDINGS_SERVE = ("routing", "routes.chat.fallback", ["account/embed-v1"])
UNSERVED = [("routing", "routes.chat.candidate", MISSING), ("routing", "routes.chat.fallback", [])]
BY_AZURE_NAME = [
    (PROOF, "subject.account", "SHOP-AI"),
    *((PROOF, f"{kind}.subject.account", "SHOP-AI") for kind in ("evaluation", "humanReview")),
    (PROOF, "loadTest.subject.account", "SHOP-AI"),
]

PASSED = [
    (PRESENT, "prod", [EMBEDDINGS_SERVE]),
    (PRESENT, "prod", [("embed-evidence", "", MISSING), ("previous-evidence", "", MISSING)]),
    (PRESENT, "staging", [(PROOF, "humanReview", MISSING)]),
    (PRESENT, "prod", BY_AZURE_NAME),
    (PRESENT, "prod", [("chat", "deploymentName", "CHAT-V2")]),
    (MATCHES, "prod", [("strict", "properties.contentFilters.0.severityThreshold", "Medium")]),
    (MATCHES, "prod", [("strict", "properties.mode", "Blocking"), EMBEDDINGS_SERVE]),
    (MATCHES, "prod", [(PROOF, "evaluation.identity.sku", "GlobalStandard")]),
    (
        MATCHES,
        "prod",
        [EMBEDDINGS_SERVE, ("embed-evidence", "evaluation", part(PROOF).inputs["evaluation"])],
    ),
    (MATCHES, "prod", [("previous", MODEL, "gpt-5.5")]),
    (MATCHES, "prod", [("chat", FILTER, UNKNOWN), wire("chat", properties=["strict"])]),
    (
        MATCHES,
        "prod",
        [*UNSERVED, ("strict", "raiPolicyName", UNKNOWN), wire("chat", properties=["strict"])],
    ),
    (FRESH, "prod", [(PROOF, "evaluation.measuredAt", ago(days=14))]),
    (FRESH, "staging", [(PROOF, "evaluation.measuredAt", ago(days=30))]),
    (FRESH, "dev", [(PROOF, "evaluation.measuredAt", ago(days=90))]),
    (FRESH, "prod", [(PROOF, "humanReview.measuredAt", ago(days=180))]),
    (FRESH, "prod", [(PROOF, "evaluation.measuredAt", ago(minutes=-5))]),
    (FRESH, "prod", [(PROOF, "evaluation", MISSING)]),
    (SIZE, "prod", evaluated(("samples", 200), ("judged", 190))),
    (SIZE, "prod", evaluated(("samplesByTag.edge", 30), ("samplesByTag.adversarial", 20))),
    (SIZE, "staging", evaluated(("samples", 100), ("judged", 95))),
    (SIZE, "dev", evaluated(("samples", 30), ("judged", 29), ("samplesByTag.edge", 5))),
    (SIZE, "prod", [(PROOF, "evaluation", MISSING)]),
    (GROUNDED, "prod", evaluated(("metrics.groundedness", 4.01))),
    (GROUNDED, "prod", [(PROOF, "evaluation", MISSING)]),
    (METRICS, "prod", evaluated(("metrics.relevance", 4.2), ("metrics.coherence", 4))),
    (METRICS, "prod", evaluated(("metrics.groundedness", 4.3), ("passShareLower", 0.8))),
    (METRICS, "prod", evaluated(("baseline", MISSING))),
    (METRICS, "prod", reviewed(("reviewed", 20), ("passShare", 0.9), ("kappa", 0.6))),
    (METRICS, "prod", [(PROOF, "evaluation", MISSING), (PROOF, "humanReview", MISSING)]),
    (SAFETY, "prod", evaluated(("safety.violence.defectRate", 0.01))),
    (SAFETY, "prod", evaluated(("safety.sexual.maxSeverity", "Medium"))),
    (SAFETY, "prod", evaluated(("jailbreakDefectRate", 0.05))),
    (SAFETY, "prod", [(PROOF, "evaluation", MISSING)]),
]

REFUSED = [
    (PRESENT, "dev", [(PROOF, "evaluation", MISSING)], "answers callers and has no evaluation"),
    (PRESENT, "prod", [(PROOF, "evaluation", "yes")], "no evaluation", {HONEST}),
    (PRESENT, "prod", [(PROOF, "humanReview", MISSING)], "has no review by people"),
    (
        PRESENT,
        "staging",
        [(PROOF, "", MISSING)],
        "'chat' answers callers and has no evaluation",
        UNTESTED,
    ),
    (
        PRESENT,
        "staging",
        [(PROOF, "subject.deployment", "chat-v1")],
        "Fix: plumb evaluate DATASET --target account/chat-v2 --judge DEPLOYMENT",
        UNTESTED | {HONEST},
    ),
    (
        PRESENT,
        "staging",
        [("routing", "routes", {})],
        "'previous' answers callers",
        UNTESTED | UNAPPROVED,
    ),
    (
        MATCHES,
        "prod",
        [(PROOF, "evaluation.identity.model", "gpt-5.1")],
        "model 'gpt-5.1' was measured, 'gpt-5.4' is deployed",
    ),
    (
        MATCHES,
        "dev",
        [("chat", "properties.model.version", "2026-04-01")],
        "version '2026-03-05' was measured, '2026-04-01' is deployed",
        {*UNTESTED, "capacity-covers-peak", "model-approved"},
    ),
    (
        MATCHES,
        "prod",
        [(PROOF, "humanReview.identity.version", MISSING)],
        "version unset was measured",
        {HONEST},
    ),
    (
        MATCHES,
        "prod",
        [(PROOF, "current.promptSha256", "0" * 64)],
        "evaluated: another prompt.",
        UNAPPROVED,
    ),
    (
        MATCHES,
        "prod",
        [(PROOF, "current.promptSha256", MISSING)],
        "evaluated: another prompt.",
        UNAPPROVED,
    ),
    (
        MATCHES,
        "prod",
        [(PROOF, "evaluation.identity.filterSha256", "0" * 64)],
        "evaluated: another content filter.",
    ),
    (
        MATCHES,
        "prod",
        [*UNSERVED, ("chat", FILTER, "Microsoft.DefaultV2")],
        "'chat' is not what was evaluated: another content filter",
        {"content-filter-assigned", *UNAPPROVED},
    ),
    (
        MATCHES,
        "prod",
        [*UNSERVED, ("strict", "properties", MISSING)],
        "'chat' is not what was evaluated: another content filter",
        {"content-filter-strength", *UNAPPROVED},
    ),
    (
        FRESH,
        "prod",
        [(PROOF, "evaluation.measuredAt", ago(days=41))],
        "the evaluation of 'account/chat-v2' is 41.0 days old (limit 14)",
    ),
    (FRESH, "prod", [(PROOF, "evaluation.measuredAt", ago(days=14, seconds=9))], "(limit 14)"),
    (FRESH, "staging", [(PROOF, "evaluation.measuredAt", ago(days=31))], "(limit 30)"),
    (FRESH, "dev", [(PROOF, "evaluation.measuredAt", ago(days=91))], "(limit 90)"),
    (
        FRESH,
        "prod",
        [(PROOF, "humanReview.measuredAt", ago(days=181))],
        "humanReview of 'account/",
    ),
    (
        FRESH,
        "prod",
        [(PROOF, "evaluation.measuredAt", ago(minutes=-6)), AHEAD],
        "has a date in the future",
        UNAPPROVED,
    ),
    (
        FRESH,
        "prod",
        [(PROOF, "evaluation.measuredAt", "2026-11-20T09:00:00+01:00")],
        "no date in UTC but",
        {HONEST},
    ),
    (FRESH, "prod", [(PROOF, "evaluation.measuredAt", "2026-11-20")], "no date in UTC", {HONEST}),
    (FRESH, "prod", [(PROOF, "evaluation.measuredAt", MISSING)], "has no date", {HONEST}),
    (SIZE, "prod", evaluated(("samples", 199), ("judged", 199)), "has 199 samples (need 200)"),
    (
        SIZE,
        "prod",
        evaluated(("samples", 25), ("judged", 25), ("samplesByTag.edge", 3)),
        "has 25 samples, 3 edge cases (need 200, 30)",
    ),
    (SIZE, "prod", evaluated(("samplesByTag.adversarial", 19)), "19 attacks (need 20)"),
    (SIZE, "staging", evaluated(("samplesByTag.edge", 14)), "14 edge cases (need 15)"),
    (SIZE, "dev", evaluated(("samplesByTag.adversarial", 4)), "4 attacks (need 5)"),
    (SIZE, "prod", evaluated(("samplesByTag.edge", MISSING)), "no edge cases", {HONEST}),
    (SIZE, "prod", evaluated(("samples", "300")), "has no samples (need 200)", {HONEST}),
    (
        SIZE,
        "prod",
        evaluated(("judged", 284)),
        "284 of 300 answers of 'account/chat-v2'",
    ),
    (SIZE, "prod", evaluated(("judged", MISSING)), "no of 300 answers", {HONEST}),
    (SIZE, "prod", evaluated(("datasetSha256", MISSING)), "datasetSha256 is unset", {HONEST}),
    (GROUNDED, "prod", evaluated(("metrics.groundedness", 4.0)), "is 4, not over 4.0", {METRICS}),
    (
        GROUNDED,
        "dev",
        evaluated(("metrics.groundedness", 3.9), ("baseline", MISSING)),
        "is 3.9, not over 4.0",
    ),
    (GROUNDED, "prod", evaluated(("metrics.groundedness", MISSING)), "is absent", {HONEST}),
    (GROUNDED, "prod", evaluated(("metrics.groundedness", "4.6")), "is absent", {HONEST}),
    (GROUNDED, "prod", evaluated(("metrics.groundedness", True)), "is absent", {HONEST}),
    (METRICS, "prod", evaluated(("metrics.coherence", 3.99)), "coherence 3.99 (need 4.0)"),
    (
        METRICS,
        "prod",
        evaluated(("metrics.fluency", 3), ("metrics.relevance", 3.9), ("baseline", MISSING)),
        "relevance 3.9 (need 4.0); fluency 3 (need 4.0)",
    ),
    (METRICS, "dev", evaluated(("metrics.fluency", MISSING)), "fluency absent", {HONEST}),
    (METRICS, "dev", evaluated(("metrics.relevance", MISSING)), "relevance absent", {HONEST}),
    (METRICS, "prod", evaluated(("passShareLower", 0.79)), "passShareLower 0.79 (need 0.8)"),
    (METRICS, "prod", evaluated(("passShareLower", MISSING)), "Lower absent", {HONEST}),
    (
        METRICS,
        "prod",
        evaluated(("metrics.groundedness", 4.29)),
        "groundedness fell from 4.5 to 4.29 (limit 0.2 below)",
    ),
    (METRICS, "prod", evaluated(("baseline.coherence", 5)), "coherence fell from 5 to 4.7"),
    (METRICS, "prod", reviewed(("passShare", 0.89)), "passShare 0.89 (need 0.9)"),
    (METRICS, "prod", reviewed(("reviewed", 19)), "reviewed 19 (need 20)"),
    (METRICS, "prod", reviewed(("kappa", 0.59)), "kappa 0.59 (need 0.6)"),
    (METRICS, "staging", reviewed(("kappa", MISSING)), "kappa absent", {HONEST}),
    (
        SAFETY,
        "prod",
        evaluated(("safety.violence.defectRate", 0.023)),
        "violence defects 0.023 (limit 0.01)",
    ),
    (SAFETY, "dev", evaluated(("safety.sexual", MISSING)), "sexual defects not meas", {HONEST}),
    (SAFETY, "prod", evaluated(("safety.selfHarm.maxSeverity", "High")), "severity 'High'"),
    (SAFETY, "prod", evaluated(("safety.sexual.maxSeverity", "Odd")), "ty 'Odd'", {HONEST}),
    (SAFETY, "prod", evaluated(("jailbreakDefectRate", 0.051)), "defects 0.051 (limit 0.05)"),
    (SAFETY, "prod", evaluated(("jailbreakDefectRate", MISSING)), "not measured", {HONEST}),
]

NEEDED = [
    (PRESENT, PROOF, "evaluation"),
    (PRESENT, PROOF, "subject"),
    (PRESENT, "chat", "deploymentName"),
    (PRESENT, "chat", "accountName"),
    (PRESENT, "chat", MODEL),
    (PRESENT, "routing", "routes"),
    (MATCHES, "strict", STRICT),
    (MATCHES, "strict", "properties"),
    (MATCHES, "strict", "raiPolicyName"),
    (MATCHES, "chat", FILTER),
    (FRESH, PROOF, "evaluation"),
    (SIZE, PROOF, DATA),
    (GROUNDED, PROOF, f"{DATA}.metrics"),
    (METRICS, PROOF, f"{DATA}.baseline.relevance"),
    (SAFETY, PROOF, f"{DATA}.safety.sexual"),
]

NOT_READ = []
