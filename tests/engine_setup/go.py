"""A stand-in for Go and pip: it answers as they do, and fails when told to."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sandbox.engine.tool import Finished

Answer = Callable[[Sequence[str]], Finished]


def said(output: str = "", errors: str = "", exit_code: int = 0) -> Finished:
    return Finished(exit_code=exit_code, output=output, errors=errors)


class Machine:
    """What runs on it. `wrong` names, by a word of its arguments, what fails and how."""

    def __init__(self, folder: Path, go: str = "go1.26.6", **wrong: Finished) -> None:
        self.folder = folder
        self.wrong = wrong
        self.go = go
        self.ran: list[str] = []
        executor = folder / "sdk/python/cmd/pulumi-language-python-exec"
        executor.parent.mkdir(parents=True)
        executor.write_text("# Pulumi's own\n")

    def __call__(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path | None = None,
        heard: Callable[[str | None], None] | None = None,
    ) -> Finished:
        self.ran.append(" ".join([Path(argv[0]).name, *argv[1:]]))
        finished = self.answer(list(argv))
        if heard:
            for line in finished.errors.splitlines():
                heard(line)
            heard(None)
        return finished

    def answer(self, argv: list[str]) -> Finished:
        for word, failure in self.wrong.items():
            if word in argv:
                return failure
        match argv[1:]:
            case ["version"] if "unfinished" in argv[0]:
                return said("v3.259.0\n")
            case ["version"]:
                return said(f"go version {self.go} linux/amd64\n")
            case ["env", *_]:
                return said(f"{self.folder}/modules\n{self.folder}/compiled\n")
            case ["list", "-m", *_]:
                return said(f"{self.folder}/sdk\n")
            case ["list", *_]:
                return said("one\ntwo\n", "go: downloading a v1\ngo: downloading b v1\n")
            case ["build", *rest]:
                Path(rest[rest.index("-o") + 1]).touch(mode=0o755)
                return said(errors="one\ntwo\n")
            case ["-m", "pip", *rest]:
                root = Path(rest[rest.index("--target") + 1]) / "somewhere"
                for part in ("bin", "pkg"):
                    (root / part).mkdir(parents=True)
                (root / "bin/go").touch(mode=0o755)
                (root / "VERSION").touch()
                return said()
        raise AssertionError(argv)


def go_on_path(folder: Path) -> list[Path]:
    folder.mkdir()
    (folder / "go").touch(mode=0o755)
    return [folder]


NOWHERE = said(errors="dial tcp: lookup proxy: no such host", exit_code=1)


def holds(folder: Path) -> set[str]:
    return set(os.listdir(folder)) if folder.exists() else set()
