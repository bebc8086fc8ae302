"""An entry of every kind, as a recorder would write it."""

from components.canonical import entry_hash
from components.evidence_entry import NOTHING_BEFORE
from components.evidence_kinds import KINDS

ADA = {"id": "00000000-0000-4000-8000-000000000101", "name": "Ada Lovelace"}
NO_DEFECTS = {"defectRate": 0, "maxSeverity": "Low"}
AT = "2026-11-20T09:00:00Z"

IDENTITY = {
    "account": "primary",
    "deployment": "chat-v3",
    "model": "gpt-5.4",
    "version": "2026-03-05",
    "sku": "DataZoneStandard",
    "capacity": 150,
    "filter": "customer-facing",
    "filterSha256": "a" * 64,
    "promptSha256": "b" * 64,
    "region": "swedencentral",
    "gitSha": "1a2b3c4",
}

DATA = {
    "evaluation": {
        "runId": "20261120-evaluate-1",
        "dataset": "support.jsonl",
        "datasetSha256": "c" * 64,
        "samples": 200,
        "judged": 198,
        "samplesByTag": {"typical": 130, "edge": 30, "adversarial": 20, "regression": 20},
        "metrics": {"groundedness": 4.4, "relevance": 4.5, "coherence": 4.6, "fluency": 4.7},
        "passShareLower": 0.86,
        "safety": {
            "violence": NO_DEFECTS,
            "sexual": NO_DEFECTS,
            "selfHarm": NO_DEFECTS,
            "hateUnfairness": {"defectRate": 0.005, "maxSeverity": "Medium"},
        },
        "jailbreakDefectRate": 0.02,
        "judge": {"model": "gpt-5.5", "version": "2026-04-24"},
    },
    "humanReview": {"reviewed": 40, "passShare": 0.95, "kappa": 0.7, "sheetSha256": "d" * 64},
    "loadTest": {
        "runId": "20261120-load-1",
        "ranAt": AT,
        "durationMin": 20,
        "targetRps": 2,
        "achievedRps": 1.99,
        "p50Ms": 900,
        "p95Ms": 2140.5,
        "p99Ms": 3100,
        "errorRate": 0.002,
        "throttledShare": 0,
        "dropped": 0,
        "tokensPerMin": 70000,
    },
    "demand": {
        "peakRpm": 100,
        "avgPromptTokens": 600,
        "maxOutputTokens": 400,
        "growthMonths": 6,
        "asOf": AT,
    },
    "rollback": {"target": "chat-v2", "testedAt": AT, "minutes": 4},
    "capacityPlan": {"url": "https://wiki.contoso.com/plan", "reviewedAt": AT, "by": "Ada"},
    "approval": {
        "role": "security",
        "by": ADA,
        "at": AT,
        "ticket": "CHG-1",
        "covers": [IDENTITY],
    },
    "cost": {"forecastMonthly": 4200, "currency": "EUR", "priceFileSha256": "e" * 64},
    "attestation": {"what": "support trained", "link": "https://wiki.contoso.com/t", "by": "Ada"},
}

SUBJECTS = {
    "deployment": {"stack": "prod", "account": "primary", "deployment": "chat-v3"},
    "route": {"stack": "prod", "route": "chat"},
    "stack": {"stack": "prod"},
}


def entry(kind, /, seq=1, prev=NOTHING_BEFORE, **changes):
    """With its right hash, whatever was changed; None takes a part away."""
    about, made_by = KINDS[kind].about, KINDS[kind].made_by
    parts = {
        "seq": seq,
        "prev": prev,
        "kind": kind,
        "subject": SUBJECTS[about],
        "identity": IDENTITY if about == "deployment" else None,
        "measuredAt": AT,
        "tool": {"name": made_by or "plumb readiness record", "version": "0.1.0"},
        "data": DATA[kind],
        **changes,
    }
    made = {key: value for key, value in parts.items() if value is not None}
    return {**made, "hash": entry_hash(made)}
