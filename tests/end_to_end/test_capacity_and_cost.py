"""Plans and bills against the sandbox: its quota, its calculator, its metrics, its budget."""

import json

import pytest
import yaml

from scripts.capacity.recompute import recompute as planned_again
from scripts.cost.recompute import recompute as billed_again
from tests.end_to_end.azure_clients import shell

pytestmark = pytest.mark.engine

PEAK = ("--rpm", "20", "--prompt", "600", "--max-output", "200")
AGREED = ("--exchange-rate", "USD=EUR:0.86")


@pytest.fixture(scope="module")
def dev(project):
    project.deploy("dev")
    return project


@pytest.fixture
def plan(dev):
    """What a plan says as JSON, with its exit code."""

    def run(*words, stack="dev", **more):
        asked = ("capacity", "plan", "--stack", stack, "--route", "chat", *PEAK)
        said = dev.plumb(*asked, "--json", *words, **more)
        return said.code, json.loads(said.out or "{}"), said.err

    return run


def run_folder(said, project):
    return project.folder / said.split("kept in ")[1].split()[0]


def newest(project, kind):
    entries = yaml.safe_load((project.folder / "evidence/dev.yaml").read_text())
    return next(each["data"] for each in reversed(entries) if each["kind"] == kind)


def test_what_stands_already_is_ours_to_grow_into(plan):
    code, told, said = plan()
    quota = told["routes"][0]["quota"]
    assert code == 0, said
    assert quota["used"] == 30
    assert quota["left"] == quota["limit"]


def test_throughput_is_what_azures_calculator_says(dev, plan):
    text = (dev.folder / "Pulumi.prod.yaml").read_text()
    assert "chat: { stable: chat-v3," in text
    changed = text.replace("chat: { stable: chat-v3,", "chat: { stable: chat-reserved,")
    with dev.edited("Pulumi.prod.yaml", changed):
        _, told, _ = plan(stack="prod")
    formula, calculator, _ = told["routes"][0]["sources"]
    assert formula["units"] == pytest.approx(18)  # 24 x (600 + 6 x 200) / 2,400
    assert calculator["units"] == 18


def test_a_quota_that_azure_does_not_tell_is_never_enough(azure, plan):
    added = azure.plumb("fault", "add", "--target", "arm", "--kind", "throttle")
    assert added.code == 0, added.err
    try:
        assert plan("--deadline", "3")[0] == 3
    finally:
        assert azure.plumb("fault", "clear").code == 0


def test_who_may_not_read_the_quota_gets_no_yes(plan):
    code, _, said = plan(who="stranger")
    assert (code, "Traceback" in said) == (4, False)


def test_demand_and_forecast_are_evidence_that_can_be_made_again(dev, plan):
    review = ("--plan-url", "https://contoso.com/plan", "--reviewed-by", "Ada")
    code, _, said = plan("--record", *review)
    assert code == 0, said
    made = planned_again(run_folder(said, dev))
    assert newest(dev, "demand") == made["demand"]["chat"]
    assert newest(dev, "capacityPlan") == made["capacityPlan"]
    said = dev.plumb("cost", "--stack", "dev", "--forecast", *AGREED, "--record")
    assert said.code == 0, said.all
    assert newest(dev, "cost") == billed_again(run_folder(said.err, dev))
    assert dev.plumb("readiness", "verify", "--stack", "dev").code == 0


def test_what_was_used_costs_what_azures_own_budget_says(dev, azure):
    name = "contoso-cora-dev-swc/chat-v3"
    traffic = ("--deployment", name, "--rps", "1", "--for", "20m", "--no-spans")
    assert azure.plumb("traffic", *traffic).code == 0
    with shell(azure) as found:
        (budget,) = (
            found.resources.resources.get_by_id(each, api_version="2024-08-01").properties
            for each in azure.ids()
            if "/microsoft.consumption/budgets/" in each
        )
        ahead = {"PLUMB_CLOCK_AHEAD_S": azure.variables()["PLUMB_CLOCK_AHEAD_S"]}
    said = dev.plumb("cost", "--stack", "dev", "--actual", "--json", **ahead)
    told = json.loads(said.out)
    assert said.code == 3, said.all  # no full day is over, so the month is not forecast
    spent = sum(told["by_use"]["month_to_date"].values())
    assert spent > 0
    assert spent == pytest.approx(budget["currentSpend"]["amount"], abs=0.01)
