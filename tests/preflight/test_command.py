"""`plumb preflight` and `plumb models` as a person types them, without any Azure."""

import json
import os
import signal

import pytest
from typer.testing import CliRunner

from scripts.cli import app
from scripts.exit import Exit
from scripts.subscription import arm
from scripts.subscription.asking import unless_cut_off
from scripts.subscription.patience import Patience


def plumb(*words):
    return CliRunner().invoke(app, words, env={"COLUMNS": "100"})


@pytest.fixture(autouse=True)
def nowhere(monkeypatch):
    """A shell that names no subscription."""
    for name in arm.SUBSCRIPTION_VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
def test_offline_the_shipped_stacks_have_nothing_against_them(stack):
    done = plumb("preflight", "--stack", stack, "--offline", "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["offline"], told["exit_code"]) == (0, True, 0)
    assert told["checks"]["quota"] == "not asked"
    assert told["checks"]["model"] == "ok"


def test_offline_says_that_nobody_was_asked():
    done = plumb("preflight", "--stack", "prod", "--offline")
    assert done.stdout.splitlines()[-1].endswith("Azure was not asked")


@pytest.mark.parametrize(
    "words", [["preflight", "--stack", "dev"], ["models", "list"], ["models", "refresh"]]
)
def test_without_a_subscription_it_is_wrong_use_with_a_fix(words):
    done = plumb(*words)
    assert done.exit_code == Exit.WRONG_USE
    assert "no subscription is named. Fix: export ARM_SUBSCRIPTION_ID" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["preflight", "--stack", "nowhere"], "Pulumi.nowhere.yaml does not exist"),
        (["preflight", "--stack", "dev", "--deadline", "0"], "Fix: seconds, above 0"),
        (["models", "list", "--region", "moon", "--offline"], "no region moon. Fix: one of"),
        (["models", "check", "--stack", "nowhere", "--offline"], "does not exist"),
    ],
)
def test_wrong_use_is_said_in_a_line(words, said):
    done = plumb(*words)
    assert done.exit_code == Exit.WRONG_USE
    assert said in done.stderr


def test_the_dated_table_can_be_listed_without_azure():
    done = plumb("models", "list", "--offline", "--region", "swedencentral", "--model", "gpt-5.4")
    assert done.exit_code == 0
    assert "gpt-5.4/2026-03-05       DataZoneStandard" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_only_what_newcomers_may_have_is_listed_unless_all_is_wanted():
    words = ["models", "list", "--offline", "--region", "swedencentral", "--json"]
    open_now, everything = (json.loads(plumb(*words, *more).stdout) for more in ([], ["--all"]))
    words_of = [{each["lifecycle"] for each in told["offers"]} for told in (open_now, everything)]
    assert "Deprecating" not in words_of[0]
    assert "Deprecating" in words_of[1]


def test_the_stacks_models_are_told_by_the_day_they_end():
    done = plumb("models", "check", "--offline")
    dates = [line[:10] for line in done.stdout.splitlines()[1:] if line.startswith("20")]
    assert dates == sorted(dates)
    assert max(map(len, done.stdout.splitlines())) <= 100


@pytest.mark.parametrize("word", [signal.SIGINT, signal.SIGTERM])
def test_who_is_cut_off_cannot_tell(word, capsys):
    # Whoever runs the tests may ignore it, and then Python does.
    before = signal.signal(word, signal.default_int_handler)
    try:
        _cut_off(word)
    finally:
        signal.signal(word, before)
    assert "cut off" in capsys.readouterr().err


def _cut_off(word):
    with pytest.raises(BaseException) as left, unless_cut_off():
        os.kill(os.getpid(), word)
        Patience.of(60)
    assert getattr(left.value, "exit_code", None) == Exit.CANNOT_TELL


@pytest.mark.parametrize(
    "command", [["preflight"], ["models"], ["models", "list"], ["models", "refresh"]]
)
def test_help_shows_what_to_type(command):
    text = plumb(*command, "--help").stdout
    assert "Examples:" in text
    assert max(map(len, text.splitlines())) <= 100
