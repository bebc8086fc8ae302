import re

import pytest
from typer.main import get_group
from typer.testing import CliRunner

from scripts import offered
from scripts.cli import app


def said(*arguments: str, **variables: str) -> str:
    return CliRunner().invoke(app, arguments, env={"COLUMNS": "100", **variables}).output


def every(group, *before):
    """The words of every command, groups included."""
    yield before
    for name in getattr(group, "commands", {}):
        yield from every(group.commands[name], *before, name)


ALL = list(every(get_group(app)))
SHOWN = [each for each in ALL if each[:1] != ("sandbox",) or len(each) == 1]
"""Those of the sandbox are told together, by `plumb sandbox --help`."""


@pytest.mark.parametrize("command", SHOWN, ids=" ".join)
def test_help_shows_what_to_type_line_by_line(command):
    text = said(*command, "--help")

    assert "\n  Examples:\n    " in text
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize("command", ALL, ids=" ".join)
def test_no_option_shows_a_type_of_python(command):
    options = said(*command, "--help").partition("\nOptions:\n")[2]

    assert options
    assert not re.search(r"<(str|int|float|path|bool)|list\[", options)


@pytest.mark.parametrize(
    ("typed", "word", "expected"),
    [
        ("plumb check --stack st", 3, ["staging"]),
        ("plumb smoke --stack ", 3, ["dev", "prod", "staging"]),
        ("plumb sandbox env --as str", 4, ["stranger"]),
        ("plumb sandbox up --profile ", 4, ["fast", "azure"]),
    ],
)
def test_a_shell_completes_the_names_that_stand_here(typed, word, expected):
    completion = {
        "_PLUMB_COMPLETE": "complete_bash",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(word),
    }
    answer = CliRunner().invoke(app, [], prog_name="plumb", env=completion)

    assert answer.output.split() == expected


def test_a_shell_completes_rules():
    assert "account-local-auth-disabled" in offered.rules()


def test_a_word_that_is_no_rule_leads_to_those_that_hold_it():
    assert said("check", "--explain", "network") == (
        "no rule network. Fix: account-public-network-restricted or see plumb check --list-rules\n"
    )
