"""`plumb cost` as a person types it, without a cloud."""

import json

import pytest
from typer.testing import CliRunner

from components.prices import FILE
from scripts.cli import app


@pytest.fixture
def plumb(monkeypatch, tmp_path):
    monkeypatch.setattr("components.stack_file.ROOT", tmp_path)
    return lambda *words: CliRunner().invoke(app, words)


COST = ("cost", "--stack", "prod", "--forecast")


def test_a_cost_that_nobody_can_tell_is_3(plumb):
    done = plumb(*COST)
    assert done.exit_code == 3
    assert "nobody said what route chat must carry" in done.stdout.replace("\n", " ")
    assert "chat-reserved costs 40,150.00 USD a month" in done.stdout


def test_two_currencies_are_2_and_no_number_is_compared(plumb):
    done = plumb(*COST, "--check-budget")
    assert done.exit_code == 2
    assert "--exchange-rate USD=EUR:RATE" in done.stderr
    assert "within" not in done.stdout


def test_help_says_what_to_type(plumb):
    text = plumb("cost", "--help").stdout
    assert "Examples:" in text
    assert "range>" not in text and "<str>" not in text
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize("rate", ["0.86", "USD=EUR", "usd=eur:1", "USD=EUR:0", "USD=EUR:-1"])
def test_a_rate_that_says_too_little_is_2(plumb, rate):
    done = plumb(*COST, "--exchange-rate", rate)
    assert (done.exit_code, "Fix: USD=EUR:0.86" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tokens: []",
        "tokens: [",
        "just words",
        "[1, 2]",
        FILE.read_text().replace("price", "prise", 1)[:900],
    ],
)
def test_a_price_list_that_is_none_is_2(plumb, tmp_path, text):
    file = tmp_path / "prices.yaml"
    file.write_text(text)
    done = plumb(*COST, "--prices", str(file))
    assert (done.exit_code, "Traceback" in done.output) == (2, False)


def test_a_bill_for_a_program_is_json_alone(plumb):
    told = json.loads(plumb(*COST, "--json").stdout)
    assert (told["schema"], told["exit_code"]) == ("plumb.cost/1", 3)
    assert told["by_demand"]["complete"] is False
