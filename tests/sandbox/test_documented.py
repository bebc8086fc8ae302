"""docs/sandbox.md names tests that there are, and steps that can be run."""

import ast
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.documented import ROOT, quirks, section

TESTS = Counter(
    name
    for file in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^(?:async )?def (test_\w+)", file.read_text(), re.MULTILINE)
)
CLIENTS = ("az", "azure-ai-evaluation")


@pytest.mark.parametrize(("quirk", "tests"), quirks(), ids=lambda each: str(each)[:40])
def test_each_quirk_is_held_to_by_a_test_that_exists(quirk: str, tests: list[str]) -> None:
    assert tests, f"{quirk} names no test"
    assert [each for each in tests if not TESTS[each]] == []


def test_there_are_as_many_quirks_as_there_were() -> None:
    assert len(list(quirks())) >= 60


@pytest.mark.parametrize("client", CLIENTS)
def test_the_steps_of_a_client_can_be_read_by_what_runs_them(client: str, tmp_path: Path) -> None:
    steps = section(client)
    assert steps
    for step in steps:
        if step.language == "python":
            ast.parse(step.text)
        else:
            subprocess.run(["bash", "-n", "-c", step.text], check=True)
