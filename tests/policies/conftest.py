"""What tests of `plumb check` share."""

from textwrap import dedent

import pytest
import typer
from typer.testing import CliRunner

from policies.registry import RULES
from scripts.checking import judgement
from scripts.checking.command import check_command
from scripts.cli import SETTINGS
from tests.policies.small_stacks import FEW, PROGRAM


@pytest.fixture
def plumb(tmp_path, monkeypatch):
    """Run `plumb check` on stack files of the test's choice, under a few of the rules."""
    monkeypatch.setattr("scripts.short_lived.in_a_process_of_its_own", lambda: None)
    monkeypatch.setattr(judgement, "RULES", {id: RULES[id] for id in FEW})
    monkeypatch.setattr("components.stack_file.ROOT", tmp_path)
    app = typer.Typer()
    app.command(context_settings=SETTINGS["check"])(check_command)
    (tmp_path / "__main__.py").write_text(dedent(PROGRAM))

    def run(*arguments, **files):
        for stack, text in files.items():
            (tmp_path / f"Pulumi.{stack}.yaml").write_text(text)
        return CliRunner().invoke(app, [str(each) for each in arguments])

    return run
