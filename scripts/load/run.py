"""One load run: what was asked of whom, and whether it came to its end."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scripts.load.cost import Price
from scripts.load.scenario import Scenario
from scripts.load.verdict import Objectives

RUN: Final = "run.json"


class NoRun(Exception):
    """The folder holds no load run that can be judged; the message says why."""


class Run(BaseModel):
    """All that its numbers need beside the calls. It is written before the first of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["plumb.load-run/1"] = "plumb.load-run/1"
    run_id: str
    began_at: datetime
    """UTC."""
    stack: str
    deployment: str
    """`account/deployment`."""
    tokens_per_minute: int | None
    """As declared; None where the unit is another."""
    processes: Annotated[int, Field(gt=0)] = 1
    """That sent the calls."""
    scenario: Scenario
    objectives: Objectives
    price: Price | None
    """None: nobody knows it."""
    ended: bool = False
    """False: it is under way, or was killed."""
    cut_off: str = ""
    """Why it ended before its time; empty if it did not."""

    @property
    def partial(self) -> bool:
        return not self.ended or bool(self.cut_off)


def write(folder: Path, run: Run) -> None:
    """Leaves it in the run's folder, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f".{RUN}"
    beside.write_text(run.model_dump_json(indent=2) + "\n", encoding="utf-8")
    beside.replace(folder / RUN)


def read(folder: Path) -> Run:
    """The run of a folder.

    Raises:
        NoRun: there is none, or it cannot be understood.
    """
    file = folder / RUN
    try:
        return Run.model_validate(json.loads(file.read_text(encoding="utf-8")))
    except (FileNotFoundError, NotADirectoryError):
        raise NoRun(f"{folder} holds no {RUN}. Fix: name the folder of a load run") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise NoRun(f"{file}: {place}: {first['msg']}. Fix: measure again") from None
    except (OSError, ValueError) as error:
        raise NoRun(f"{file}: {error}. Fix: measure again") from None
