"""Example evidence for a stack: what its commands would have recorded, had they measured.

It is made by the functions that record, and only ever lies in a folder of a test's own: the
program reads the evidence that lies beside it, so whoever runs a copy of the project, in either
host, runs it with the copy's evidence.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from components.catalog import PROVISIONED_SKUS, model_behind
from components.evidence_kinds import Person
from components.sections import DeploymentSettings
from components.stack_file import ROOT
from scripts.readiness import recording
from scripts.readiness.declared import Declared, Key, declared
from scripts.readiness.evidence_log import written
from scripts.readiness.run_folder import Result

SHA = "5a" * 32
APPROVERS = {
    role: Person(id=f"00000000-0000-4000-8000-0000000009{number:02}", name=name)
    for number, (role, name) in enumerate(
        {
            "product": "Paula Product",
            "security": "Sam Secure",
            "responsible-ai": "Rosa Right",
            "operations": "Olaf Operator",
            "finance": "Fred Finance",
        }.items()
    )
}
PROMPT_TOKENS, OUTPUT_TOKENS = 600, 200


def checkout(folder: Path) -> Path:
    """Our program and stack files in another folder, as `plumb check` and the recorder want it."""
    folder.mkdir(exist_ok=True)
    for file in [ROOT / "__main__.py", *ROOT.glob("Pulumi.*.yaml")]:
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


def prove(root: Path, stack: str, now: datetime | None = None) -> Path:
    """Writes all that the gate asks of a stack into the evidence beside its program.

    Measured a day before `now`, approved an hour before it.
    """
    now = now or datetime.now(UTC)
    target = declared(stack, root, git_sha="1a2b3c4")
    target.file.unlink(missing_ok=True)
    measured_at, approved_at = now - timedelta(days=1), now - timedelta(hours=1)
    drafts = [recording.measured(target, result) for result in results(target, measured_at)]
    for kind, route, data in declarations(target, measured_at):
        draft = recording.declared_by_hand(target, kind, data, measured_at, route=route)
        drafts.append(draft)
    recording.record(target, drafts, now)
    for role, person in APPROVERS.items():
        recording.approve(
            target,
            approved_at,
            role=role,
            by=person,
            ticket=f"CHG-{1400 + len(role)}",
            success_metrics=SUCCESS if role == "product" else (),
        )
    return target.file


SUCCESS = [
    {"name": "solved without a person", "baseline": 0.31, "target": 0.4, "source": "report 12"}
]


def results(target: Declared, at: datetime) -> list[Result]:
    """A run of each measuring command on each deployment that it can be asked of."""
    found = []
    for key, identity in sorted(target.identities.items()):
        makes = [("loadTest", "plumb load", load_test(target, key, at))]
        if is_chat(target.settings.accounts[key[0]].deployments[key[1]]):
            makes.append(("evaluation", "plumb evaluate", EVALUATION))
            makes.append(("humanReview", "plumb review", REVIEW))
        found += [
            Result(
                kind=kind,
                stack=target.stack,
                identity=identity,
                measured_at=written(at),
                tool=recording.tool(name),
                data=data,
            )
            for kind, name, data in makes
        ]
    return found


def declarations(target: Declared, at: datetime):
    """(kind, route, data) of what people declare."""
    for route, wanted in sorted(target.settings.routes.items()):
        yield (
            "demand",
            route,
            {
                "peakRpm": peak_rpm(target, target.settings.target(wanted.stable)),
                "avgPromptTokens": PROMPT_TOKENS,
                "maxOutputTokens": OUTPUT_TOKENS,
                "growthMonths": 6,
                "asOf": written(at),
            },
        )
        yield (
            "rollback",
            route,
            {
                "target": "/".join(rollback_target(target, wanted.stable)),
                "testedAt": written(at),
                "minutes": 4,
            },
        )
    plan = "https://wiki.contoso.com/cora/capacity"
    yield "capacityPlan", None, {"url": plan, "reviewedAt": written(at), "by": "Olaf Operator"}
    budget = target.settings.budget
    yield (
        "cost",
        None,
        {
            "forecastMonthly": round(budget.monthly * 0.8),
            "currency": budget.currency,
            "priceFileSha256": SHA,
        },
    )
    trained = "https://wiki.contoso.com/cora/training"
    yield "attestation", None, {"what": "support trained", "link": trained, "by": "Olaf Operator"}


def is_chat(wanted: DeploymentSettings) -> bool:
    model = model_behind(wanted.deployed_model, wanted.deployed_version, wanted.format)
    return model is None or model.kind != "embeddings"


def peak_rpm(target: Declared, key: Key) -> int:
    """Half of what a deployment admits."""
    wanted = target.settings.accounts[key[0]].deployments[key[1]]
    model = model_behind(wanted.deployed_model, wanted.deployed_version, wanted.format)
    per_unit = 1000 if wanted.sku in PROVISIONED_SKUS or model is None else model.tokens_per_unit
    return max(1, wanted.capacity * per_unit // (PROMPT_TOKENS + OUTPUT_TOKENS) // 2)


def rollback_target(target: Declared, stable: str) -> Key:
    """Another deployment that could answer in its place: an older version, else a general one."""
    account, name = target.settings.target(stable)
    deployments = target.settings.accounts[account].deployments
    others = [key for key, each in sorted(deployments.items()) if key != name and is_chat(each)]
    purpose = name.rpartition("-")[0]
    same = [key for key in others if key.startswith(f"{purpose}-v")]
    return account, (same or others or [name])[0]


def load_test(target: Declared, key: Key, at: datetime):
    routes = target.settings.routes.values()
    stables = [target.settings.target(route.stable) for route in routes]
    rps = max([1, *(peak_rpm(target, stable) / 60 for stable in stables)])
    return {
        "runId": "example-load",
        "ranAt": written(at),
        "durationMin": 20,
        "targetRps": rps,
        "achievedRps": rps * 0.99,
        "p50Ms": 900,
        "p95Ms": 2140.5,
        "p99Ms": 3100,
        "errorRate": 0.002,
        "throttledShare": 0,
        "dropped": 0,
        "tokensPerMin": round(rps * 60 * (PROMPT_TOKENS + OUTPUT_TOKENS)),
        "partial": False,
    }


EVALUATION = {
    "runId": "example-evaluation",
    "dataset": "support.jsonl",
    "datasetSha256": SHA,
    "samples": 300,
    "judged": 298,
    "samplesByTag": {"typical": 210, "edge": 40, "adversarial": 30, "regression": 20},
    "metrics": {"groundedness": 4.4, "relevance": 4.5, "coherence": 4.6, "fluency": 4.7},
    "passShareLower": 0.88,
    "safety": {
        harm: {"defectRate": 0.002, "maxSeverity": "Low"}
        for harm in ("violence", "sexual", "selfHarm", "hateUnfairness")
    },
    "jailbreakDefectRate": 0.01,
    "judge": {"model": "gpt-5.5", "version": "2026-04-24"},
}
REVIEW = {"reviewed": 40, "passShare": 0.95, "kappa": 0.72, "sheetSha256": SHA}
