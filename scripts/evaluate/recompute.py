"""The numbers of an evaluation, made again from what its run kept."""

from pathlib import Path
from typing import Any

from scripts.evaluate.kept import Kept
from scripts.evaluate.report import report


def recompute(folder: Path) -> dict[str, Any]:
    """The data of the `evaluation` entry that the run in this folder proves.

    Raises:
        NoRun: it is no evaluation's folder, or was changed.
        ValueError: something of it was not measured.
    """
    return report(Kept(folder)).as_evidence()
