"""The report of a run, made again from what it kept and nothing else."""

from pathlib import Path
from typing import Any

from scripts.smoke import folder as folders
from scripts.smoke.report import Report, report


def recompute(folder: Path) -> dict[str, Any]:
    """`plumb.smoke/2`.

    Raises:
        NoRun: the folder holds none.
    """
    return again(folder).as_json()


def again(folder: Path) -> Report:
    plan, facts = folders.read(folder)
    return report(plan, facts)
