"""One run of `plumb finetune verify`, from the options to the report."""

import logging
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

import openai
import typer
from azure.core.exceptions import ClientAuthenticationError

from components import settings
from components.stack_file import ROOT
from policies import clock
from scripts import stack_outputs
from scripts.client.target import azure_url
from scripts.exit import Exit, leave
from scripts.finetune import report as reports
from scripts.finetune.asking import Jobs, OutOfTime
from scripts.finetune.gather import Gathering
from scripts.finetune.kept import Kept, NoRun
from scripts.finetune.page import page
from scripts.finetune.place import NoPlace, find, wanted
from scripts.finetune.report import Report
from scripts.finetune.signals import stopped_by_signals
from scripts.readiness.run_folder import RUNS
from scripts.stack_outputs import AccountOutputs
from scripts.subscription import arm
from scripts.subscription.live import Live
from scripts.subscription.patience import Patience
from scripts.tokens import tokens

PAGE: Final = "report.html"
ROLE: Final = "Fix: the role Cognitive Services OpenAI User on the account for who you are"
NOTHING_LEARNT: Final = (
    openai.APIError,
    ClientAuthenticationError,
    OutOfTime,
    KeyboardInterrupt,
    NoRun,
    KeyError,
    ValueError,
)


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was asked for."""

    job: str
    stack: str
    deployment: str | None
    like: str | None
    suffix: str | None
    trained_in: str | None
    evaluation: Path | None
    wait: bool
    deadline_s: float


def run(request: Request) -> Report:
    """The report, which is kept.

    Raises:
        typer.Exit: there is nothing to report.
    """
    until = time.monotonic() + request.deadline_s
    if request.evaluation and not (request.evaluation / "run.json").exists():
        fix = "Fix: the folder that plumb evaluate names"
        raise leave(Exit.WRONG_USE, f"{request.evaluation} holds no evaluation. {fix}")
    try:
        declared = settings.read(request.stack)
        place = find(declared, request.job, request.deployment, request.like)
    except (settings.WrongStackFile, NoPlace) as error:
        raise leave(Exit.WRONG_USE, error) from None
    trained_in = _trained_in(request, place.account)
    trainer = _account(*trained_in)
    now = clock.now()
    run_id = f"{now:%Y%m%d-%H%M%S}-finetune-{secrets.token_hex(2)}"
    kept = Kept(ROOT / RUNS / run_id)
    jobs = _jobs(trainer, until)
    gathering = Gathering(
        jobs=jobs,
        subscription=_subscription(until),
        kept=kept,
        wanted=wanted(declared, request.stack, place, trained_in, trainer.id, request.suffix),
        account=declared.accounts[place.account].subdomain,
        now=clock.now,
        tell=lambda line: typer.echo(line, err=True),
    )
    kept.begin()
    try:
        with stopped_by_signals():
            gathering.run(request.job, request.evaluation, wait=request.wait)
        found = reports.of(kept.folder)
    except NOTHING_LEARNT as error:
        kept.discard()
        _refuse(error, request, "/".join(trained_in))
    kept.write_report(found.as_json())
    (kept.folder / PAGE).write_text(page(found), encoding="utf-8")
    return found


def folder(report: Report) -> Path:
    return ROOT / RUNS / report.run_id


def shown(path: Path) -> Path:
    """As a person would type it."""
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


def _trained_in(request: Request, account: str) -> tuple[str, str]:
    if request.trained_in is None:
        return request.stack, account
    stack, slash, key = request.trained_in.rpartition("/")
    return (stack if slash else request.stack), key


def _account(stack: str, key: str) -> AccountOutputs:
    try:
        outputs = stack_outputs.read(stack)
    except stack_outputs.NotDeployed as error:
        raise leave(
            Exit.CANNOT_TELL, f"{error}; or, if another account ran the job: --trained-in"
        ) from None
    except stack_outputs.NoOutputs as error:
        raise leave(Exit.NOT_REACHED, error) from None
    if key not in outputs.accounts:
        there = ", ".join(sorted(outputs.accounts))
        raise leave(Exit.WRONG_USE, f"{stack} has no account {key!r} deployed. Fix: one of {there}")
    return outputs.accounts[key]


def _jobs(account: AccountOutputs, until: float) -> Jobs:
    client = openai.OpenAI(
        base_url=azure_url(account.endpoint), api_key=tokens(), timeout=60.0, max_retries=0
    )
    return Jobs(client, until, time.monotonic, time.sleep)


def _subscription(until: float) -> Live:
    logging.getLogger("azure").setLevel(logging.CRITICAL)
    try:
        return Live(arm.from_environment(), Patience(until))
    except arm.NoSubscription as error:
        raise leave(Exit.WRONG_USE, error) from None


def _refuse(error: BaseException, request: Request, account: str) -> NoReturn:
    """Nothing was learnt of the job: why, and with which code."""
    match error:
        case OutOfTime():
            text = f"{account} did not answer in {request.deadline_s:g} s. Fix: a longer --deadline"
            code = Exit.CANNOT_TELL
        case KeyboardInterrupt():
            code, text = Exit.CANNOT_TELL, "stopped before anything was known"
        case openai.NotFoundError():
            code = Exit.WRONG_USE
            text = f"{account} has no job {request.job}. Fix: its id; or --trained-in ACCOUNT"
        case openai.RateLimitError():
            code, text = Exit.CANNOT_TELL, f"{account} is busy (429). Fix: ask again later"
        case openai.AuthenticationError() | openai.PermissionDeniedError():
            said = " ".join(error.message.split())[:300]
            code, text = Exit.NOT_REACHED, f"{account} does not allow it: {said} {ROLE}"
        case openai.BadRequestError():
            said = " ".join(error.message.split())[:300]
            code, text = Exit.WRONG_USE, f"{account}: {said}"
        case NoRun():
            code, text = Exit.CANNOT_TELL, str(error)
        case KeyError() | ValueError():
            said = " ".join(str(error).split())[:200]
            code, text = Exit.CANNOT_TELL, f"{account} says what no API of Azure's says: {said}"
        case _:
            said = " ".join(str(error).split())[:300]
            code, text = Exit.NOT_REACHED, f"{account} does not answer: {said}"
    raise leave(code, text) from None
