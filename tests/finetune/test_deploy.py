"""What lets a model into the stack file, and what keeps it out."""

import json
import shutil
from datetime import timedelta

import pytest
import typer

from components import settings, stack_file
from components.stack_file import ROOT
from scripts import lock
from scripts.exit import Exit
from scripts.finetune import deploy, up
from scripts.finetune import report as reports
from scripts.finetune.gather import Gathering
from scripts.finetune.kept import Kept
from scripts.finetune.place import NoPlace, find, wanted
from scripts.finetune.verified import NotVerified, verified
from scripts.lock_files import LockFiles
from scripts.readiness.run_folder import RUNS
from scripts.stack_outputs import NotDeployed, StackOutputs
from tests.finetune.api import Api, Subscribed
from tests.finetune.facts import JOB
from tests.finetune.test_gather import NOW, answered
from tests.lock_store import HeldClock

STAGING = settings.read("staging")
UP = "pulumi up --stack staging"


def placed(name=None, like=None, job=JOB.id):
    return find(STAGING, job, name, like)


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A checkout with a staging stack that is not deployed yet."""
    shutil.copy(ROOT / "Pulumi.staging.yaml", tmp_path)
    for module in (stack_file, up):
        monkeypatch.setattr(module, "ROOT", tmp_path)

    def never(stack):
        raise NotDeployed("not yet")

    monkeypatch.setattr(deploy.stack_outputs, "read", never)
    monkeypatch.setattr(deploy.clock, "now", lambda: NOW + timedelta(hours=1))
    return tmp_path


@pytest.fixture
def verify(root):
    """A kept verdict for a place, a yes unless the API says otherwise."""

    def run(place, api=None, at=NOW):
        runs = root / RUNS
        runs.mkdir(parents=True, exist_ok=True)
        if not (runs / "e").exists():
            answered(runs / "e", questions=[f"what of {n}?" for n in range(80)])
        kept = Kept(runs / f"{at:%Y%m%d-%H%M%S}-finetune-1")
        kept.begin()
        Gathering(
            jobs=(api or Api()).jobs(HeldClock()),
            subscription=Subscribed(deployed=()),
            kept=kept,
            wanted=wanted(STAGING, "staging", place, ("staging", "primary"), None, None),
            account="contoso",
            now=lambda: at,
            tell=lambda _: None,
        ).run(JOB.id, None, wait=False)
        found = reports.of(kept.folder)
        kept.write_report(json.loads(json.dumps(found.as_json())))
        return kept.folder

    return run


def deployed(**options):
    return deploy.run(
        deploy.Request(
            **{
                "job": JOB.id,
                "stack": "staging",
                "deployment": None,
                "like": None,
                "in_place": False,
                "up": False,
                "dry_run": False,
                "lock_timeout_s": 0.0,
            }
            | options
        )
    )


def text(root):
    return (root / "Pulumi.staging.yaml").read_text("utf-8")


def test_a_verified_job_is_written_and_once_written_there_is_nothing_to_do(root, verify):
    verify(placed())
    done = deployed()
    assert text(root) == text(ROOT).replace("ftjob-7f3a90c21d5e4b6f8a0c", JOB.id)
    assert done.said == f"written. Next: {UP}"
    again = deployed()
    assert (again.diff, again.said) == ("", f"Pulumi.staging.yaml says it already. Next: {UP}")


def test_a_dry_run_shows_the_change_and_writes_nothing(root, verify):
    verify(placed())
    done = deployed(dry_run=True)
    assert f"+          fine_tuned: {{ base: gpt-4.1-mini-2025-04-14, job: {JOB.id}" in done.diff
    assert text(root) == text(ROOT)


def test_a_new_deployment_that_is_there_already_may_be_asked_for_again(root, verify):
    place = placed("triage-v2", "triage-v1")
    verify(place)
    options = {"deployment": "triage-v2", "like": "triage-v1"}
    assert deployed(**options).diff
    assert deployed(**options).diff == ""


def refused(place, root, at=NOW + timedelta(hours=1), job=JOB.id):
    with pytest.raises(NotVerified) as found:
        verified(root / RUNS, job, "staging", place, at)
    return str(found.value)


def test_a_job_that_nobody_verified_is_refused_with_the_command_that_does(root):
    assert refused(placed("triage-v2", "triage-v1"), root) == (
        f"{JOB.id} is not verified for staging, primary/triage-v2. Fix: plumb finetune verify "
        f"{JOB.id} --stack staging --deployment primary/triage-v2 --like triage-v1"
    )


def test_a_verdict_for_another_deployment_does_not_count(root, verify):
    verify(placed())
    assert "is not verified for staging" in refused(placed("triage-v2", "triage-v1"), root)


def test_the_newest_verdict_counts_be_it_a_no(root, verify):
    verify(placed())
    verify(placed(), Api(["cancelled"]), NOW + timedelta(minutes=5))
    assert "-finetune-1: not to be deployed. Fix: plumb finetune verify" in refused(placed(), root)


@pytest.mark.parametrize("hours", [-1, 25])
def test_a_verdict_of_another_day_does_not_count(root, verify, hours):
    verify(placed())
    assert "more than 24 hours from now" in refused(placed(), root, NOW + timedelta(hours=hours))


def test_a_verdict_that_its_own_files_do_not_bear_out_does_not_count(root, verify):
    folder = verify(placed(), Api(["cancelled"]))
    said = json.loads((folder / "report.json").read_text())
    (folder / "report.json").write_text(json.dumps(said | {"exit_code": 0, "verdict": "verified"}))
    assert "its files do not say what it said" in refused(placed(), root)
    (folder / "job.json").unlink()
    assert "is no run of a job" in refused(placed(), root)


def test_a_stack_file_that_wants_more_than_was_verified_is_verified_anew(root, verify):
    verify(placed())
    place = placed()
    more = place.settings.model_copy(update={"capacity": 30})
    changed = type(place)(
        account="primary", deployment="triage-v1", like="triage-v1", settings=more
    )
    assert "the stack file has changed since" in refused(changed, root)


OUTPUTS = StackOutputs.model_validate(
    {
        "contract_version": "1",
        "profile": "staging",
        "resource_group": "rg",
        "accounts": {
            "primary": {
                "name": "contoso",
                "location": "swedencentral",
                "endpoint": "https://contoso",
                "deployments": {},
            }
        },
        "routes": {},
        "routing": {"store": "s", "endpoint": "https://s", "label": "staging"},
    }
)


@pytest.mark.parametrize(
    ("succeeded", "said"),
    [
        (True, "nothing to do: the stack has this model"),
        (False, f"Pulumi.staging.yaml says it already. Next: {UP}"),
    ],
)
def test_a_stack_that_has_the_model_is_left_alone_unless_its_last_update_failed(
    root, verify, monkeypatch, succeeded, said
):
    verify(placed())
    deployed()
    held = {
        "model": "gpt-4.1-mini-2025-04-14.ft-0123abcd-cora",
        "version": "1",
        "format": "OpenAI",
        "sku": "Standard",
        "capacity": 20,
        "content_filter": "customer-facing",
        "spillover": "",
    }
    outputs = OUTPUTS.model_dump()
    outputs["accounts"]["primary"]["deployments"]["triage-v1"] = held
    told = StackOutputs.model_validate(outputs)
    monkeypatch.setattr(deploy.stack_outputs, "read", lambda stack: told)
    monkeypatch.setattr(deploy, "last_succeeded", lambda stack: succeeded)
    done = deployed()
    assert (done.said, done.deployed) == (said, succeeded)


def test_what_answers_callers_is_not_replaced_unless_somebody_says_so(
    root, verify, monkeypatch, capsys
):
    monkeypatch.setattr(deploy.stack_outputs, "read", lambda stack: OUTPUTS)
    verify(placed())
    with pytest.raises(typer.Exit) as left:
        deployed()
    said = capsys.readouterr().err
    assert (left.value.exit_code, text(root)) == (Exit.WRONG_USE, text(ROOT))
    assert "primary/triage-v1 answers route triage, and would be gone until" in said
    assert "--deployment triage-v2 --like triage-v1" in said
    assert deployed(in_place=True).diff


@pytest.mark.parametrize(
    ("name", "after"), [("triage-v1", "triage-v2"), ("a-v9", "a-v10"), ("chat", "chat-v2")]
)
def test_the_next_name_counts_on(name, after):
    assert deploy._next_name(name) == after


def test_while_somebody_else_has_the_account_nothing_is_written(root, verify, monkeypatch, capsys):
    verify(placed())
    store = LockFiles(root / "locks")
    monkeypatch.setattr(deploy.lock, "store_of", lambda stack, outputs: store)
    monkeypatch.setattr(deploy, "available", lambda: None)
    with lock.held(store, ["primary"], "rollout chat"), pytest.raises(typer.Exit) as left:
        deployed(up=True)
    assert (left.value.exit_code, text(root)) == (Exit.NOT_REACHED, text(ROOT))
    assert "(rollout chat) since" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("code", "says"),
    [(255, "keeps the change. Fix: what it says"), (None, "stopped. Fix: pulumi up")],
)
def test_an_up_that_does_not_succeed_keeps_the_change_and_is_no_yes(
    root, verify, monkeypatch, capsys, code, says
):
    def up(stack, lease):
        lease.check()
        if code is None:
            raise KeyboardInterrupt
        return code

    verify(placed())
    monkeypatch.setattr(deploy.lock, "store_of", lambda stack, outputs: LockFiles(root / "locks"))
    monkeypatch.setattr(deploy, "available", lambda: None)
    monkeypatch.setattr(deploy, "up", up)
    with pytest.raises(typer.Exit) as left:
        deployed(up=True)
    assert left.value.exit_code == (Exit.NO if code else Exit.CANNOT_TELL)
    assert JOB.id in text(root)
    assert says in capsys.readouterr().err
    assert not list((root / "locks").glob("*.json"))


def test_a_file_that_somebody_saves_at_the_same_time_is_not_overwritten(root):
    file = root / "Pulumi.staging.yaml"
    with pytest.raises(typer.Exit):
        deploy._write(file, "what it was", "what it becomes")
    assert text(root) == text(ROOT)


@pytest.mark.parametrize(
    ("name", "like", "says"),
    [
        ("triage-v2", None, r"no primary/triage-v2 .+ Fix: --like .+ primary/triage-v1"),
        ("triage-v2", "chat-v9", r"primary has no chat-v9. Fix: --like with one of chat-reserved"),
        ("tertiary/x", "chat-v3", r"tertiary has no chat-v3. Fix: .+no such account"),
        ("triage-v1", "chat-v3", r"declared already. Fix: leave --like out"),
        (None, "chat-v3", r"--like is for a new deployment. Fix: --deployment"),
    ],
)
def test_a_place_that_is_none_is_told_with_what_to_write_instead(name, like, says):
    with pytest.raises(NoPlace, match=says):
        placed(name, like)


def test_of_several_tuned_deployments_the_jobs_own_is_meant_or_none():
    primary = STAGING.accounts["primary"]
    tuned = primary.deployments["triage-v1"]
    other = tuned.model_copy(
        update={"fine_tuned": tuned.fine_tuned.model_copy(update={"job": "ftjob-2"})}
    )
    more = primary.model_copy(update={"deployments": {**primary.deployments, "triage-v2": other}})
    stack = STAGING.model_copy(update={"accounts": {**STAGING.accounts, "primary": more}})
    assert find(stack, "ftjob-2", None, None).deployment == "triage-v2"
    with pytest.raises(NoPlace, match="several deployments may be meant"):
        find(stack, "ftjob-3", None, None)
    with pytest.raises(NoPlace, match="declares no fine-tuned deployment"):
        find(settings.read("dev"), "ftjob-3", None, None)
