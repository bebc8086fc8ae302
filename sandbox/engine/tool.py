"""Runs the programs that bring the engine, listening to what they say."""

import queue
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol


@dataclass(frozen=True, kw_only=True)
class Finished:
    """How a program ended."""

    exit_code: int
    output: str
    errors: str

    @property
    def ok(self) -> bool:
        return self.exit_code == 0


class Run(Protocol):
    """Runs a program to its end. `heard` is called with each line of its stderr, and with None
    about once a second."""

    def __call__(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path | None = None,
        heard: Callable[[str | None], None] | None = None,
    ) -> Finished: ...


def run(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path | None = None,
    heard: Callable[[str | None], None] | None = None,
) -> Finished:
    try:
        process = subprocess.Popen(
            argv,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        )
    except OSError as error:
        return Finished(exit_code=127, output="", errors=f"{argv[0]}: {error.strerror}")
    assert process.stdout and process.stderr
    output: list[str] = []
    lines: queue.Queue[str | None] = queue.Queue()
    listening = threading.Thread(target=forward, args=(process.stderr, lines), daemon=True)
    reading = threading.Thread(target=read, args=(process.stdout, output), daemon=True)
    said: list[str] = []
    try:
        listening.start()
        reading.start()
        while (line := next_line(lines, heard)) is not None:
            said.append(line)
        exit_code = process.wait()
    except BaseException:
        # An interrupted build must not go on behind the person's back.
        process.kill()
        process.wait()
        raise
    listening.join()
    reading.join()
    process.stdout.close()
    process.stderr.close()
    return Finished(exit_code=exit_code, output="".join(output), errors="\n".join(said))


def next_line(
    lines: queue.Queue[str | None], heard: Callable[[str | None], None] | None
) -> str | None:
    """The next line of stderr; None at its end. Tells `heard` of silence, too."""
    while True:
        try:
            line = lines.get(timeout=1)
        except queue.Empty:
            if heard:
                heard(None)
            continue
        if heard and line is not None:
            heard(line)
        return line


def read(stream: IO[str], output: list[str]) -> None:
    output.append(stream.read())


def forward(stream: IO[str], lines: queue.Queue[str | None]) -> None:
    for line in stream:
        lines.put(line.rstrip("\n"))
    lines.put(None)
