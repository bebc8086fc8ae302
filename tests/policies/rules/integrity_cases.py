"""What the rule on honest evidence lets pass, and what it refuses."""

from tests.policies.compliant.proof import ByHand
from tests.policies.rules.quality_cases import (
    DATA,
    HONEST,
    MATCHES,
    METRICS,
    PROOF,
    UNAPPROVED,
    ago,
    evaluated,
)
from tests.policies.worlds import MISSING, part

PASSED = [
    (HONEST, "prod", []),
    (HONEST, "prod", [(PROOF, "current", MISSING)]),
    (HONEST, "prod", [("stack-evidence", "approval", MISSING)]),
    (HONEST, "prod", evaluated(("samples", 300.0), ("uri", MISSING))),
]

REFUSED = [
    (HONEST, "prod", [(PROOF, "schemaVersion", "2")], "schema '2', not '1'"),
    (HONEST, "prod", [(PROOF, "schemaVersion", MISSING)], "schema unset, not '1'"),
    (HONEST, "prod", [(PROOF, "opinion", {"good": True})], "holds 'opinion', which nothing"),
    (HONEST, "prod", [(PROOF, "chain.author", "kim")], "holds 'chain.author', which nothing"),
    (HONEST, "prod", [("embed-evidence", "current", "fine")], "holds 'current', which nothing"),
    (
        HONEST,
        "prod",
        [(PROOF, "current.promptSha256", "9f")],
        "promptSha256 of 'account/chat-v2' is no SHA-256",
        UNAPPROVED | {MATCHES},
    ),
    (
        HONEST,
        "prod",
        [(PROOF, f"{DATA}.metrics.groundedness", ByHand(4.9))],
        "(evaluation) of 'account/chat-v2' was changed after it was recorded",
    ),
    (HONEST, "dev", [(PROOF, "loadTest.hash", ByHand("0" * 64))], "its hash is another"),
    (HONEST, "prod", [(PROOF, "loadTest.hash", ByHand(MISSING))], "its hash is another"),
    (
        HONEST,
        "prod",
        [("stack-evidence", "approval.0.data.ticket", ByHand("CHG-9"))],
        "(approval[0]) of 'stack-evidence' was changed",
    ),
    (HONEST, "prod", evaluated(("mood", 5)), "data.mood: is not known"),
    (HONEST, "prod", evaluated(("a", 5), ("b", 5), ("c", 5)), "data.c: is not known. Fix"),
    (
        HONEST,
        "prod",
        evaluated(("a", 5), ("b", 5), ("c", 5), ("d", 5)),
        "data.c: is not known, and 1 more. Fix",
    ),
    (
        HONEST,
        "prod",
        [*evaluated(("mood", 5)), (PROOF, "chain.file", MISSING)],
        "Fix: restore the evidence file from git",
    ),
    (HONEST, "prod", evaluated(("uri", "http://x.y")), "data.uri: string should match"),
    (HONEST, "prod", evaluated(("datasetSha256", "ab")), "data.datasetSha256: string"),
    (HONEST, "prod", evaluated(("passShareLower", 1.2)), "less than or equal to 1"),
    (
        HONEST,
        "prod",
        [(PROOF, "evaluation.tool.name", "a spreadsheet")],
        "evaluation is measured by plumb evaluate",
    ),
    (HONEST, "prod", [(PROOF, "evaluation.seq", 99)], "its chain ends before"),
    (HONEST, "prod", [(PROOF, "chain.entries", MISSING)], "its chain ends before"),
    (HONEST, "prod", [(PROOF, "chain.headAt", MISSING)], "its chain ends before"),
    (HONEST, "prod", [(PROOF, "chain.headAt", ago(days=3))], "its chain ends before"),
    (
        HONEST,
        "prod",
        [("next-evidence", "evaluation", part(PROOF).inputs["evaluation"])],
        "speaks of another deployment",
        {MATCHES},
    ),
    (
        HONEST,
        "prod",
        [(PROOF, "humanReview", part(PROOF).inputs["loadTest"])],
        "stands where humanReview should",
        {METRICS},
    ),
]

NEEDED = [
    (HONEST, PROOF, "evaluation.data.runId"),
    (HONEST, PROOF, "evaluation"),
]

NOT_READ = []
