"""What is offered can be read, and be different for a test."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sandbox import offers
from sandbox.offers import Change
from scripts.cli import app
from scripts.exit import Exit
from tests.sandbox.core.cloud import ACCOUNT, SUBSCRIPTION, Cloud, code, deployment
from tests.sandbox.running import RunningSandbox
from tests.sandbox.traffic.conftest import Busy, busy

__all__ = ["busy"]

MODEL = "gpt-5.4/2026-03-05"
CHAT = f"{ACCOUNT}/deployments/chat"
MODELS = f"{SUBSCRIPTION}/providers/Microsoft.CognitiveServices/locations/swedencentral/models"


def changed(cloud: Cloud, **change: object) -> None:
    offers.change(cloud.around.settings, {MODEL: Change.model_validate(change)})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"retires": date(2026, 11, 1)}, (400, "ServiceModelDeprecated")),
        ({"lifecycle": "Deprecated"}, (400, "ServiceModelDeprecated")),
        ({"lifecycle": "Deprecating"}, (400, "ServiceModelDeprecating")),
    ],
)
def test_a_model_that_was_made_old_is_not_deployed(
    cloud: Cloud, change: dict[str, object], said: tuple[int, str]
) -> None:
    changed(cloud, **change)
    assert code(cloud.put(CHAT, deployment())) == said


def test_the_list_of_models_says_so(cloud: Cloud) -> None:
    changed(cloud, retires="2026-12-24", lifecycle="Deprecating", replaced_by="gpt-5.5/2026-04-24")
    cloud.around.settings.set("page_size", 1000)
    (row,) = [
        each["model"]
        for each in cloud.get(MODELS).body["value"]
        if (each["kind"], each["model"]["name"], each["model"]["version"])
        == ("OpenAI", *MODEL.split("/"))
    ]
    assert row["lifecycleStatus"] == "Deprecating"
    assert row["deprecation"]["inference"] == "2026-12-24T00:00:00Z"
    assert {each["deprecationDate"] for each in row["skus"]} == {"2026-12-24T00:00:00Z"}
    assert row["replacementConfig"] == {
        "targetModelName": "gpt-5.5",
        "targetModelVersion": "2026-04-24",
    }


def test_a_model_ends_to_answer_on_the_day_that_was_said(busy: Busy) -> None:
    changed(busy.observed.cloud, retires=(busy.observed.now + timedelta(days=1)).date())
    assert busy.drive(rps=1, minutes=1)["statuses"].keys() == {"200"}
    busy.observed.cloud.pass_time(days=1)
    assert busy.drive(rps=1, minutes=1)["statuses"].keys() == {"410"}


def test_a_model_that_there_is_not_leads_to_those_like_it(cloud: Cloud) -> None:
    with pytest.raises(ValueError, match=r"no model gpt-5.4/1999. Fix: gpt-5.4"):
        offers.change(cloud.around.settings, {"gpt-5.4/1999": Change(retires=date(2026, 1, 1))})


def plumb(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["sandbox", "catalog", *arguments], env={"COLUMNS": "100"})


def test_the_commands_show_change_and_take_back(sandbox: RunningSandbox) -> None:
    table = plumb("show", "--region", "swedencentral").stdout
    assert "gpt-5.4" in table and max(map(len, table.splitlines())) <= 100
    answer = plumb("set", "--model", MODEL, "--retires", "2026-12-24")
    assert answer.stdout == f"changed: {MODEL} retires 2026-12-24\n"
    plumb(
        *("set", "--region", "swedencentral", "--quota", "5"),
        *("--pool", "OpenAI.GlobalStandard.gpt-5.4"),
    )
    told = json.loads(plumb("show", "--model", MODEL, "--json").stdout)
    assert [each["retires"] for each in told["models"]] == ["2026-12-24"]
    assert told["changed"]["quota_limits"] == {
        "swedencentral": {"OpenAI.GlobalStandard.gpt-5.4": 5}
    }
    assert plumb("reset").stdout == "nothing is changed\n"
    assert "changed:" not in plumb("show").stdout


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        ("set", "nothing to change. Fix: --model with --retires"),
        (f"set --model {MODEL}", "nothing to change"),
        ("set --model gpt-1/1 --retires 2026-01-01", "there is no model gpt-1/1"),
        (f"set --model {MODEL} --retires soon", "retires"),
        (f"set --model {MODEL} --lifecycle Old", "lifecycle"),
    ],
)
def test_each_mistake_is_one_line(sandbox: RunningSandbox, mistake: str, said: str) -> None:
    answer = plumb(*mistake.split())
    assert (answer.exit_code, answer.stdout) == (Exit.WRONG_USE, "")
    assert said in answer.stderr and len(answer.stderr.splitlines()) == 1


def test_a_reset_takes_changes_back(sandbox: RunningSandbox, tmp_path: Path) -> None:
    plumb("set", "--model", MODEL, "--retires", "2026-12-24")
    sandbox.reset()
    assert "changed:" not in plumb("show").stdout
