"""The Python that runs a program or a pack, and the packages it finds there."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path


class Unusable(Exception):
    """No Python as the options want it; says what to do."""


@dataclass(frozen=True, kw_only=True)
class Plugin:
    """A provider whose resources a package declares, e.g. azure-native 3.29.0."""

    name: str
    version: str
    server: str


@dataclass(frozen=True, kw_only=True)
class Environment:
    """A virtual environment, or what runs the host where no environment is named."""

    prefix: Path

    @property
    def python(self) -> Path:
        return self.prefix / "bin" / "python"

    def python_version(self) -> str:
        asked = [str(self.python), "-c", "import platform; print(platform.python_version())"]
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()

    @property
    def packages(self) -> list[str]:
        return [str(folder) for folder in self.prefix.glob("lib/python3*/site-packages")]

    def activated(self, variables: Mapping[str, str]) -> dict[str, str]:
        """As `source bin/activate` would leave them."""
        search = [str(self.prefix / "bin"), variables.get("PATH", os.defpath)]
        return {name: value for name, value in variables.items() if name != "PYTHONHOME"} | {
            "VIRTUAL_ENV": str(self.prefix),
            "PATH": os.pathsep.join(search),
        }

    def plugins(self) -> Iterator[Plugin]:
        """Pulumi packages say in a file of their own which provider they need."""
        for folder in self.packages:
            for file in sorted(Path(folder).glob("*/pulumi-plugin.json")):
                said = json.loads(file.read_text())
                if said.get("resource"):
                    yield Plugin(
                        name=said.get("name", file.parent.name.removeprefix("pulumi_")),
                        version=said.get("version", ""),
                        server=said.get("server", ""),
                    )

    def dependencies(self, *, transitive: bool) -> list[tuple[str, str]]:
        """Packages by name and version; without the transitive ones, those that nobody needs."""
        found = {spelled(each.name): each for each in distributions(path=self.packages)}
        needed = {name for each in found.values() for name in needs(each)}
        return sorted(
            (each.name, each.version)
            for name, each in found.items()
            if transitive or name not in needed
        )


def needs(package: Distribution) -> Iterator[str]:
    for requirement in package.requires or []:
        name = re.match(r"[\w.-]+", requirement)
        if name and "extra ==" not in requirement:
            yield spelled(name.group())


def spelled(name: str) -> str:
    """Package names differ in case and in their hyphens, and still are the same."""
    return re.sub(r"[-_.]+", "-", name).lower()


def environment(root: Path, options: Mapping[str, object]) -> Environment:
    """As `options` of a Pulumi.yaml or PulumiPolicy.yaml in `root` say.

    Raises:
        Unusable: another toolchain than pip is wanted, or the environment is not there.
    """
    toolchain = options.get("toolchain") or "pip"
    if toolchain != "pip":
        raise Unusable(
            f"toolchain: {toolchain} needs the official pulumi. Fix: toolchain: pip, or install it."
        )
    named = options.get("virtualenv")
    if not named:
        return Environment(prefix=Path(sys.prefix))
    found = Environment(prefix=Path(os.path.normpath(root / str(named))))
    if not found.python.exists():
        raise Unusable(
            f"virtualenv: {named} is not in {root}. Fix: run `make setup`, or `pulumi install`."
        )
    return found
