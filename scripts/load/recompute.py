"""A run's numbers, made again from what it kept."""

from pathlib import Path
from typing import Any

from scripts.load import calls_file, run
from scripts.load.report import Report, report


def judged(folder: Path) -> Report:
    """What a run came to, by its `run.json` and `calls.jsonl` alone.

    Raises:
        NoRun: the folder holds none, or a part that cannot be read.
    """
    began = run.read(folder)
    try:
        return report(began, list(calls_file.read(folder)))
    except (OSError, ValueError) as error:
        raise run.NoRun(f"{error}. Fix: measure again") from None


def recompute(folder: Path) -> dict[str, Any]:
    """The data of the run's `loadTest` entry.

    Raises:
        NoRun: the folder holds none.
        ValueError: no call was answered.
    """
    return judged(folder).as_evidence()
