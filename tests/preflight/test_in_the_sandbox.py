"""Preflight and `plumb models` as a person types them, in front of a sandbox with faults on."""

import json
import os

import pytest
from azure.identity import DefaultAzureCredential
from typer.testing import CliRunner

from components import catalog
from scripts.cli import app
from scripts.models import command as models_command
from scripts.subscription import arm
from scripts.subscription.facts import FOUNDRY
from scripts.subscription.live import Live
from scripts.subscription.patience import Patience
from tests.sandbox.running import sandbox_in

GROUP, ACCOUNT, REGION = "rg-contoso-cora-dev", "contoso-cora-dev-swc", "swedencentral"
POOL = "OpenAI.GlobalStandard.gpt-5.4"
MODEL = {"format": "OpenAI", "name": "gpt-5.4", "version": "2026-03-05"}


@pytest.fixture(scope="module")
def process(tmp_path_factory):
    with sandbox_in(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture
def azure(process, monkeypatch):
    """An empty subscription, and its operator in the environment."""
    process.reset()
    process.control("DELETE", "/catalog")
    become(process, monkeypatch, "operator")
    return process


def become(azure, monkeypatch, who):
    for name, value in azure.variables(who).items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def account(azure):
    """The account of dev, with some of what dev declares: made by Microsoft's own client."""
    with DefaultAzureCredential() as credential, at(credential) as client:
        group = f"{azure.arm}/subscriptions/{os.environ['ARM_SUBSCRIPTION_ID']}/resourceGroups"
        put(credential, f"{group}/{GROUP}", {"location": REGION})
        properties = {"customSubDomainName": ACCOUNT}
        tags = {"workload": "contoso-cora", "environment": "dev"}
        wanted = {"location": REGION, "kind": FOUNDRY, "sku": {"name": "S0"}, "tags": tags}
        client.accounts.begin_create(
            GROUP, ACCOUNT, wanted | {"properties": properties}, polling_interval=0
        ).result()
        deploy(client, "chat-v3", 20)
        yield client


def at(credential):
    return arm.Arm(
        arm.from_environment().endpoint, os.environ["ARM_SUBSCRIPTION_ID"], credential
    ).cognitive()


def put(credential, url, body):
    import requests

    token = credential.get_token(f"{os.environ[arm.ENDPOINT_VARIABLE]}/.default").token
    answer = requests.put(
        f"{url}?api-version=2022-09-01", json=body, headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.ok, answer.text


def deploy(client, name, capacity):
    wanted = {
        "sku": {"name": "GlobalStandard", "capacity": capacity},
        "properties": {"model": MODEL},
    }
    client.deployments.begin_create_or_update(
        GROUP, ACCOUNT, name, wanted, polling_interval=0
    ).result()


def plumb(*words):
    done = CliRunner().invoke(app, words)
    assert not done.exception or isinstance(done.exception, SystemExit), done.output
    return done


def preflight(*words):
    """Its exit code, and what it says for a program."""
    done = plumb("preflight", "--stack", "dev", "--json", *words)
    return done.exit_code, json.loads(done.stdout)


def fails(told):
    return {(each["check"], each["level"]) for each in told["findings"]}


def fault(azure, path, **what):
    azure.control("POST", "/faults", {"plane": "arm", "path": path, **what})


def limit(azure, units):
    azure.control("POST", "/catalog", {"quota_limits": {REGION: {POOL: units}}})


def test_an_empty_subscription_has_room_for_dev(azure):
    code, told = preflight()
    assert (code, told["findings"]) == (0, [])
    assert set(told["checks"].values()) == {"ok"}
    assert {each["pool"] for each in told["pools"]} == {
        POOL,
        "OpenAI.GlobalStandard.text-embedding-3-small",
    }


@pytest.mark.parametrize(("units", "code"), [(30, 0), (29, 1)])
def test_quota_counts_what_we_hold_as_ours(azure, account, units, code):
    limit(azure, units)
    exit_code, told = preflight()
    assert exit_code == code
    if code:
        (finding,) = (each for each in told["findings"] if each["check"] == "quota")
        assert finding["found"] == "29 for us (limit 29, 20 in use, 20 of it ours)"
        assert "ask for a limit of 30 (+1)" in finding["fix"]


def test_a_soft_deleted_name_is_found_and_the_command_that_is_offered_frees_it(account):
    account.accounts.begin_delete(GROUP, ACCOUNT, polling_interval=0).result()
    code, told = preflight()
    assert (code, fails(told)) == (1, {("names", "fail")})
    assert f"account purge -l {REGION} -g {GROUP} -n {ACCOUNT}" in told["findings"][0]["fix"]
    account.deleted_accounts.begin_purge(REGION, GROUP, ACCOUNT, polling_interval=0).result()
    assert preflight()[0] == 0


def test_a_subdomain_that_another_account_has_is_taken(azure, account):
    wanted = {"location": REGION, "kind": FOUNDRY, "sku": {"name": "S0"}}
    account.accounts.begin_delete(GROUP, ACCOUNT, polling_interval=0).result()
    account.deleted_accounts.begin_purge(REGION, GROUP, ACCOUNT, polling_interval=0).result()
    account.accounts.begin_create(
        GROUP,
        "somebody-else",
        wanted | {"properties": {"customSubDomainName": ACCOUNT}},
        polling_interval=0,
    ).result()
    code, told = preflight()
    assert (code, fails(told)) == (1, {("names", "fail")})


def test_who_may_read_nothing_is_told_the_role_and_where(azure, monkeypatch):
    become(azure, monkeypatch, "stranger")
    code, told = preflight()
    assert code == 1
    (finding,) = (each for each in told["findings"] if each["level"] == "fail")
    assert finding["check"] == "rights"
    assert finding["wanted"].startswith("Cognitive Services Usages Reader at /subscriptions/")
    assert told["checks"]["quota"] == "unknown"


@pytest.mark.parametrize(
    ("path", "unknown"),
    [
        ("/(modelCapacities|deletedAccounts|permissions)", {"room", "names", "rights"}),
        ("/locations/[a-z]+/models", {"model", "lifecycle", "sku", "quota"}),
    ],
)
def test_what_is_refused_for_a_passing_reason_is_unknown_and_the_rest_is_told(azure, path, unknown):
    fault(azure, f"{path}$", action="answer", status=403, code="AuthorizationFailed", message="no")
    code, told = preflight()
    assert {name for name, word in told["checks"].items() if word == "unknown"} == unknown
    assert set(told["checks"].values()) == {"ok", "unknown"}
    assert code == 4


def test_a_service_that_fails_for_a_moment_is_asked_again(azure, monkeypatch):
    monkeypatch.setattr("scripts.subscription.patience.wait_s", lambda state: 0.0)
    fault(azure, "/usages$", action="answer", status=500, times=2)
    assert preflight()[0] == 0


@pytest.mark.parametrize(("status", "code"), [(503, 4), (429, 3)])
def test_a_service_that_goes_on_failing_is_never_a_yes(azure, monkeypatch, status, code):
    monkeypatch.setattr("scripts.subscription.patience.wait_s", lambda state: 0.0)
    fault(azure, "/usages$", action="answer", status=status)
    exit_code, told = preflight()
    assert (exit_code, told["checks"]["quota"], told["checks"]["room"]) == (code, "unknown", "ok")


def test_at_the_deadline_it_ends_with_what_it_has(azure):
    fault(azure, "/usages$", action="delay", seconds=20)
    code, told = preflight("--deadline", "1")
    assert told["seconds"] < 15
    assert (code, told["checks"]["quota"]) == (3, "unknown")


def test_expired_tokens_are_not_reached(azure):
    azure.control("POST", "/faults", {"plane": "arm", "action": "expired"})
    assert preflight()[0] == 4


def test_lists_are_read_to_their_last_page(azure):
    def asked():
        live = Live(arm.from_environment(), Patience.of(60))
        return live.models(REGION), live.usages(REGION)

    azure.control("POST", "/settings", {"page_size": 1000})
    whole = asked()
    azure.control("POST", "/settings", {"page_size": 7})
    assert asked() == whole
    (chat,) = (each for each in whole[0] if each.key.name == "gpt-5.4" and each.kind == FOUNDRY)
    assert chat.sku("GlobalStandard").per_minute("token") == 1000
    assert chat.sku("GlobalStandard").per_minute("request") == 10


def test_models_are_listed_with_date_quota_and_price(azure, account):
    done = plumb("models", "list", "--stack", "dev", "--model", "gpt-5.4", "--json")
    offers = json.loads(done.stdout)["offers"]
    (chat,) = (e for e in offers if (e["model"], e["sku"]) == ("gpt-5.4", "GlobalStandard"))
    assert (done.exit_code, chat["until"], chat["quota_left"]) == (0, "2027-09-02", 980)
    assert chat["price"] == "2.5/15"


def test_models_that_are_about_to_retire_are_told_with_what_replaces_them(azure):
    moved = {"retires": "2026-12-01", "replaced_by": "gpt-5.5/2026-04-24"}
    azure.control("POST", "/catalog", {"models": {"gpt-5.4/2026-03-05": moved}})
    done = plumb("models", "check", "--stack", "dev")
    assert done.exit_code == 1
    assert "gpt-5.5 2026-04-24, which Azure names as its replacement" in done.stdout


def test_a_refresh_writes_what_moved_and_a_dry_run_nothing(azure, monkeypatch, tmp_path):
    file = tmp_path / "models.yaml"
    before = catalog.FILE.read_text()
    file.write_text(before)
    monkeypatch.setattr(catalog, "FILE", file)
    monkeypatch.setattr("components.stack_file.ROOT", tmp_path)
    monkeypatch.setattr(models_command, "_stacks", lambda named: [])
    moved = {"gpt-4o/2024-11-20": {"retires": "2026-12-24"}}
    azure.control("POST", "/catalog", {"models": moved})
    tried = plumb("models", "refresh", "--region", REGION, "--dry-run")
    assert (tried.exit_code, file.read_text()) == (0, before)
    assert '+    retires: "2026-12-24"' in tried.stdout
    done = plumb("models", "refresh", "--region", REGION, "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["written"], len(told["changes"])) == (0, True, 1)
    (old,) = (e for e in catalog.parse(file.read_text()) if e.version == "2024-11-20")
    assert old.retires == "2026-12-24"


def test_a_region_that_does_not_answer_leaves_the_table_as_it_is(azure, monkeypatch, tmp_path):
    file = tmp_path / "models.yaml"
    before = catalog.FILE.read_text()
    file.write_text(before)
    monkeypatch.setattr(catalog, "FILE", file)
    monkeypatch.setattr("components.stack_file.ROOT", tmp_path)
    monkeypatch.setattr(models_command, "_stacks", lambda named: [])
    fault(azure, "/locations/eastus/models$", action="answer", status=404)
    done = plumb("models", "refresh", "--region", "eastus", "--region", REGION)
    assert (done.exit_code, file.read_text()) == (3, before)
    assert "nothing is written" in done.stdout
