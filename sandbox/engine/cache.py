"""Where a built engine lies, outside the checkout, so that a second clone starts at once."""

import os
from dataclasses import dataclass
from pathlib import Path

VERSION = "3.259.0"
"""Of the engine. Later versions of its Go module are not to be had everywhere."""

ENGINE = "pulumi"
LANGUAGE_HOST = "pulumi-language-python"
EXECUTOR = "pulumi-language-python-exec"
INSTALLER = "installed-by"
"""Names the interpreter that installed the engine last: the launcher's last resort."""


@dataclass(frozen=True, kw_only=True)
class Cache:
    """The folder of one version of the engine."""

    root: Path

    @property
    def bin(self) -> Path:
        """What stands on PATH. It appears by one rename, so it is whole or not there."""
        return self.root / "bin"

    @property
    def go(self) -> Path:
        """A Go toolchain of our own, where the machine has none."""
        return self.root / "go"

    @property
    def lock(self) -> Path:
        return self.root / "lock"

    @property
    def log(self) -> Path:
        """What the tools said during the last build."""
        return self.root / "build.log"

    def holds_engine(self) -> bool:
        return (self.bin / ENGINE).is_file()


def cache() -> Cache:
    home = os.environ.get("XDG_CACHE_HOME", "")
    # The XDG specification: a relative path there counts as not set.
    base = Path(home) if home.startswith("/") else Path.home() / ".cache"
    return Cache(root=base / "plumb" / "engine" / VERSION)
