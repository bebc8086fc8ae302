"""Every command of a workflow is one that a test runs: here, or where it says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from components.stack_file import ROOT
from scripts.exit import Exit
from tests.workflows.reading import JOBS

RUNS = sorted({line for job in JOBS for line in job.runs})
LINES = [line for line in RUNS if line.startswith((".venv/bin/plumb check", "gh "))]

PREVIEW = (
    'pulumi preview --stack "$STACK" --policy-pack policies --suppress-outputs --json > events.json'
)
ELSEWHERE = {
    'pulumi up --yes --stack "$STACK" --policy-pack policies --suppress-outputs': (
        "tests/end_to_end",
        ["up", "--yes", "--policy-pack"],
    ),
    PREVIEW: ("tests/policies", ["preview", "--json", "--policy-pack"]),
    '.venv/bin/plumb smoke --stack "$STACK"': ("tests/end_to_end", ["smoke", "--stack"]),
    '.venv/bin/plumb readiness verify --recorded-only --against "$BASE"': (
        "tests/scripts",
        ["verify", "--recorded-only", "--against"],
    ),
}
"""Command -> the tests that run it, and the words by which they do."""


def test_every_command_is_known():
    targets = [line for line in RUNS if re.fullmatch(r"make [a-z]+", line)]
    assert set(RUNS) == {*LINES, *targets, *ELSEWHERE}


@pytest.mark.parametrize("line", [line for line in RUNS if line.startswith("make ")])
def test_make_has_the_target(line):
    done = subprocess.run(
        [*line.split(), "--dry-run"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("line", ELSEWHERE)
def test_what_is_run_elsewhere_is_run_there(line):
    folder, words = ELSEWHERE[line]
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / folder).rglob("*.py")]
    assert any(all(f'"{word}"' in text for word in words) for text in texts)


@pytest.fixture
def runner(tmp_path):
    """A runner's working folder: the checkout's environment, the base, what came before."""
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    plumb = tmp_path / ".venv" / "bin" / "plumb"
    plumb.write_text(
        f'#!/bin/sh\nexec "{sys.executable}" -c "from scripts.cli import main; main()" "$@"\n'
    )
    plumb.chmod(0o755)
    (tmp_path / ".plumb").mkdir()
    (tmp_path / ".plumb" / "base").symlink_to(ROOT)
    ended = '{"policyAnalyzeStackSummaryEvent": {"passed": ["model-version-pinned"]}}'
    seen = '{"resourcePreEvent": {"metadata": {"new": {"urn": "urn:pulumi:dev::p::t::n"}}}}'
    (tmp_path / "events.json").write_text(f"{seen}\n{ended}\n")
    (tmp_path / "report").mkdir()
    for name in ("comment.md", "dev.md"):
        (tmp_path / "report" / name).write_text("said")
    tools = tmp_path / "tools"
    tools.mkdir()
    gh = tools / "gh"
    gh.write_text(
        '#!/bin/sh\ntest "$1 $2 $3" = "pr comment 7" && for last; do :; done; cat "$last"'
    )
    gh.chmod(0o755)
    return tmp_path


@pytest.mark.parametrize("line", LINES)
def test_the_line_runs_as_it_stands(line, runner):
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(runner / "tools"), os.environ["PATH"]]),
        "PYTHONPATH": str(ROOT),
        "STACK": "dev",
        "NUMBER": "7",
    }
    done = subprocess.run(
        ["sh", "-ec", line], cwd=runner, env=environment, capture_output=True, text=True
    )
    # Without --against main's prod may wait for evidence: a no is an answer as well.
    answers = (Exit.YES,) if "--against" in line or "gh " in line else (Exit.YES, Exit.NO)
    assert done.returncode in answers, done.stderr
    for file in re.findall(r'--output "?([^" ]+)', line):
        assert (runner / Path(file.replace("$STACK", "dev"))).stat().st_size > 100
    if line.startswith("gh "):
        assert done.stdout == "said"


def test_a_hook_for_pre_commit_runs_what_exists():
    import yaml

    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert hook["entry"] == "plumb check --cwd ."
    done = subprocess.run(
        [sys.executable, "-c", "from scripts.cli import main; main()", *hook["entry"].split()[1:]],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode in (Exit.YES, Exit.NO), done.stderr
