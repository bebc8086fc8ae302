"""A verified model into the stack file, and with it into the stack."""

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from components import settings, stack_file
from components.sections import FineTunedSettings, Settings
from policies import clock
from scripts import lock, stack_outputs
from scripts.exit import Exit, leave
from scripts.finetune.patch import NoPatch, diff, patched
from scripts.finetune.place import NoPlace, Place, find
from scripts.finetune.signals import stopped_by_signals
from scripts.finetune.up import available, last_succeeded, up
from scripts.finetune.verified import NotVerified, verified
from scripts.guarded_store import NotReached
from scripts.readiness.run_folder import RUNS
from scripts.smoke.command import smoke_command
from scripts.stack_outputs import StackOutputs


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was asked for."""

    job: str
    stack: str
    deployment: str | None
    like: str | None
    in_place: bool
    up: bool
    dry_run: bool
    lock_timeout_s: float


@dataclass(frozen=True, kw_only=True)
class Done:
    """What there was to do, and what became of it."""

    place: str
    file: str
    diff: str
    """Empty: the file says it already."""
    deployed: bool
    """Whether the stack has the model now."""
    said: str


def run(request: Request) -> Done:
    """Does it, or says what would be done.

    Raises:
        typer.Exit: it is refused, or went wrong.
    """
    try:
        written = stack_file.open_stack_file(request.stack, stack_file.ROOT)
        declared = settings.parse(written.config, request.stack, written)
        place = find(declared, request.job, request.deployment, request.like)
    except (stack_file.UnreadableStackFile, settings.WrongStackFile, NoPlace) as error:
        raise leave(Exit.WRONG_USE, error) from None
    file = written.path
    before = file.read_bytes().decode("utf-8")
    outputs = _outputs(request.stack)
    tuned = place.settings.fine_tuned
    there = tuned and tuned.job == request.job and _has(outputs, place, tuned.model)
    if there and last_succeeded(request.stack):
        return _done(place, file, "", True, "nothing to do: the stack has this model")
    try:
        report = verified(stack_file.ROOT / RUNS, request.job, request.stack, place, clock.now())
    except NotVerified as error:
        raise leave(Exit.NO, error) from None
    wanted = report.facts.surroundings.wanted
    model = FineTunedSettings(
        base=wanted.base, job=request.job, suffix=wanted.suffix, source=wanted.source
    )
    try:
        after = patched(before, request.stack, place, model)
    except NoPatch as error:
        raise leave(Exit.WRONG_USE, error) from None
    change = diff(before, after, file.name)
    if change and not request.in_place:
        _refuse_to_replace(declared, place, outputs, request)
    if request.dry_run:
        return _done(place, file, change, False, "nothing was written")
    typer.echo(change, nl=False, err=True)
    if not request.up:
        _write(file, before, after)
        written_now = "written" if change else f"{file.name} says it already"
        said = f"{written_now}. Next: pulumi up --stack {request.stack}"
        return _done(place, file, change, False, said)
    available()
    _deploy(request, place, outputs, (file, before, after))
    _smoke(request.stack, place)
    return _done(place, file, change, True, "deployed, and it answers")


def _deploy(
    request: Request, place: Place, outputs: StackOutputs | None, text: tuple[Path, str, str]
) -> None:
    purpose = f"finetune deploy {place.name}"
    try:
        store = lock.store_of(request.stack, outputs)
        with (
            stopped_by_signals(),
            lock.held(store, [place.account], purpose, wait_s=request.lock_timeout_s) as lease,
        ):
            _write(*text)
            code = up(request.stack, lease)
    except (lock.Held, lock.Lost, NotReached) as error:
        raise leave(Exit.NOT_REACHED, error) from None
    except KeyboardInterrupt:
        raise leave(
            Exit.CANNOT_TELL, f"stopped. Fix: pulumi up --stack {request.stack}, or this again"
        ) from None
    if code:
        name = text[0].name
        raise leave(
            Exit.NO,
            f"pulumi up did not succeed ({code}); {name} keeps the change. Fix: what it says, then "
            f"this again; or git checkout -- {name}",
        )


def _smoke(stack: str, place: Place) -> None:
    """Of this deployment alone. Its table is none of our answer.

    Raises:
        typer.Exit: it does not answer as declared, or nobody can tell.
    """
    try:
        with contextlib.redirect_stdout(sys.stderr):
            smoke_command(stack=stack, only=[place.name], trace=False)
    except typer.Exit as left:
        if left.exit_code != Exit.YES:
            raise leave(
                Exit(left.exit_code),
                f"{place.name} is deployed, and its smoke test did not pass. Fix: what it says",
            ) from None


def _outputs(stack: str) -> StackOutputs | None:
    """None before the first update."""
    try:
        return stack_outputs.read(stack)
    except stack_outputs.NotDeployed:
        return None
    except stack_outputs.NoOutputs as error:
        raise leave(Exit.NOT_REACHED, error) from None


def _has(outputs: StackOutputs | None, place: Place, model: str) -> bool:
    account = outputs.accounts.get(place.account) if outputs else None
    held = account.deployments.get(place.deployment) if account else None
    return held is not None and held.model == model


def _refuse_to_replace(
    declared: Settings, place: Place, outputs: StackOutputs | None, request: Request
) -> None:
    """Azure changes no deployment's model: it goes, and comes back with the other.

    Raises:
        typer.Exit: callers would have nobody to ask meanwhile.
    """
    routes = sorted(set(_serving(declared, place)))
    deployed = outputs is not None and place.account in outputs.accounts
    if place.is_new or not routes or not deployed:
        return
    new = _next_name(place.deployment)
    raise leave(
        Exit.WRONG_USE,
        f"{place.name} answers route {', '.join(routes)}, and would be gone until the new model is "
        f"up. Fix: plumb finetune verify {request.job} --stack {request.stack} --deployment {new} "
        f"--like {place.deployment}, deploy it so, and make {new} the route's candidate; "
        "or --in-place",
    )


def _serving(declared: Settings, place: Place) -> Iterator[str]:
    here = (place.account, place.deployment)
    for name, route in declared.routes.items():
        targets = [route.stable, route.candidate, route.rollback, *route.fallback]
        if here in [declared.target(each) for each in targets if each]:
            yield name


def _next_name(deployment: str) -> str:
    purpose, dash, number = deployment.rpartition("-v")
    return f"{purpose}-v{int(number) + 1}" if dash and number.isdecimal() else f"{deployment}-v2"


def _write(file: Path, before: str, after: str) -> None:
    """Whole or not at all, and only over what was read.

    Raises:
        typer.Exit: it cannot be written, or somebody else has.
    """
    if after == before:
        return
    half = file.with_name(f"{file.name}.half")
    try:
        if file.read_bytes().decode("utf-8") != before:
            raise leave(Exit.NOT_REACHED, f"{file.name} has just been changed. Fix: this again")
        half.write_bytes(after.encode("utf-8"))
        half.chmod(file.stat().st_mode)
        half.replace(file)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise leave(
            Exit.NOT_REACHED, f"{file.name} cannot be written: {error.strerror}. Fix: its rights"
        ) from None


def _done(place: Place, file: Path, change: str, deployed: bool, said: str) -> Done:
    return Done(place=place.name, file=file.name, diff=change, deployed=deployed, said=said)


def as_json(done: Done, request: Request) -> dict[str, Any]:
    return {
        "schema": "plumb.finetune.deploy/1",
        "stack": request.stack,
        "job": request.job,
        "deployment": done.place,
        "file": done.file,
        "diff": done.diff,
        "dry_run": request.dry_run,
        "deployed": done.deployed,
        "said": done.said,
    }
