"""Every call of a run, a line each as it ends: what all of its numbers are made from."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from scripts.load.call import Answer, Call, Tokens

CALLS: Final = "calls.jsonl"


def written(call: Call) -> str:
    """One line, without its end."""
    return json.dumps(asdict(call))


def parsed(line: str) -> Call:
    """The call of a line.

    Raises:
        ValueError: it is none, such as one that a crash has torn.
    """
    try:
        row = json.loads(line)
        answer = row.pop("answer")
        if answer is not None:
            answer = Answer(**answer | {"tokens": Tokens(**answer["tokens"])})
        return Call(**row, answer=answer)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"no call: {error}") from None


class CallsFile:
    """A run's calls, on disk as soon as they are told: a kill loses those under way alone."""

    def __init__(self, folder: Path) -> None:
        self._file = (folder / CALLS).open("a", encoding="utf-8", buffering=1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, call: Call) -> None:
        self._file.write(written(call) + "\n")


def read(folder: Path) -> Iterator[Call]:
    """The calls that a run kept, as they ended. A torn last line is none.

    Raises:
        ValueError: another line is no call.
    """
    with (folder / CALLS).open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if line.endswith("\n"):
                try:
                    yield parsed(line)
                except ValueError as error:
                    raise ValueError(f"{folder / CALLS}:{number}: {error}") from None
