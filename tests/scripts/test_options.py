"""What options mean alike in every command."""

import pytest
from typer.testing import CliRunner

from scripts.cli import app

COMMANDS = [
    ("preflight", "--stack", "dev"),
    ("smoke", "--stack", "dev"),
    ("cost", "--stack", "dev"),
    ("capacity", "plan", "--stack", "dev"),
    ("load", "scenarios/chat.yaml", "--stack", "dev"),
    ("evaluate", "datasets/cora.jsonl", "--stack", "dev"),
    ("finetune", "verify", "ftjob-1", "--stack", "dev"),
]


@pytest.mark.parametrize("deadline", ["nan", "inf", "-1", "0", "1e300"])
@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: words[0])
def test_a_deadline_that_never_comes_is_none(command, deadline):
    said = CliRunner().invoke(app, [*command, "--deadline", deadline])
    assert said.exit_code == 2
    assert "Fix: seconds, above 0" in said.output
