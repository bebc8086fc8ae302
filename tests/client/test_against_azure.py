"""The client against a running Azure that fails: two regions, a candidate, a flag, real sockets."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from base64 import b64decode
from dataclasses import replace
from pathlib import Path

import openai
import pytest
from azure.appconfiguration import AzureAppConfigurationClient, FeatureFlagConfigurationSetting
from azure.identity import DefaultAzureCredential
from azure.mgmt.resource.resources import ResourceManagementClient

from scripts.client.flag import Flag, from_store
from scripts.client.reply import Cut
from scripts.client.retry import Patience
from scripts.client.route import Route
from scripts.client.target import Entra, Target, azure_url
from tests.client.callers import EventLoop, Threads
from tests.client.test_flag import definition
from tests.sandbox.core.cloud import ACCOUNT, ACCOUNT_BODY, COGNITIVE, deployment
from tests.sandbox.core.examples import STORE
from tests.sandbox.dataplane.conftest import DATA_OWNER, OPENAI_USER
from tests.sandbox.faults.conftest import role
from tests.sandbox.running import sandbox_in

OTHER = f"{COGNITIVE}/accounts/ai-other"
OTHER_BODY = ACCOUNT_BODY | {
    "location": "westeurope",
    "properties": ACCOUNT_BODY["properties"] | {"customSubDomainName": "ai-other"},
}
CLIENT = Path(__file__).resolve().parents[2] / "scripts" / "client"
PAGE = CLIENT.parents[1] / "docs" / "client.md"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PICTURE = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
HERE = "deployment:ai-test/chat-v3"


@pytest.fixture(scope="module")
def azure(tmp_path_factory):
    with (
        sandbox_in(tmp_path_factory.mktemp("sandbox")) as running,
        pytest.MonkeyPatch.context() as m,
    ):
        for name, value in running.variables().items():
            m.setenv(name, value)
        running.control("POST", "/profile", {"profile": "fast"})
        operator = running.description["principals"]["operator"]["oid"]
        with (
            DefaultAzureCredential() as credential,
            ResourceManagementClient(credential, running.subscription_id, **running.clients) as arm,
        ):
            arm.resource_groups.create_or_update("rg-test", {"location": "swedencentral"})
            for id, body in (
                (ACCOUNT, ACCOUNT_BODY),
                (f"{ACCOUNT}/deployments/chat-v3", deployment(100)),
                (
                    f"{ACCOUNT}/deployments/chat-v4",
                    deployment(100, model="gpt-5.5", version="2026-04-24"),
                ),
                (OTHER, OTHER_BODY),
                (f"{OTHER}/deployments/chat-v3", deployment(100)),
                (STORE, {"location": "swedencentral", "sku": {"name": "standard"}}),
                role(ACCOUNT, OPENAI_USER, operator),
                role(OTHER, OPENAI_USER, operator),
                role(STORE, DATA_OWNER, operator),
            ):
                arm.resources.begin_create_or_update_by_id(
                    id, body, api_version="2025-06-01"
                ).result()
        yield running


@pytest.fixture
def order(azure):
    """Orders a fault for this test."""
    yield lambda target, kind, **more: azure.control(
        "POST", "/faults", {"target": target, "kind": kind, **more}
    )
    azure.control("DELETE", "/faults")


@pytest.fixture
def accounts(azure):
    token = Entra()
    return {
        key: Target(base_url=azure_url(f"{azure.arm}/acct/{name}"), model="", token=token)
        for key, name in (("primary", "ai-test"), ("secondary", "ai-other"))
    }


@pytest.fixture
def route(accounts):
    return Route(
        name="chat",
        fallback=[
            each.serving("chat-v3", "gpt-5.4", f"{key}/chat-v3") for key, each in accounts.items()
        ],
        accounts=accounts,
    )


@pytest.fixture(params=[Threads, EventLoop])
def caller(request, route):
    made = request.param(route)
    yield made
    made.close()


def test_a_question_and_a_stream_are_answered(caller):
    reply = caller.ask(max_tokens=400, temperature=0.2)
    assert reply.text
    assert reply.model == "gpt-5.4-2026-03-05"
    assert reply.usage.prompt > 0
    assert reply.region
    texts, told = caller.read()
    assert "".join(texts) == told.text
    assert len(texts) > 1
    assert 0 < told.first_text_ms <= told.latency_ms


def test_a_storm_of_429_is_waited_out_as_long_as_azure_asks(caller, order):
    order(HERE, "throttle", retry_after=2.5, retry_header="milliseconds", count=2)
    assert caller.ask().target.name == "primary/chat-v3"
    order(HERE, "throttle", retry_after=2.5, retry_header="milliseconds", count=2)
    assert caller.read()[1].target.name == "primary/chat-v3"
    assert len(caller.slept) == 4
    assert all(2.5 <= seconds <= 4 for seconds in caller.slept)


@pytest.mark.parametrize("status", [500, 503])
def test_a_region_that_is_down_is_replaced_by_the_other(caller, order, status):
    order("account:ai-test", "server-error", status=status)
    assert caller.ask().target.name == "secondary/chat-v3"
    assert caller.read()[1].target.name == "secondary/chat-v3"


def test_a_region_that_drops_its_connections_is_replaced_by_the_other(caller, order):
    order("account:ai-test", "lost")
    assert caller.ask().target.name == "secondary/chat-v3"


def test_of_many_callers_at_once_none_is_left_without_an_answer(caller, order):
    order("account:ai-test", "server-error", rate=0.3)
    order("account:ai-test", "throttle", rate=0.3, retry_after=0.1)
    replies = caller.ask_at_once([f"user-{number}" for number in range(20)])
    assert all(reply.text for reply in replies)
    assert caller.slept


def test_a_failure_that_passes_is_not_seen(caller, order):
    order(HERE, "server-error", count=3)
    assert caller.ask().target.name == "primary/chat-v3"


def test_a_stream_that_is_cut_says_so_with_what_came(caller, order):
    order(HERE, "cut", count=1)
    with pytest.raises(Cut) as cut:
        caller.read()
    assert cut.value.text


def test_a_slow_region_is_given_up_in_time(route, order):
    order("account:ai-test", "slow", delay=2)
    caller = Threads(route, patience=Patience(retries=0, read_s=0.3))
    assert caller.ask().target.name == "secondary/chat-v3"


def test_a_token_too_old_is_replaced_by_a_new_one(caller, order):
    order("identity", "expired-tokens", count=1)
    assert caller.ask().target.name == "primary/chat-v3"
    assert caller.slept == [0.0]


def test_a_filtered_prompt_is_refused_at_once(caller):
    with pytest.raises(openai.BadRequestError, match="filtered"):
        caller.ask("[[violence:high]]")
    assert caller.slept == []


@pytest.fixture
def write(azure):
    """Writes the flag as the rollout controller does; the etag that it has now."""
    with (
        DefaultAzureCredential() as credential,
        AzureAppConfigurationClient(f"{azure.arm}/appconfig/appcs-test", credential) as store,
    ):

        def run(percent, **more):
            flag = FeatureFlagConfigurationSetting("chat-router", enabled=True, label="prod")
            flag.value = json.dumps(definition(percent, **more))
            return store.set_configuration_setting(flag).etag

        yield run


def test_a_change_of_the_flag_is_followed_within_the_refresh_interval(
    azure, write, route, monkeypatch
):
    from azure.appconfiguration.provider import _refresh_timer

    now = [time.time()]
    monkeypatch.setattr(_refresh_timer, "time", type("Clock", (), {"time": lambda: now[0]}))
    before = write(0)
    endpoint = f"{azure.arm}/appconfig/appcs-test"
    flag = Flag("chat-router", from_store(endpoint, "chat-router", "prod"))
    routed = replace(route, flag=flag)
    for caller in (Threads(routed), EventLoop(routed)):
        assert caller.ask(user="user-1").target.name == "primary/chat-v3"
        assert flag.choose("user-1").etag == before
        after = write(100)
        now[0] += 29
        assert caller.ask(user="user-1").variant == "stable"
        now[0] += 1
        assert caller.ask(user="user-1").variant == "candidate"
        assert caller.ask(user="user-1").model == "gpt-5.5-2026-04-24"
        assert caller.ask().target.name == "primary/chat-v3"
        assert flag.choose("user-1").etag == after
        before = write(0)
        now[0] += 30


def test_the_flag_of_another_stack_is_not_ours(azure, write, route):
    write(100)
    endpoint = f"{azure.arm}/appconfig/appcs-test"
    flag = Flag("chat-router", from_store(endpoint, "chat-router", "dev"))
    caller = Threads(replace(route, flag=flag))
    assert caller.ask(user="user-1").target.name == "primary/chat-v3"
    caller.close()


def test_a_copy_does_what_its_page_says(azure, accounts, write, tmp_path):
    write(0)
    shutil.copytree(CLIENT, tmp_path / "client")
    (tmp_path / "stack.json").write_text(json.dumps(outputs(azure.arm)))
    (tmp_path / "parcel.png").write_bytes(PICTURE)
    (tmp_path / "app.py").write_text("\n".join(re.findall(BLOCK, PAGE.read_text())))
    done = subprocess.run(
        [sys.executable, "app.py"],
        cwd=tmp_path,
        env=os.environ | {"MISTRAL_API_KEY": "no-key"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("primary/chat-v3 stable gpt-5.4-2026-03-05 Usage(prompt=")
    assert "ms to the first text" in done.stdout


def outputs(arm):
    """What the stack of this module would tell, had Pulumi made it."""
    deployments = {"chat-v3": {"model": "gpt-5.4"}}
    return {
        "accounts": {
            key: {"endpoint": f"{arm}/acct/{name}/", "deployments": deployments}
            for key, name in (("primary", "ai-test"), ("secondary", "ai-other"))
        },
        "routes": {
            "chat": {
                "flag": "chat-router",
                "stable": "primary/chat-v3",
                "fallback": ["secondary/chat-v3"],
            }
        },
        "routing": {"endpoint": f"{arm}/appconfig/appcs-test", "label": "prod"},
    }


def test_a_store_that_is_down_leaves_its_last_word(azure, write, order, route, monkeypatch):
    from azure.appconfiguration.provider import _refresh_timer

    now = [time.time()]
    monkeypatch.setattr(_refresh_timer, "time", type("Clock", (), {"time": lambda: now[0]}))
    write(100)
    flag = Flag(
        "chat-router", from_store(f"{azure.arm}/appconfig/appcs-test", "chat-router", "prod")
    )
    flag.refresh()
    order("appconfig", "server-error")
    now[0] += 60
    flag.refresh()
    assert flag.choose("user-1").variant == "candidate"
