"""One call of `plumb evaluate`, from its words to what it leaves behind."""

import time as clocks
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from components.catalog import model_behind
from components.profiles import Profile
from components.stack_file import ROOT
from scripts import style
from scripts.client.target import Entra, Target, azure_url
from scripts.evaluate import dataset as datasets
from scripts.evaluate import online, outputs, prompt, start
from scripts.evaluate.asking import Asking, router
from scripts.evaluate.dataset import Dataset
from scripts.evaluate.judges import chosen
from scripts.evaluate.judges.chosen import Way, open_judge
from scripts.evaluate.kept import Kept, Model, Plan, Side
from scripts.evaluate.online import Seen
from scripts.evaluate.report import Report, report
from scripts.evaluate.run import MOST_AT_ONCE, Tell, ask_all, at_once, judge_all, unanswered
from scripts.evaluate.start import WrongRun
from scripts.evaluate.timing import Timing
from scripts.exit import Exit
from scripts.opened import Opened, open_stack
from scripts.readiness import proven as proven_run
from scripts.readiness.run_folder import RUNS
from scripts.stack_outputs import DeploymentOutputs
from scripts.tokens import tokens

if TYPE_CHECKING:
    from scripts.readiness.proven import Proven


@dataclass(frozen=True, kw_only=True)
class Words:
    """What was typed."""

    stack: str
    dataset: Path | None
    target: str | None
    judge: str | None
    judge_way: Way
    baseline: str | None
    online: bool
    again: str | None
    most_tokens: int
    deadline_s: float
    record: bool
    record_for: Sequence[str]
    dry_run: bool


def run(wanted: Words, tell: Tell) -> tuple[Report, Path]:
    """Asks and judges, or goes on with what a run has left open.

    Raises:
        WrongDataset, WrongPrompt, WrongStyle, WrongRun, NoRun: something of it is wrong.
        typer.Exit: the stack cannot be asked, or nothing more was to be done.
    """
    opened = open_stack(wanted.stack)
    if wanted.again is not None:
        kept, proven = _resumed(wanted, opened, wanted.again)
    else:
        kept, proven = _begun(wanted, opened)
    plan = kept.plan()
    time = Timing(until=clocks.monotonic() + wanted.deadline_s)
    with time.interruptible():
        _ask_and_judge(kept, plan, opened, time, tell)
    found = report(kept)
    outputs.write(kept, found)
    if proven and found.code == Exit.YES:
        proven_run.keep(
            proven,
            plan.target.name,
            "evaluation",
            found.as_evidence(),
            kept.folder,
            tool="plumb evaluate",
            measured_at=plan.began_at,
        )
    return found, kept.folder


def _begun(wanted: Words, opened: Opened) -> "tuple[Kept, Proven | None]":
    if wanted.dataset is None or wanted.target is None:
        raise WrongRun("nothing to ask, or nobody. Fix: DATASET and --target, or --again RUN")
    name = opened.target(wanted.target)
    target = start.model(opened, name, ROOT)
    questions, seen = _questions(wanted, wanted.dataset)
    recorded = start.recorded_means(opened, target, ROOT) if wanted.online else None
    baseline = start.beside(opened, name, wanted.baseline) if wanted.baseline else None
    judge = _judge(wanted, opened, [name, *([baseline] if baseline else [])])
    proven = _proven(wanted, opened, name)
    plan = start.plan(
        opened,
        datetime.now(UTC),
        target=target,
        baseline=start.model(opened, baseline, ROOT) if baseline else None,
        judge=judge,
        judge_way=wanted.judge_way,
        dataset=questions.name,
        dataset_sha256=questions.sha256,
        most_tokens=wanted.most_tokens,
        recorded=recorded,
        profiles=[opened.declared.profile_of(opened.stack), *_profiles(proven)],
        identity=_identity(proven, target),
    )
    asked = 0 if wanted.online else len(questions.items) * (2 if baseline else 1)
    judged_by = judge.name if judge.stack == opened.stack else f"{judge.stack}:{judge.name}"
    typer.echo(
        f"{opened.stack}, {name}: {len(questions.items)} questions of {questions.name}, "
        f"{asked} calls of at most {wanted.most_tokens} tokens, judged by {judged_by}",
        err=True,
    )
    if wanted.dry_run:
        raise typer.Exit(Exit.YES)
    kept = Kept(ROOT / RUNS / plan.run_id)
    kept.begin(plan, questions.text.encode())
    for each in seen:
        kept.add_answer("target", each.given)
    return kept, proven


def _questions(wanted: Words, file: Path) -> tuple[Dataset, Sequence[Seen]]:
    """What is asked, and with `--online` what was answered."""
    if not wanted.online:
        return datasets.read(file), ()
    if wanted.record or wanted.record_for or wanted.baseline:
        raise WrongRun(
            "--online holds answers against the evaluation that is recorded, and records none. "
            "Fix: leave --record and --baseline out"
        )
    seen = online.read(file)
    lines = "".join(f"{each.item.model_dump_json()}\n" for each in seen)
    return datasets.parse(lines, str(file), file.stem, {}), seen


def _resumed(wanted: Words, opened: Opened, run_id: str) -> "tuple[Kept, Proven | None]":
    kept = Kept(ROOT / RUNS / Path(run_id).name)
    plan = kept.plan()
    if wanted.dataset or wanted.target or wanted.baseline or wanted.judge or wanted.online:
        raise WrongRun("--again goes on with a run as it was begun. Fix: leave the rest out")
    if plan.stack != wanted.stack:
        raise WrongRun(f"{run_id} asks {plan.stack}. Fix: --stack {plan.stack}")
    for model in (plan.target, plan.baseline):
        if model and start.model(opened, model.name, ROOT) != model:
            raise WrongRun(
                f"{model.name} is another model, or has another prompt, than when the run began. "
                "Fix: evaluate anew"
            )
    proven = _proven(wanted, opened, plan.target.name)
    if proven and plan.identity != _identity(proven, plan.target):
        raise WrongRun(
            f"{run_id} was begun without --record, or of something else than is declared now. "
            "Fix: evaluate anew with --record"
        )
    if wanted.dry_run:
        raise typer.Exit(Exit.YES)
    kept.mend()
    return kept, proven


def _proven(wanted: Words, opened: Opened, name: str) -> "Proven | None":
    if wanted.dry_run:
        return None
    return proven_run.as_declared(
        opened, name, "evaluation", own=wanted.record, others=wanted.record_for
    )


def _profiles(proven: "Proven | None") -> list[Profile]:
    return [each.profile for each in proven.stacks] if proven else []


def _identity(proven: "Proven | None", target: Model) -> dict[str, Any] | None:
    if proven is None:
        return None
    return proven.measured.identity(target.account, target.deployment).written()


def _ask_and_judge(kept: Kept, plan: Plan, opened: Opened, time: Timing, tell: Tell) -> None:
    questions = kept.dataset()
    token = tokens()
    sides: list[tuple[Side, Model]] = [("target", plan.target)]
    if plan.baseline:
        sides.append(("baseline", plan.baseline))
    for side, model in sides:
        ahead = unanswered(kept, side, questions)
        if not ahead:
            continue
        asking = _asking(opened, model, plan.most_tokens, token, time)
        _, held = opened.held(model.name)
        facts = model_behind(held.model, held.version, held.format)
        minute = chosen.pace(held, facts, time).tokens_a_minute
        calls = at_once(minute, max(map(asking.cost, ahead)))
        ask_all(kept, side, ahead, asking.ask, calls, time, tell)
    if time.stop.is_set():
        return
    judging = opened if plan.judge.stack == opened.stack else open_stack(plan.judge.stack)
    judge = open_judge(
        judging,
        plan.judge.name,
        [model.name for _, model in sides] if judging is opened else [],
        time=time,
        token=token,
        way=plan.judge_way,
    )
    now = (judge.model, judge.version, judge.prompt_sha256)
    if now != (plan.judge.model, plan.judge.version, plan.judge.prompt_sha256):
        raise WrongRun(
            f"{plan.judge.name} is another model, or judges by other prompts, than when the run "
            "began. Fix: evaluate anew"
        )
    for side, _ in sides:
        judge_all(kept, side, questions, judge, MOST_AT_ONCE, time, tell)


def _asking(opened: Opened, model: Model, most_tokens: int, token: Entra, time: Timing) -> Asking:
    account, held = opened.held(model.name)
    file = style.file_of(model.deployment, ROOT)
    target = Target(
        base_url=azure_url(account.endpoint),
        model=model.deployment,
        token=token,
        family=held.model,
        name=model.name,
    )
    return Asking(
        client=router(target, time),
        prompt=prompt.of(model.deployment, ROOT),
        style=style.read(file) if file else None,
        most_tokens=most_tokens,
    )


def _judge(wanted: Words, opened: Opened, judged: Sequence[str]) -> Model:
    """Who judges: of this stack, or of another as `STACK:DEPLOYMENT`."""
    if wanted.judge is None:
        able = [
            f"{key}/{name}"
            for key, account in sorted(opened.outputs.accounts.items())
            for name, held in sorted(account.deployments.items())
            if f"{key}/{name}" not in judged and _talks(held)
        ]
        there = f"one of {', '.join(able)}" if able else "STACK:DEPLOYMENT of another stack"
        raise WrongRun(f"nobody judges the answers. Fix: --judge {there}")
    stack, _, name = wanted.judge.rpartition(":")
    where = open_stack(stack) if stack and stack != opened.stack else opened
    found = where.target(name)
    _, held = where.held(found)
    facts = model_behind(held.model, held.version, held.format)
    chosen.check(found, held, facts, judged if where is opened else [])
    if chosen.kin(held, [opened.held(name)[1] for name in judged]):
        typer.echo(f"{found} judges its own kind, and may like what it says too well", err=True)
    return replace(start.model(where, found, ROOT), prompt_sha256=chosen.prompts(wanted.judge_way))


def _talks(held: DeploymentOutputs) -> bool:
    facts = model_behind(held.model, held.version, held.format)
    return facts is None or facts.kind != "embeddings"
