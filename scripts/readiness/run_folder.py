"""What a command that measured leaves behind, for `plumb readiness record` and for a look back.

`.plumb/runs/<id>/result.json` is a `Result`; whatever else the command keeps lies beside it.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import ValidationError

from components.evidence_entry import Tool
from components.evidence_kinds import Identity, Part, Text, Utc

RUNS: Final = Path(".plumb") / "runs"
RESULT: Final = "result.json"


class NoResult(Exception):
    """The folder holds no result that can be recorded; the message says why."""


class Result(Part):
    """One measurement of one deployment."""

    format: Literal["plumb.run/1"] = "plumb.run/1"
    kind: Text
    stack: Text
    """Where it was measured."""
    identity: Identity
    """Of what was measured, as it was then."""
    measured_at: Utc
    tool: Tool
    data: dict[str, Any]
    """As the kind of evidence wants it."""

    @property
    def time(self) -> datetime:
        return datetime.fromisoformat(self.measured_at)


def read(folder: Path) -> Result:
    """The result of a run.

    Raises:
        NoResult: none there, or not one.
    """
    file = folder / RESULT
    try:
        return Result.model_validate(json.loads(file.read_text(encoding="utf-8")))
    except (FileNotFoundError, NotADirectoryError):
        raise NoResult(
            f"{folder} holds no {RESULT}. Fix: name the folder of a run, such as {RUNS}/<id>"
        ) from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise NoResult(f"{file}: {place}: {first['msg']}. Fix: measure again") from None
    except (OSError, ValueError) as error:
        raise NoResult(f"{file}: {error}. Fix: measure again") from None


def write(folder: Path, result: Result) -> None:
    """Leaves a result in a run's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result.written(), indent=2, ensure_ascii=False, allow_nan=False)
    (folder / RESULT).write_text(text + "\n", encoding="utf-8")
