"""A run's answer once more, from its files alone."""

from pathlib import Path
from typing import Any

from scripts.finetune import report


def recompute(folder: Path) -> dict[str, Any]:
    """What `plumb finetune verify --json` said.

    Raises:
        NoRun: the folder is not whole.
    """
    return report.of(folder).as_json()
