"""`plumb smoke` against the sandbox, with faults on: each is called by its name."""

import json
import signal
import subprocess
from datetime import UTC, datetime

import pytest
from azure.mgmt.cognitiveservices.models import (
    Deployment,
    DeploymentProperties,
    RaiPolicy,
    RaiPolicyContentFilter,
    RaiPolicyProperties,
)

from scripts.exit import Exit
from scripts.opened import Opened
from scripts.smoke import planning
from scripts.smoke.azure import Azure
from scripts.smoke.judgement import Facts
from scripts.smoke.plan import Limits
from scripts.smoke.recompute import recompute
from scripts.smoke.report import report
from scripts.smoke.run import Stop, carry_out
from scripts.stack_outputs import parse
from scripts.subscription import arm
from tests.end_to_end.azure_clients import entered, shell
from tests.end_to_end.local_azure import until

pytestmark = pytest.mark.engine

GROUP, ACCOUNT = "rg-contoso-cora-dev", "contoso-cora-dev-swc"
CHAT = f"deployment:{ACCOUNT}/chat-v3"
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def dev(project, azure):
    # However slow the machine that tests, it is not what is judged here.
    file = project.folder / "Pulumi.dev.yaml"
    patient = "log_retention_days: 30\n    objectives: { p95_latency_ms: 60000 }"
    file.write_text(file.read_text().replace("log_retention_days: 30", patient))
    project.deploy("dev")
    azure.control("POST", "/settings", {"rate_limits": False})
    return project


@pytest.fixture(scope="module")
def opened(dev):
    """The stack as a command finds it, in this process."""
    from components import settings

    with entered(dev.variables()):
        yield Opened("dev", settings.read("dev"), parse("dev", json.dumps(dev.outputs("dev"))))


@pytest.fixture
def smoked(opened, azure, dev):
    """What a run comes to that meets a fault: (report, its findings by check)."""

    def run(fault=None, *, only="chat-v3", most_ms=60_000.0):
        plan = planning.plan(opened, dev.folder, "r", NOW, only=[only], traces=False)
        limits = Limits(typical_ms=most_ms, most_ms=most_ms)
        plan = plan.model_copy(update={"limits": limits})
        if fault:
            azure.control("POST", "/faults", fault)
        told = []
        try:
            ways = Azure(plan, arm.signed_in(plan.subscription), 0)
            carry_out(plan, ways, Stop(until=Stop.clock() + 60), told.append)
        finally:
            azure.control("DELETE", "/faults")
        found = report(plan, Facts(told))
        return found, {each.check: each for each in found.findings}

    return run


@pytest.mark.parametrize(
    ("fault", "code", "check", "says"),
    [
        ({"kind": "throttle", "retry_after": 61}, Exit.CANNOT_TELL, "chat", "throttled"),
        ({"kind": "server-error"}, Exit.NOT_REACHED, "chat", "Azure fails (500)"),
        ({"kind": "server-error", "status": 503}, Exit.NOT_REACHED, "chat", "Azure fails (503)"),
        ({"kind": "cut"}, Exit.NO, "stream", "the answer was cut off after"),
        ({"kind": "lost"}, Exit.NO, "chat", "not reached"),  # and its stream is cut
        ({"kind": "expired-tokens"}, Exit.NOT_REACHED, "chat", "Fix: sign in anew"),
        ({"kind": "model-retired"}, Exit.NO, "chat", "Fix: deploy another version"),
        (
            {"kind": "worse-quality", "dimensions": ["style"], "share": 0},
            Exit.NO,
            "style",
            "says 'As an AI",
        ),
        (
            {"kind": "worse-quality", "dimensions": ["refusal"], "share": 0},
            Exit.NO,
            "style",
            "refuses what",
        ),
        (
            {"kind": "worse-quality", "dimensions": ["format"], "share": 0},
            Exit.NO,
            "schema",
            "JSON",
        ),
    ],
)
def test_a_fault_is_called_by_its_name(smoked, fault, code, check, says):
    found, checks = smoked({"target": CHAT, **fault})
    assert says in checks[check].text
    assert found.code == code


def test_a_slow_first_byte_is_no_yes(smoked):
    slow = {"target": CHAT, "kind": "slow", "delay": 0.4, "count": 4}
    found, checks = smoked(slow, most_ms=300.0)
    assert (found.code, checks["latency"].level) == (Exit.NO, "no")


def test_a_store_that_is_down_is_told_apart_from_the_models(smoked):
    down = {"target": "appconfig", "kind": "server-error", "status": 503}
    found, checks = smoked(down, only="route chat")
    assert (found.code, checks["flag"].level) == (Exit.NOT_REACHED, "unreached")


def test_a_flag_that_is_gone_is_a_no(smoked, opened, azure):
    from azure.appconfiguration import AzureAppConfigurationClient
    from azure.identity import DefaultAzureCredential

    routing = opened.outputs.routing
    key = ".appconfig.featureflag/chat-router"
    with (
        DefaultAzureCredential() as credential,
        AzureAppConfigurationClient(routing.endpoint, credential) as store,
    ):
        flag = store.get_configuration_setting(key=key, label=routing.label)
        store.delete_configuration_setting(key=key, label=routing.label)
        found, checks = smoked(only="route chat")
        store.set_configuration_setting(flag)
    assert (found.code, checks["flag"].level) == (Exit.NO, "no")


@pytest.fixture
def bound(dev, azure):
    """Binds another content filter to the deployment, behind the stack's back."""
    with shell(azure) as clients:
        made = clients.cognitive
        before = made.deployments.get(GROUP, ACCOUNT, "chat-v3")

        def bind(name):
            properties = DeploymentProperties(model=before.properties.model, rai_policy_name=name)
            wanted = Deployment(sku=before.sku, properties=properties)
            made.deployments.begin_create_or_update(GROUP, ACCOUNT, "chat-v3", wanted).result()

        heard = RaiPolicyContentFilter(
            name="Violence",
            source="Prompt",
            enabled=True,
            blocking=False,
            severity_threshold="Medium",
        )
        policy = RaiPolicyProperties(
            base_policy_name="Microsoft.DefaultV2", mode="Default", content_filters=[heard]
        )
        made.rai_policies.create_or_update(GROUP, ACCOUNT, "deaf", RaiPolicy(properties=policy))
        bind("deaf")
        yield
        bind(before.properties.rai_policy_name)


def test_a_filter_that_is_bound_behind_the_stacks_back_is_found(bound, smoked):
    found, checks = smoked()
    assert (found.code, checks["filter"].level) == (Exit.NO, "no")
    assert checks["filter"].text == (
        "violence medium was found and let through. "
        "Fix: check that 'developers' is bound to the deployment"
    )


@pytest.fixture
def keyed(dev, azure):
    """Turns the account's keys on, behind the stack's back."""
    with shell(azure) as clients:
        accounts = clients.cognitive.accounts
        accounts.begin_update(GROUP, ACCOUNT, {"properties": {"disableLocalAuth": False}}).result()
        yield
        accounts.begin_update(GROUP, ACCOUNT, {"properties": {"disableLocalAuth": True}}).result()


def test_an_account_whose_keys_were_turned_on_is_opened_by_one(keyed, smoked):
    found, checks = smoked(only="embed-v1")
    assert (found.code, checks["key"].level) == (Exit.NO, "no")
    assert checks["key"].text.startswith("a real key opens it")


@pytest.fixture
def gone(dev, azure):
    """Deletes a deployment, behind the stack's back."""
    with shell(azure) as clients:
        made = clients.cognitive.deployments
        before = made.get(GROUP, ACCOUNT, "embed-v1")
        made.begin_delete(GROUP, ACCOUNT, "embed-v1").result()
        yield
        properties = DeploymentProperties(model=before.properties.model)
        wanted = Deployment(sku=before.sku, properties=properties)
        made.begin_create_or_update(GROUP, ACCOUNT, "embed-v1", wanted).result()


def test_a_deployment_that_was_deleted_is_told_with_what_there_is_instead(gone, smoked):
    found, checks = smoked(only="embed-v1")
    assert found.code == Exit.NO
    assert "The account has chat-v3." in checks["embeddings"].text


def test_a_good_run_says_yes_to_all_and_its_traces_arrive(dev):
    said = dev.plumb("smoke", "--stack", "dev", "--json")
    assert said.code == 0, said.all
    told = json.loads(said.out)
    assert {"span", "evaluation", "style", "filter", "key"} <= {
        each["check"] for each in told["findings"]
    }
    folder = dev.folder / told.pop("folder")
    assert recompute(folder) == told


def test_ctrl_c_keeps_what_there_is_and_is_no_yes(dev, azure):
    azure.control("POST", "/faults", {"target": CHAT, "kind": "slow", "delay": 20})
    before = runs(dev)
    words = ["plumb", "smoke", "--stack", "dev", "--json"]
    quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(words, cwd=dev.folder, env=dev.variables(), **quiet) as process:
        folder = until(lambda: next(iter(runs(dev) - before), None), "a run has begun")
        until(lambda: '"key"' in (folder / "facts.jsonl").read_text(), "it has asked something")
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    azure.control("DELETE", "/faults")
    told = json.loads(out)
    assert (process.returncode, told["partial"], told["cut_off"]) == (3, True, "SIGINT came")


def runs(dev):
    return {each.parent for each in (dev.folder / ".plumb/runs").glob("*-smoke-*/facts.jsonl")}
