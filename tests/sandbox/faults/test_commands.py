"""`plumb sandbox fault` and `plumb sandbox clock`: what they say, print and leave with."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from scripts.cli import app
from scripts.exit import Exit
from tests.sandbox.running import RunningSandbox


def plumb(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["sandbox", *arguments], env={"COLUMNS": "100"})


def test_a_fault_is_ordered_shown_and_ended(sandbox: RunningSandbox) -> None:
    added = plumb("fault", "add", "--target", "arm", "--kind", "conflict", "--count", "3")
    assert added.exit_code == Exit.YES
    listed = plumb("fault", "list")
    assert listed.stdout == added.stdout
    assert "conflict on arm (PUT, PATCH, DELETE): 3 hits left" in listed.stdout
    number = listed.stdout.split()[0]
    assert plumb("fault", "clear", number).stdout == "no fault is on\n"


def test_json_says_the_same(sandbox: RunningSandbox) -> None:
    added = json.loads(
        plumb(
            "fault", "add", "--target", "identity", "--kind", "slow", "--delay", "90s", "--json"
        ).stdout
    )
    assert (added["target"], added["seconds"]) == ("identity", 90)
    assert json.loads(plumb("fault", "list", "--json").stdout) == {"faults": [added]}
    assert json.loads(plumb("fault", "clear", "--json").stdout) == {"faults": []}


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        ("--target arm --kind sluggish", "Fix: throttle, conflict"),
        ("--target azure --kind slow", "Fix: arm, arm:<type or id>"),
        ("--target account:nobody --kind slow", "no account answers as nobody. Fix: "),
        ("--target arm --kind slow --delay 5", "Fix: 300ms, 90s, 15m"),
        ("--target arm --kind slow --for ever", "Fix: 300ms, 90s, 15m"),
        ("--target arm --kind slow --rate 2", "Fix: above 0 up to 1"),
        ("--target arm --kind cut", "Fix: --target account, deployment"),
        ("--target arm --kind crash --when during", "Fix: before, after"),
        ("--target arm --kind throttle --retry-header loud", "Fix: both, seconds"),
        ("--target arm --kind server-error --status 404", "Fix: 500, 503"),
        ("--target arm --kind slow --method fetch", "Fix: GET, HEAD, PUT"),
    ],
)
def test_each_mistake_is_one_line_with_the_choices(
    sandbox: RunningSandbox, mistake: str, said: str
) -> None:
    answer = plumb("fault", "add", *mistake.split())
    assert (answer.exit_code, answer.stdout) == (Exit.WRONG_USE, "")
    assert said in answer.stderr and len(answer.stderr.splitlines()) == 1


def test_a_fault_that_is_not_on_cannot_be_ended(sandbox: RunningSandbox) -> None:
    answer = plumb("fault", "clear", "7")
    assert answer.exit_code == Exit.WRONG_USE
    assert answer.stderr == "no fault 7 is on. Fix: nothing, none is on\n"


def test_time_passes_stops_and_goes_on(sandbox: RunningSandbox) -> None:
    assert plumb("clock", "freeze").stdout.endswith("UTC, frozen\n")
    before = json.loads(plumb("clock", "show", "--json").stdout)
    after = json.loads(plumb("clock", "advance", "1d12h", "--json").stdout)
    assert (before["rate"], after["now"][11:] != before["now"][11:]) == (0, True)
    assert plumb("clock", "thaw").stdout.endswith("UTC\n")
    answer = plumb("clock", "advance", "soon")
    assert (answer.exit_code, "Fix: 300ms, 90s" in answer.stderr) == (Exit.WRONG_USE, True)


@pytest.mark.parametrize("command", ["fault list", "fault clear", "clock show", "clock freeze"])
def test_without_a_sandbox_one_line_says_what_to_run(command: str, tmp_path: Path) -> None:
    answer = plumb(*command.split(), "--dir", str(tmp_path))
    assert (answer.exit_code, answer.stdout) == (Exit.NOT_REACHED, "")
    assert "Fix: run `plumb sandbox up` first." in answer.stderr


@pytest.mark.parametrize("command", ["fault", "fault add", "clock", "clock advance"])
def test_help_shows_what_to_type(command: str) -> None:
    text = plumb(*command.split(), "--help").output
    assert "\n  Examples:\n    plumb sandbox " in text
    assert max(map(len, text.splitlines())) <= 100
