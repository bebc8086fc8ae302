"""A run's numbers, made again from what it kept."""

from pathlib import Path
from typing import Any

from scripts.load import calls_file, run
from scripts.load.report import Report, report
from scripts.load.search import STAGES, stage_of, whole
from scripts.load.swept import Sweep


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


def swept(folder: Path) -> Sweep:
    """What a sweep found, by what its stages kept.

    Raises:
        NoRun: as of a run.
    """
    kept = sorted((folder / STAGES).iterdir())
    return whole(run.read(folder), [stage_of(judged(each)) for each in kept])


def recompute(folder: Path) -> dict[str, Any]:
    """The data of the run's `loadTest` entry.

    Raises:
        NoRun: the folder holds none.
        ValueError: no call was answered.
    """
    return judged(folder).as_evidence()
