"""What a run keeps: its plan, and every fact as it came, so that a kill loses none."""

from pathlib import Path
from types import TracebackType
from typing import Final, Self

from pydantic import ValidationError

from scripts.smoke.facts import ROW, AnyFact
from scripts.smoke.judgement import Facts
from scripts.smoke.plan import Plan

PLAN: Final = "plan.json"
FACTS: Final = "facts.jsonl"


class NoRun(Exception):
    """The folder holds no smoke run; the message says why."""


class Writing:
    """A run's folder while it goes on."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        folder.mkdir(parents=True)
        (folder / PLAN).write_text(
            plan.model_dump_json(by_alias=True, indent=2) + "\n", encoding="utf-8"
        )
        self._file = (folder / FACTS).open("w", encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, fact: AnyFact) -> None:
        self._file.write(fact.model_dump_json() + "\n")
        self._file.flush()


def read(folder: Path) -> tuple[Plan, Facts]:
    """A run as it was kept. A torn last line, of a run that was killed, is left out.

    Raises:
        NoRun: it is none, or a line of it is no fact.
    """
    try:
        plan = Plan.model_validate_json((folder / PLAN).read_text(encoding="utf-8"))
        lines = (folder / FACTS).read_text(encoding="utf-8").split("\n")
        whole = lines[:-1]  # what follows the last newline is nothing, or torn
        return plan, Facts([ROW.validate_json(line) for line in whole])
    except (OSError, ValidationError) as error:
        said = " ".join(str(error).split())
        raise NoRun(f"{folder} holds no smoke run: {said}. Fix: name one of .plumb/runs") from None
