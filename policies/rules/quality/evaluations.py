"""An evaluation is there, of what is deployed, lately, on enough samples."""

from collections.abc import Iterator
from typing import Final

from components.catalog import DEPLOYMENT
from components.evidence_kinds import KINDS
from policies.commands import evaluate, review
from policies.deployed import FILTER, MODEL, VERSION, called, talks
from policies.freshness import outdated
from policies.limits import quality as limits
from policies.proof import EVIDENCE, Proofs, changes, entry, of_whom
from policies.rule import Context, Levels, ResourceRule, Rule, StackRule, each
from policies.serving import serving
from policies.values import Value
from policies.wording import shown
from policies.world import Finding, Resource, World

HASHED: Final = {"filterSha256": "another content filter", "promptSha256": "another prompt"}
PATHS: Final = {"model": MODEL, "version": VERSION, "filterSha256": FILTER}


def evaluation_evidence_present(world: World, ctx: Context) -> Iterator[Finding]:
    proofs = Proofs(world)
    kinds = {"evaluation": "no evaluation"}
    if ctx.limit(limits.HUMAN_REVIEW) == "required":
        kinds["humanReview"] = "no review by people"

    def unmeasured(deployment: Resource) -> Iterator[Finding]:
        if not talks(deployment):
            return
        found = proofs.of(deployment)
        for kind, lack in kinds.items():
            if all(entry(evidence, kind) is None for evidence in found):
                yield Finding(
                    deployment,
                    f"{deployment.label} answers callers and has {lack}. "
                    f"Fix: {_again(kind, called(world, deployment), world.stack, ctx)}.",
                )

    yield from each(serving(world), unmeasured)


def evaluation_matches_deployment(world: World, ctx: Context) -> Iterator[Finding]:
    proofs = Proofs(world)

    def another(deployment: Resource) -> Iterator[Finding]:
        if not talks(deployment):
            return
        for evidence in proofs.of(deployment):
            differ = {
                part: _difference(part, measured, deployed)
                for kind in ("evaluation", "humanReview")
                if (proven := entry(evidence, kind)) is not None
                for part, measured, deployed in changes(
                    world, deployment, evidence, proven, KINDS[kind].compares
                )
            }
            if differ:
                yield Finding(
                    deployment,
                    f"{deployment.label} is not what was evaluated: {'; '.join(differ.values())}. "
                    f"Fix: {evaluate(called(world, deployment), world.stack, ctx.profile)}; or "
                    "deploy what was evaluated.",
                    next((PATHS[part] for part in differ if part in PATHS), ""),
                )

    yield from each(serving(world), another)


def _again(kind: str, target: str, stack: str, ctx: Context) -> str:
    return review(stack) if kind == "humanReview" else evaluate(target, stack, ctx.profile)


def _difference(part: str, measured: Value, deployed: Value) -> str:
    if part in HASHED:
        return HASHED[part]
    return f"{part} {shown(measured)} was measured, {shown(deployed)} is deployed"


def evaluation_fresh(evidence: Resource, ctx: Context) -> Iterator[Finding]:
    limit = {
        "evaluation": ctx.limit(limits.EVALUATION_DAYS),
        "humanReview": ctx.limit(limits.REVIEW_DAYS),
    }
    for kind, most in limit.items():
        measured = entry(evidence, kind)
        if measured is None:
            continue
        said = outdated(measured.text("measuredAt"), most, ctx.now)
        if said:
            yield Finding(
                evidence,
                f"the {kind} of {shown(of_whom(evidence))} {said}. "
                f"Fix: {_again(kind, of_whom(evidence), evidence.stack, ctx)}.",
                measured.at("measuredAt"),
            )


def evaluation_sample_size(evidence: Resource, ctx: Context) -> Iterator[Finding]:
    evaluation = entry(evidence, "evaluation")
    if evaluation is None:
        return
    whose = shown(of_whom(evidence))
    samples, judged = evaluation.number("data.samples"), evaluation.number("data.judged")
    edge = evaluation.number("data.samplesByTag.edge")
    attacks = evaluation.number("data.samplesByTag.adversarial")
    asked = [
        ("samples", samples, ctx.limit(limits.SAMPLES)),
        ("edge cases", edge, ctx.limit(limits.EDGE_CASES)),
        ("attacks", attacks, ctx.limit(limits.ADVERSARIAL_CASES)),
    ]
    few = [each for each in asked if each[1] is None or each[1] < each[2]]
    if few:
        had = ", ".join(f"{_count(number)} {what}" for what, number, _ in few)
        yield Finding(
            evidence,
            f"the evaluation of {whose} has {had} (need {_listed(least for *_, least in few)}). "
            "Fix: extend the dataset, then plumb evaluate it again.",
            evaluation.at("data.samples"),
        )
    least = ctx.limit(limits.JUDGED_SHARE)
    if judged is None or (samples is not None and judged < least * samples):
        yield Finding(
            evidence,
            f"{_count(judged)} of {_count(samples)} answers of {whose} got a score (need "
            f"{least:.0%}). Fix: see in the report why the judge fell silent, then plumb evaluate "
            "again.",
            evaluation.at("data.judged"),
        )
    if evaluation.text("data.datasetSha256") is None:
        yield Finding(
            evidence,
            f"nothing shows which dataset {whose} was evaluated on: datasetSha256 is "
            f"{shown(evaluation.read('data.datasetSha256'))}. Fix: plumb evaluate again, which "
            "records it.",
            evaluation.at("data.datasetSha256"),
        )


def _count(number: float | None) -> str:
    return "no" if number is None else shown(number)


def _listed(numbers: Iterator[float]) -> str:
    return ", ".join(f"{number:g}" for number in numbers)


RULES: Final[list[Rule]] = [
    StackRule(
        id="evaluation-evidence-present",
        number=1,
        category="quality",
        severity="High",
        levels=Levels.of("aaM"),
        description="What answers callers has been evaluated, and for prod read by people.",
        why="Nobody knows how a model answers until somebody has asked it, with this prompt and "
        "this filter. Without an evaluation the first to find out are the callers.",
        fix="Run plumb evaluate with your dataset against the deployment, with --record.",
        types=frozenset({DEPLOYMENT}),
        params=(limits.HUMAN_REVIEW,),
        check=evaluation_evidence_present,
    ),
    StackRule(
        id="evaluation-matches-deployment",
        number=2,
        category="quality",
        severity="High",
        levels=Levels.of("aaM"),
        description="The model, version, content filter and prompt that were evaluated are those "
        "that are deployed.",
        why="A score says nothing of another model, another prompt or another filter.",
        fix="Evaluate what is deployed, or deploy what was evaluated.",
        types=frozenset({DEPLOYMENT}),
        check=evaluation_matches_deployment,
    ),
    ResourceRule(
        id="evaluation-fresh",
        number=3,
        category="quality",
        severity="Medium",
        levels=Levels.of("aaM"),
        description="An evaluation is recent.",
        why="What callers ask, and the documents that answers rest on, change under a model that "
        "stays the same.",
        fix="Run plumb evaluate again, with --record.",
        types=frozenset({EVIDENCE}),
        reads=("evaluation", "humanReview"),
        params=(limits.EVALUATION_DAYS, limits.REVIEW_DAYS),
        check=evaluation_fresh,
    ),
    ResourceRule(
        id="evaluation-sample-size",
        number=4,
        category="quality",
        severity="Medium",
        levels=Levels.of("aMM"),
        description="An evaluation rests on enough samples, edge cases and attacks among them.",
        why="A mean of thirty answers may be half a point off, and what goes wrong in production "
        "is what nobody had thought of as typical.",
        fix="Extend the dataset, tag edge and adversarial cases, and run plumb evaluate again.",
        types=frozenset({EVIDENCE}),
        reads=("evaluation",),
        params=(
            limits.SAMPLES,
            limits.EDGE_CASES,
            limits.ADVERSARIAL_CASES,
            limits.JUDGED_SHARE,
        ),
        check=evaluation_sample_size,
    ),
]
