"""A smoke test says yes only to a stack all of whose answers came and are good."""

import json

import httpx2
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from scripts import model_client, stack_outputs
from scripts.cli import app
from scripts.exit import Exit
from scripts.smoke.command import report, told, verdict
from scripts.stack_outputs import parse
from tests.scripts.test_probe import CHAT, EMBEDDING, STREAM, asked, declared, events

RESULTS = {
    Exit.YES: asked(body=CHAT),
    Exit.NO: asked(status=404, body={}),
    Exit.CANNOT_TELL: asked(status=429, body={}),
    Exit.NOT_REACHED: asked(status=503, body={}),
}
GRAVITY = [Exit.YES, Exit.CANNOT_TELL, Exit.NOT_REACHED, Exit.NO]


@given(st.lists(st.sampled_from(GRAVITY), min_size=1))
def test_the_gravest_answer_is_the_verdict(codes):
    expected = max(codes, key=GRAVITY.index)
    assert verdict([RESULTS[code] for code in codes], []) == expected


def test_nothing_asked_and_nothing_deployed_are_never_a_yes():
    assert verdict([], []) == Exit.CANNOT_TELL
    assert verdict([RESULTS[Exit.YES]], ["primary/chat-v4"]) == Exit.CANNOT_TELL


def test_the_report_names_what_is_declared_and_not_deployed():
    told = report("dev", [RESULTS[Exit.YES]], ["primary/chat-v4"], Exit.CANNOT_TELL)
    assert (told["exit_code"], told["not_deployed"]) == (3, ["primary/chat-v4"])
    assert told["results"][0]["latency_ms"] == 1000


def test_what_befalls_all_is_told_once():
    refused = {"error": {"message": "Public access is disabled."}}
    results = [asked(kind, status=403, body=refused) for kind in ("chat", "stream")]
    problem = "refused (403): Public access is disabled."
    assert told(results) == {problem: ["all 2 of them"]}
    assert told([*results, asked(body=CHAT)]) == {
        problem: ["primary/chat-v3 (chat)", "primary/chat-v3 (stream)"]
    }


def outputs(**accounts):
    return {
        "contract_version": "1",
        "profile": "dev",
        "resource_group": "rg",
        "accounts": {
            "primary": {
                "name": "a",
                "location": "swedencentral",
                "endpoint": "https://azure/",
                "deployments": {
                    "chat-v3": declared().model_dump(),
                    "embed-v1": declared("text-embedding-3-small", "1").model_dump(),
                },
            },
            **accounts,
        },
        "routes": {"chat": {"flag": "chat-router", "stable": "primary/chat-v3", "fallback": []}},
        "routing": {"store": "s", "endpoint": "https://store", "label": "dev"},
    }


@pytest.fixture
def plumb(monkeypatch):
    """Runs `plumb` against a deployed dev stack whose Azure answers every question so."""

    def run(*arguments, status=200, deployed=None):
        def answer(request):
            if request.method == "GET":
                return httpx2.Response(status, json={"object": "list", "data": []})
            sent = json.loads(request.content)
            if "input" in sent:
                return httpx2.Response(status, json=EMBEDDING)
            if sent.get("stream"):
                stream = {"content-type": "text/event-stream"}
                return httpx2.Response(status, text=events(STREAM), headers=stream)
            return httpx2.Response(status, json=CHAT)

        def connect(endpoint, token):
            azure = httpx2.Client(transport=httpx2.MockTransport(answer))
            return openai.OpenAI(base_url=endpoint, api_key="-", http_client=azure, max_retries=0)

        text = json.dumps(outputs() if deployed is None else deployed)
        monkeypatch.setattr(stack_outputs, "read", lambda stack: parse(stack, text))
        monkeypatch.setattr(model_client, "connect", connect)
        return CliRunner().invoke(app, arguments)

    return run


def test_every_deployment_and_route_is_asked(plumb):
    result = plumb("smoke", "--stack", "dev", "--json")
    told = json.loads(result.stdout)
    assert result.exit_code == Exit.YES
    assert [(each["subject"], each["kind"]) for each in told["results"]] == [
        ("primary/chat-v3", "chat"),
        ("primary/chat-v3", "stream"),
        ("primary/embed-v1", "embeddings"),
        ("route chat", "chat"),
        ("route chat", "stream"),
    ]


def test_a_person_gets_a_table_no_wider_than_a_terminal(plumb):
    result = plumb("smoke", "--stack", "dev")
    assert "5 of 5 answers are good" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 100
    assert "\x1b" not in result.stdout


def test_a_stack_that_is_not_deployed_is_never_a_yes(plumb):
    result = plumb("smoke", "--stack", "dev", deployed={})
    assert result.exit_code == Exit.CANNOT_TELL
    assert "Fix: pulumi up --stack dev" in result.stderr


def test_a_deployment_that_is_missing_is_never_a_yes(plumb):
    missing = outputs()
    del missing["accounts"]["primary"]["deployments"]["embed-v1"]
    result = plumb("smoke", "--stack", "dev", deployed=missing)
    assert result.exit_code == Exit.CANNOT_TELL
    assert "primary/embed-v1: declared, not deployed" in result.stdout


def test_a_route_that_is_missing_is_never_a_yes(plumb):
    result = plumb("smoke", "--stack", "dev", deployed=outputs() | {"routes": {}})
    assert result.exit_code == Exit.CANNOT_TELL
    assert "route chat: declared, not deployed" in result.stdout


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
    result = plumb("smoke", "--stack", "live")
    assert result.exit_code == Exit.WRONG_USE
    assert "use one of these stacks: dev, prod, staging" in result.stderr
