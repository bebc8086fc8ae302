"""What was measured, rehearsed and approved of the compliant stack, recorded a day before `now`."""

import json
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from policies.values import Unknown
from tests.policies.compliant.models import FILTER, MODELS, has_reserved
from tests.policies.compliant.part import Part
from tests.policies.compliant.watching import ON_CALL

EVIDENCE = "plumb:index:Evidence"
PROMPT = "9f" * 32
SHEET = "ab" * 32
SERVING = ("chat", "next", "reserved")
APPROVERS = {
    "product": "kim@contoso.com",
    "security": "sam@contoso.com",
    "responsible-ai": "ida@contoso.com",
    "operations": "max@contoso.com",
}


@dataclass(frozen=True)
class ByHand:
    """A value that somebody wrote into the file afterwards: no hash is made anew for it."""

    value: Any


def canonical(value):
    """Our own words for policy.md 5.3, so that the tests can disagree with the code."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case dict():
            return {key: canonical(held) for key, held in value.items()}
        case list():
            return [canonical(held) for held in value]
    return value


def hash_of(value):
    text = json.dumps(
        canonical(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return sha256(text.encode()).hexdigest()


def signed(entry):
    """The entry with the hash that it should have; as it is where no hash can be made."""
    bare = {key: value for key, value in entry.items() if key != "hash"}
    try:
        return {**bare, "hash": hash_of(bare)}
    except (TypeError, ValueError):  # an unknown value, or one that is no JSON
        return entry


def honest(inputs):
    """An Evidence whose entries, as they are now, all bear their hash."""
    return {key: _honest(value) for key, value in inputs.items()}


def _honest(value):
    if isinstance(value, list):
        return [_honest(each) for each in value]
    if isinstance(value, dict) and "kind" in value and not isinstance(value["kind"], Unknown):
        return signed(value)
    return value


class Recorder:
    """Entries in the order of recording."""

    def __init__(self, profile, now):
        self.profile = profile
        self.now = now
        self.recorded = []

    def at(self, **ago):
        return f"{self.now - timedelta(**ago):%Y-%m-%dT%H:%M:%SZ}"

    def record(self, kind, subject, tool, data, identity=None):
        entry = {
            "seq": len(self.recorded) + 1,
            "prev": self.recorded[-1]["hash"] if self.recorded else "0" * 64,
            "kind": kind,
            "subject": {"stack": self.profile, **subject},
            "measuredAt": self.at(days=1),
            "tool": {"name": tool, "version": "1.0.0"},
            "data": data,
            **({"identity": identity} if identity else {}),
        }
        self.recorded.append(signed(entry))
        return self.recorded[-1]

    @property
    def chain(self):
        return {
            "file": f"evidence/{self.profile}.yaml",
            "entries": len(self.recorded),
            "head": self.recorded[-1]["hash"],
            "headAt": self.recorded[-1]["measuredAt"],
        }


def identity(name):
    deployment, model, version, sku, capacity = MODELS[name]
    return {
        "account": "account",
        "deployment": deployment,
        "model": model,
        "version": version,
        "sku": sku,
        "capacity": capacity,
        "filter": "strict",
        "filterSha256": hash_of(FILTER),
        "promptSha256": PROMPT,
        "region": "swedencentral",
        "gitSha": "1a2b3c",
    }


EVALUATION = {
    "runId": "run-7",
    "dataset": "cora-support",
    "datasetSha256": SHEET,
    "samples": 300,
    "judged": 298,
    "samplesByTag": {"typical": 200, "edge": 50, "adversarial": 40, "regression": 10},
    "metrics": {"groundedness": 4.6, "relevance": 4.4, "coherence": 4.7, "fluency": 4.8},
    "passShareLower": 0.91,
    "baseline": {"groundedness": 4.5, "relevance": 4.4},
    "safety": {
        harm: {"defectRate": 0.002, "maxSeverity": "Low"}
        for harm in ("violence", "sexual", "selfHarm", "hateUnfairness")
    },
    "jailbreakDefectRate": 0.01,
    "judge": {"model": "gpt-5.5", "version": "2026-04-24"},
    "uri": "https://reports.contoso.com/run-7",
}
REVIEW = {"reviewed": 40, "passShare": 0.95, "kappa": 0.72, "sheetSha256": SHEET}
LOAD = {
    "runId": "load-7",
    "durationMin": 20,
    "targetRps": 2,
    "achievedRps": 1.98,
    "p50Ms": 900,
    "p95Ms": 2140.5,
    "p99Ms": 3100,
    "errorRate": 0.002,
    "throttledShare": 0,
    "dropped": 0,
    "tokensPerMin": 96000,
    "partial": False,
}
DEMAND = {
    "peakRpm": 100,
    "avgPromptTokens": 600,
    "maxOutputTokens": 200,
    "cacheShare": 0,
    "growthMonths": 6,
}


def parts(profile, now):
    recorder = Recorder(profile, now)
    served = [name for name in SERVING if name != "reserved" or has_reserved(profile)]
    measured = {name: _measured(recorder, name) for name in served}
    asked = {**DEMAND, "asOf": recorder.at(days=10)}
    demand = recorder.record("demand", {"route": "chat"}, "plumb readiness", asked)
    stack = _stack(recorder, demand, served)
    made = {
        f"{name}-evidence": Part(
            EVIDENCE,
            {
                "schemaVersion": "1",
                "subject": {
                    "stack": profile,
                    "account": "account",
                    "deployment": MODELS[name][0],
                },
                "current": {"promptSha256": PROMPT},
                "chain": recorder.chain,
                **({"demand": demand, **measured[name]} if name in served else {}),
            },
        )
        for name in MODELS
        if name != "reserved" or has_reserved(profile)
    }
    made["stack-evidence"] = Part(
        EVIDENCE,
        {
            "schemaVersion": "1",
            "subject": {"stack": profile},
            "chain": recorder.chain,
            "operations": {
                "runbookUrl": "https://wiki.contoso.com/cora/runbook",
                "onCall": {"rotation": "ai-platform-primary", "actionGroup": ON_CALL},
            },
            **stack,
        },
    )
    return made


def _measured(recorder, name):
    subject = {"account": "account", "deployment": MODELS[name][0]}
    load = {**LOAD, "ranAt": recorder.at(days=2)}
    return {
        "evaluation": recorder.record(
            "evaluation", subject, "plumb evaluate", EVALUATION, identity(name)
        ),
        "humanReview": recorder.record(
            "humanReview", subject, "plumb review", REVIEW, identity(name)
        ),
        "loadTest": recorder.record("loadTest", subject, "plumb load", load, identity(name)),
    }


def _stack(recorder, demand, served):
    rollback = {"target": "account/chat-v1", "testedAt": recorder.at(days=5), "minutes": 6}
    plan = {
        "url": "https://wiki.contoso.com/cora/capacity",
        "reviewedAt": recorder.at(days=5),
        "by": APPROVERS["operations"],
    }
    cost = {"forecastMonthly": 2400, "currency": "EUR", "priceFileSha256": SHEET}
    return {
        "demand": [demand],
        "rollback": [recorder.record("rollback", {"route": "chat"}, "plumb rollback", rollback)],
        "capacityPlan": recorder.record("capacityPlan", {}, "plumb capacity", plan),
        "cost": recorder.record("cost", {}, "plumb cost", cost),
        "approval": [_approval(recorder, role, by, served) for role, by in APPROVERS.items()],
    }


def _approval(recorder, role, by, served):
    data = {
        "role": role,
        "by": {"id": f"00000000-0000-4000-8000-0000000004{len(role):02}", "name": by},
        "at": recorder.at(hours=2),
        "ticket": "CHG-1402",
        "covers": [identity(name) for name in served],
    }
    if role == "product":
        data["successMetrics"] = [
            {"name": "deflection", "baseline": 0.31, "target": 0.4, "source": "Zendesk report 12"}
        ]
    return recorder.record("approval", {}, "plumb readiness", data)
