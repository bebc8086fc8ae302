"""What docs/gate.md and docs/azure-devops.md show is so."""

import json
import re
import shlex

import pytest
import yaml
from typer.testing import CliRunner

from components.stack_file import ROOT
from policies.configuration import read_settings
from policies.registry import RULES
from policies.waiver_file import read_waivers
from scripts.cli import app
from tests.workflows.test_commands import RUNS

GATE = (ROOT / "docs" / "gate.md").read_text(encoding="utf-8")
DEVOPS = (ROOT / "docs" / "azure-devops.md").read_text(encoding="utf-8")
ONLY_THERE = {
    'git worktree add .plumb/base "origin/${SYSTEM_PULLREQUEST_TARGETBRANCHNAME}"',
    'echo "##vso[task.uploadsummary]$PWD/.plumb/report/comment.md"',
    ".venv/bin/plumb check --output .plumb/report/junit.xml",
    ".venv/bin/plumb readiness verify --recorded-only "
    '--against "origin/${SYSTEM_PULLREQUEST_TARGETBRANCHNAME}"',
    "make setup",
}


def blocks(text, language=""):
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


SHOWN = [block.partition("\n") for block in blocks(GATE) if block.startswith("$ plumb ")]


@pytest.mark.parametrize("line", [line for line, _, _ in SHOWN])
def test_the_output_is_that_of_the_command(line, monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("scripts.short_lived.in_a_process_of_its_own", lambda: None)
    said = next(said for other, _, said in SHOWN if other == line)
    assert CliRunner().invoke(app, shlex.split(line)[2:]).stdout == said


def test_there_is_something_to_see():
    assert SHOWN


def test_the_waiver_would_be_taken(tmp_path):
    (text,) = [block for block in blocks(GATE, "yaml") if block.startswith("- rule")]
    (tmp_path / "waivers.yaml").write_text(text)
    assert len(read_waivers(RULES, tmp_path / "waivers.yaml")) == 1


def test_the_configuration_would_be_taken(tmp_path):
    (text,) = blocks(GATE, "json")
    (tmp_path / "config.json").write_text(text)
    settings = read_settings(tmp_path / "config.json")
    assert set(settings) == set(json.loads(text)) <= set(RULES)
    for id, setting in settings.items():
        params = {param.name: param for param in RULES[id].params}
        assert [params[name].parse(value) for name, value in setting.values.items()]


def test_every_link_leads_somewhere():
    for text in (GATE, DEVOPS):
        for target in re.findall(r"\]\(([^)#]+)\)", text):
            assert (ROOT / "docs" / target).exists(), target


def scripts(held):
    match held:
        case dict():
            yield from (held[key] for key in ("script", "inlineScript") if key in held)
            for inner in held.values():
                yield from scripts(inner)
        case list():
            for inner in held:
                yield from scripts(inner)


def test_azure_devops_runs_what_the_workflows_run():
    pipelines = [yaml.safe_load(block) for block in blocks(DEVOPS, "yaml")]
    assert len(pipelines) == 2
    lines = {
        line.strip()
        for pipeline in pipelines
        for text in scripts(pipeline)
        for line in text.splitlines()
        if not line.strip().startswith(("set ", "export "))
    }
    assert lines <= {*RUNS, *ONLY_THERE}
    assert lines >= ONLY_THERE
