"""`plumb smoke` from the shell: what is asked, what is said, what is kept, and the exit code."""

import json
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner

from components import stack_file
from scripts import stack_outputs
from scripts.cli import app
from scripts.exit import Exit
from scripts.smoke import azure
from scripts.smoke.recompute import recompute
from scripts.stack_outputs import parse
from scripts.subscription import arm
from tests.smoke.good_run import declared
from tests.smoke.test_run import Ways

SCHEMA = json.loads((stack_file.ROOT / "docs" / "schemas" / "smoke-2.json").read_text())


def outputs(**more):
    embedding = declared("text-embedding-3-small", "1")
    return {
        "contract_version": "1",
        "profile": "dev",
        "resource_group": "rg",
        "accounts": {
            "primary": {
                "name": "a",
                "id": "/subscriptions/s/a",
                "location": "swedencentral",
                "endpoint": "https://azure/",
                "deployments": {
                    "chat-v3": declared(content_filter="developers").model_dump(),
                    "embed-v1": embedding.model_dump(),
                },
            }
        },
        "routes": {"chat": {"flag": "chat-router", "stable": "primary/chat-v3", "fallback": []}},
        "routing": {"store": "s", "endpoint": "https://store", "label": "dev"},
        "observability": {"workspace_customer_id": "w", "app_insights_id": "/i"},
        **more,
    }


@pytest.fixture
def plumb(monkeypatch, tmp_path):
    """Runs `plumb smoke` on a dev stack in which all is well but for what `changed` does."""
    root = tmp_path / "checkout"
    (root / "prompts").mkdir(parents=True)
    for file in Path(stack_file.ROOT).glob("Pulumi*.yaml"):
        (root / file.name).write_text(file.read_text())
    monkeypatch.setattr(stack_file, "ROOT", root)
    monkeypatch.setattr(arm, "DefaultAzureCredential", object)

    def run(*words, deployed=None, changed=lambda call: call):
        text = json.dumps(outputs() if deployed is None else deployed)
        monkeypatch.setattr(stack_outputs, "read", lambda stack: parse(stack, text))

        def ways(plan, found, trace_within_s):
            run.subscriptions.append(found.subscription)
            made = Ways(plan)
            made.changed = changed
            return made

        monkeypatch.setattr(azure, "Azure", ways)
        return CliRunner().invoke(app, ["smoke", *words])

    run.root, run.subscriptions = root, []
    return run


def told(result):
    found = json.loads(result.stdout)
    jsonschema.validate(found, SCHEMA)
    return found


def test_every_deployment_and_route_is_asked_and_a_program_gets_what_is_documented(plumb):
    result = plumb("--stack", "dev", "--json")
    found = told(result)
    assert result.exit_code == found["exit_code"] == Exit.YES
    assert {each["subject"] for each in found["measured"]} == {
        "primary/chat-v3",
        "primary/embed-v1",
        "route chat",
    }
    assert found["limits"] == {"typical_ms": 2000, "most_ms": 3000}


def test_a_person_gets_a_table_no_wider_than_a_terminal(plumb):
    result = plumb("--stack", "dev")
    assert "17 of 17 checks are good" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 100
    assert "\x1b" not in result.stdout


def test_what_befalls_many_is_told_once(plumb):
    refused = {"outcome": "server", "status": 503, "said": "Busy."}
    result = plumb("--stack", "dev", changed=lambda call: call.model_copy(update=refused))
    assert result.exit_code == Exit.NOT_REACHED
    assert result.stdout.count("Azure fails (503): Busy.") == 1
    assert "primary/chat-v3 (chat stream schema filter)" in result.stdout
    assert "timed calls were answered" not in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 100


def test_a_run_is_kept_and_judged_again_from_what_it_kept_alone(plumb):
    found = told(plumb("--stack", "dev", "--json"))
    folder = plumb.root / found.pop("folder")
    assert recompute(folder) == found
    assert {each.name for each in folder.iterdir()} == {"plan.json", "facts.jsonl", "report.html"}
    page = (folder / "report.html").read_text()
    assert "All that was asked answers as declared" in page
    assert "<script" not in page


def test_a_torn_last_line_is_no_ending(plumb):
    found = told(plumb("--stack", "dev", "--json"))
    facts = plumb.root / found["folder"] / "facts.jsonl"
    facts.write_text(facts.read_text()[:-9])
    again = recompute(facts.parent)
    assert (again["exit_code"], again["cut_off"]) == (Exit.CANNOT_TELL, "it was killed")


def test_only_what_is_named_is_asked(plumb):
    words = ("--stack", "dev", "--only", "embed-v1", "--only", "route chat", "--no-trace", "--json")
    found = told(plumb(*words))
    assert found["only"] == ["primary/embed-v1", "route chat"]
    assert {each["subject"] for each in found["findings"]} == {
        "stack",
        "primary",
        "primary/embed-v1",
        "route chat",
    }


def test_where_nobody_calls_a_model_no_trace_is_expected(plumb):
    found = told(plumb("--stack", "dev", "--only", "embed-v1", "--json"))
    assert (found["exit_code"], found["traces"]) == (Exit.YES, False)


@pytest.mark.parametrize(
    ("words", "file", "says"),
    [
        (("--only", "chat-v9"), "", "no chat-v9 is deployed. Fix: one of primary/chat-v3"),
        ((), "chat.style.yaml", "langauge: no such setting"),
        ((), "filter-probes.yaml", "filter-probes.yaml is wrong"),
    ],
)
def test_wrong_use_is_told_before_anything_is_asked(plumb, words, file, says):
    if file:
        (plumb.root / "prompts" / file).write_text("langauge: en\n")
    result = plumb("--stack", "dev", *words)
    assert result.exit_code == Exit.WRONG_USE
    assert says in result.stderr
    assert not (plumb.root / ".plumb").exists()


def test_the_subscription_is_the_stacks_own_whatever_the_shell_says(plumb, monkeypatch):
    monkeypatch.setenv("ARM_SUBSCRIPTION_ID", "another")
    plumb("--stack", "dev", "--json")
    assert plumb.subscriptions == ["s"]


def test_a_stack_that_is_not_deployed_is_never_a_yes(plumb):
    result = plumb("--stack", "dev", deployed={})
    assert result.exit_code == Exit.CANNOT_TELL
    assert "Fix: pulumi up --stack dev" in result.stderr


def test_a_deployment_that_is_missing_is_never_a_yes(plumb):
    missing = outputs()
    del missing["accounts"]["primary"]["deployments"]["embed-v1"]
    result = plumb("--stack", "dev", deployed=missing)
    assert result.exit_code == Exit.CANNOT_TELL
    assert "primary/embed-v1 (deployed): declared, not deployed" in result.stdout


def test_a_route_that_is_missing_is_never_a_yes(plumb):
    result = plumb("--stack", "dev", deployed=outputs(routes={}))
    assert result.exit_code == Exit.CANNOT_TELL
    assert "route chat (deployed): declared, not deployed" in result.stdout


@pytest.mark.parametrize(
    ("said", "code", "remedy"),
    [
        ("error: no stack named 'dev' found", Exit.CANNOT_TELL, "Fix: pulumi stack ls"),
        ("error: incorrect passphrase", Exit.NOT_REACHED, "incorrect passphrase"),
    ],
)
def test_a_pulumi_that_refuses_is_never_a_yes(tmp_path, monkeypatch, said, code, remedy):
    pulumi = tmp_path / "pulumi"
    pulumi.write_text(f'#!/bin/sh\necho "{said}" >&2\nexit 255\n')
    pulumi.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    result = CliRunner().invoke(app, ["smoke", "--stack", "dev"])
    assert result.exit_code == code
    assert remedy in result.stderr


def test_a_stack_without_a_file_is_wrong_use(plumb):
    result = plumb("--stack", "live")
    assert result.exit_code == Exit.WRONG_USE
    assert "use one of these stacks: dev, prod, staging" in result.stderr
