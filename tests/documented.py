"""What docs/sandbox.md says can be done, done word for word: python -m tests.documented az."""

import json
import os
import re
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "sandbox.md"
PLUMB = Path(sys.executable).with_name("plumb")
FENCED = re.compile(r"^```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Step:
    """A block of commands, or of a program."""

    language: str
    text: str

    def command(self, python: Path) -> list[str]:
        if self.language == "python":
            return [str(python), "-c", self.text]
        return ["bash", "-euo", "pipefail", "-x", "-c", self.text]


def section(name: str) -> list[Step]:
    """The blocks under a heading of the page."""
    found = re.search(rf"^### {re.escape(name)}\n(.*?)(?=^##|\Z)", PAGE.read_text(), re.M | re.S)
    return [Step(*each) for each in FENCED.findall(found[1])] if found else []


def quirks() -> Iterator[tuple[str, list[str]]]:
    """Each quirk of the page's table, and the tests that it names."""
    table = PAGE.read_text().partition("## How each quirk shows")[2].partition("\n## ")[0]
    for row in re.findall(r"^\| (.+) \|$", table, re.MULTILINE):
        cells = [cell.strip() for cell in row.split(" | ")]
        if cells[0] != "Quirk" and not cells[0].startswith("**"):
            yield cells[0], re.findall(r"`(test_\w+)`", cells[-1])


def run(name: str) -> int:
    """In a sandbox and a virtual environment of their own; what the first failing step answers."""
    steps = section(name)
    if not steps:
        print(f"{PAGE.name} has no steps for {name!r}. Fix: one of its headings", file=sys.stderr)
        return 2
    home = ROOT / ".plumb" / "steps" / name
    if not (home / "bin" / "python").exists():
        venv.create(home, with_pip=True)
    with tempfile.TemporaryDirectory() as folder:
        sandbox = ("--dir", f"{folder}/sandbox")
        subprocess.run([PLUMB, "sandbox", "up", *sandbox], check=True)
        try:
            said = subprocess.check_output([PLUMB, "sandbox", "env", "--json", *sandbox])
            lines = json.loads(said)
            variables = {k: v for k, v in os.environ.items() if k not in lines["unset"]}
            variables |= {**lines["set"], "PATH": f"{home}/bin:{os.environ['PATH']}"}
            variables["PYTHONPATH"] = str(ROOT)  # some steps are about what this checkout does
            for step in steps:
                command = step.command(home / "bin" / "python")
                # Packages come from outside, where the sandbox's authority means nothing.
                outside = {**os.environ, "PATH": variables["PATH"]}
                env = outside if step.text.startswith("pip install") else variables
                done = subprocess.run(command, cwd=folder, env=env, check=False)
                if done.returncode:
                    return done.returncode
        finally:
            subprocess.run([PLUMB, "sandbox", "down", *sandbox], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(run(*sys.argv[1:2] or ["az"]))
