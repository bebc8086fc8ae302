"""`plumb sandbox traffic`: what it says, prints and leaves with."""

import json
from pathlib import Path

import pytest
from azure.identity import DefaultAzureCredential
from azure.mgmt.resource.resources import ResourceManagementClient
from typer.testing import CliRunner, Result

from scripts.cli import app
from scripts.exit import Exit
from tests.sandbox.core.cloud import ACCOUNT, ACCOUNT_BODY, deployment
from tests.sandbox.running import RunningSandbox


def plumb(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["sandbox", "traffic", *arguments], env={"COLUMNS": "100"})


@pytest.fixture
def deployed(sandbox: RunningSandbox) -> RunningSandbox:
    with (
        DefaultAzureCredential() as credential,
        ResourceManagementClient(credential, sandbox.subscription_id, **sandbox.clients) as client,
    ):
        client.resource_groups.create_or_update("rg-test", {"location": "swedencentral"})
        for id, body in ((ACCOUNT, ACCOUNT_BODY), (f"{ACCOUNT}/deployments/chat", deployment(10))):
            client.resources.begin_create_or_update_by_id(
                id, body, api_version="2025-06-01"
            ).result()
    return sandbox


def test_traffic_is_sent_call_after_call_and_told_as_one(deployed: RunningSandbox) -> None:
    answer = plumb(
        *("--deployment", "ai-test/chat", "--rps", "100", "--for", "1m", "--constant", "--json")
    )
    assert answer.exit_code == Exit.YES, answer.stderr
    told = json.loads(answer.stdout)
    assert told["requests"] == 6000  # three calls
    assert sum(told["statuses"].values()) == 6000
    assert told["partial"] is False


def test_it_is_told_in_words(deployed: RunningSandbox) -> None:
    answer = plumb("--deployment", "ai-test/chat", "--for", "1m", "--constant", "--rps", "2")
    first, *lines = answer.stdout.splitlines()
    assert first.startswith("120 requests, the clock is at ")
    assert any(line.endswith("answered by ai-test/chat") for line in lines)
    assert any(line.endswith(" throttled, quota") for line in lines)
    assert max(map(len, answer.stdout.splitlines())) <= 100


def test_a_dry_run_sends_nothing(deployed: RunningSandbox) -> None:
    answer = plumb("--deployment", "ai-test/chat", "--rps", "2", "--for", "1h", "--dry-run")
    assert answer.stdout == (
        "7,200 requests in 1h: 120 and 60,000 tokens a minute. Nothing was sent.\n"
    )


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        ("", "name a deployment or a route"),
        ("--deployment chat", "deployment: "),
        ("--deployment ai-test/none", "Fix: ai-test/chat"),
        ("--route chat", "there is no route chat"),
        ("--deployment ai-test/chat --for long", "--for: 'long' is no span"),
        ("--deployment ai-test/chat --errors tired=0.1", "fix: server=0.1 or request=0.1"),
        ("--deployment ai-test/chat --errors server", "fix: server=0.1"),
        ("--deployment ai-test/chat --errors server=2", "less than or equal to 1"),
        ("--deployment ai-test/chat --for 3d", "less than or equal to 1440"),
    ],
)
def test_each_mistake_is_one_line(deployed: RunningSandbox, mistake: str, said: str) -> None:
    answer = plumb(*mistake.split())
    assert (answer.exit_code, answer.stdout) == (Exit.WRONG_USE, "")
    assert said in answer.stderr and len(answer.stderr.splitlines()) == 1


def test_without_a_sandbox_one_line_says_what_to_run(tmp_path: Path) -> None:
    answer = plumb("--deployment", "a/b", "--dir", str(tmp_path))
    assert answer.exit_code == Exit.NOT_REACHED
    assert "Fix: run `plumb sandbox up` first." in answer.stderr
