"""The other side of a comparison: what the gate said before a change."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from components.stack_file import ROOT
from policies.report import Report
from scripts.exit import Exit

PLUMB: Final = "from scripts.cli import main; main()"


class NoBase(Exception):
    """The message says why, and what to do."""


class Unjudged(Exception):
    """A checkout that cannot be judged, so that whatever is found now counts as new."""


def base_report(where: Path, stacks: Sequence[str]) -> Report:
    """From a report of `plumb check --json`, or from a checkout, judged by its own rules.

    Raises:
        NoBase: there is no such report.
        Unjudged: the checkout has a mistake, which the change may be there to put right.
    """
    text = _judged(where, stacks) if where.is_dir() else _read(where)
    try:
        return Report.model_validate_json(text)
    except ValidationError as error:
        (first, *_) = error.errors()
        place = ".".join(str(each) for each in first["loc"])
        raise NoBase(
            f"{where} is no report ({place}: {first['msg']}). "
            "Fix: plumb check --json > FILE.json, in the checkout to compare with"
        ) from None


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NoBase(f"{file} cannot be read: {error}. Fix: a report, or a checkout") from None


def _judged(folder: Path, stacks: Sequence[str]) -> str:
    """By a process of its own: the other checkout has its own program, and its own rules."""
    ours = (folder / "scripts" / "cli.py").exists()
    command = [sys.executable, "-c", PLUMB, "check", "--json"]
    command += [] if ours else ["--cwd", str(folder.resolve())]
    command += [part for stack in stacks for part in ("--stack", stack)]
    done = subprocess.run(
        command, cwd=folder if ours else ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode not in (Exit.YES, Exit.NO, Exit.CANNOT_TELL):
        raise Unjudged(f"{folder} cannot be judged: {done.stderr.strip()[-2000:]}")
    return done.stdout
