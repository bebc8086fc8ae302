"""What git knows of this checkout. Outside of one it knows nothing, which is no error here."""

import subprocess
from dataclasses import dataclass
from pathlib import Path


class NoSuchCopy(Exception):
    """Git has no such commit; the message says why."""


@dataclass(frozen=True)
class Author:
    name: str
    mail: str


def head(root: Path) -> str | None:
    """The commit that is checked out; None outside git."""
    try:
        return _git(root, "rev-parse", "--verify", "--quiet", "HEAD").strip() or None
    except NoSuchCopy:
        return None


def content(root: Path, commit: str, path: str) -> bytes:
    """A file as a commit has it; nothing if it has none.

    Raises:
        NoSuchCopy: there is no such commit.
    """
    _git(root, "rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}")
    try:
        return _git(root, "show", f"{commit}:./{path}").encode()
    except NoSuchCopy:
        return b""


def authors(root: Path, commit: str, without: str) -> set[Author]:
    """Who wrote what came after a commit, but for changes to one file alone.

    Raises:
        NoSuchCopy: there is no such commit.
    """
    log = _git(root, "log", "--format=%an%x09%ae", f"{commit}..HEAD", "--", ".", f":!{without}")
    rows = (line.split("\t") for line in log.splitlines())
    return {Author(name, mail) for name, mail in rows}


def _git(root: Path, *words: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *words], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise NoSuchCopy("git is not on PATH. Fix: install it") from None
    if done.returncode:
        said = " ".join(done.stderr.split()) or f"nothing to be found by {words[-1]}"
        raise NoSuchCopy(f"git {words[0]}: {said}. Fix: name a branch or commit that is fetched")
    return done.stdout
