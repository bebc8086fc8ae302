"""What someone sees who waits."""

import io
import os
import sys
from pathlib import Path

from sandbox.engine.progress import SPARSE_SECONDS, Progress
from sandbox.engine.tool import run


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_one_line_that_renews_itself() -> None:
    terminal = Terminal()
    progress = Progress(terminal, clock=iter([0.0, 1.0, 65.0]).__next__)
    progress.stage("compiling")
    progress.tick("7 of 9 packages")
    assert "\n" not in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\033[Kengine: compiling, 7 of 9 packages (65 s)")


def test_a_log_gets_a_line_now_and_then() -> None:
    log = io.StringIO()
    progress = Progress(log, clock=iter([0.0, 0.0, 1.0, 2.0, SPARSE_SECONDS]).__next__)
    progress.stage("compiling")
    for each in range(3):
        progress.tick(f"{each} packages")
    assert log.getvalue() == "engine: compiling (0 s)\nengine: compiling, 2 packages (20 s)\n"


def test_quiet_says_nothing() -> None:
    log = io.StringIO()
    progress = Progress(log, quiet=True)
    progress.stage("compiling")
    progress.done("done")
    assert log.getvalue() == ""


def test_a_tool_is_heard_line_by_line_and_both_streams_are_kept() -> None:
    heard: list[str | None] = []
    program = "import sys; print('out'); print('one\\ntwo', file=sys.stderr); sys.exit(3)"
    finished = run([sys.executable, "-c", program], env=os.environ, heard=heard.append)
    assert [line for line in heard if line is not None] == ["one", "two"]
    assert (finished.exit_code, finished.output, finished.errors) == (3, "out\n", "one\ntwo")


def test_a_tool_that_is_not_there_is_an_answer_not_a_traceback(tmp_path: Path) -> None:
    finished = run([str(tmp_path / "go"), "version"], env={})
    assert not finished.ok and "No such file" in finished.errors
