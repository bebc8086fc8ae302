"""The project in a folder of its own, so that a test may edit stack files and program."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from components.stack_file import PROJECT, ROOT
from tests import proof
from tests.end_to_end.local_azure import LocalAzure, Said, told

OWN = ("__main__.py", "Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.staging.yaml", "Pulumi.prod.yaml")
SHARED = ("components", "policies", "scripts", "sandbox", "datasets", "prompts", "scenarios")
GATE = ("--policy-pack", "policies")


class Project:
    """A copy of what a checkout has, and a sandbox to deploy it to."""

    def __init__(self, folder: Path, azure: LocalAzure) -> None:
        self.folder = folder
        self.azure = azure
        self.said: list[Said] = []
        folder.mkdir()
        for name in OWN:
            shutil.copy(ROOT / name, folder)
        if (ROOT / "evidence").exists():
            shutil.copytree(ROOT / "evidence", folder / "evidence")
        for name in SHARED:
            (folder / name).symlink_to(ROOT / name)
        (folder / ".venv").symlink_to(sys.prefix)
        self._variables: dict[tuple[str, bool], dict[str, str]] = {}

    def variables(self, who: str = "operator", *, outside: bool = False) -> dict[str, str]:
        """Of a shell in this folder, pointed at the sandbox."""
        if (who, outside) not in self._variables:
            asked = self.azure.variables(who, outside=outside)
            # Our packages are found here first, not in the checkout that the venv knows.
            self._variables[who, outside] = asked | {"PYTHONPATH": str(self.folder)}
        return self._variables[who, outside]

    def pulumi(self, *words: str, **more: str) -> Said:
        """One command of the engine, which may fail."""
        command = ["pulumi", *words, "--non-interactive", "--color", "never"]
        return self._keep(told(command, self.folder, self.variables() | more))

    def plumb(self, *words: str, who: str = "operator", outside: bool = False, **more: str) -> Said:
        variables = self.variables(who, outside=outside) | more
        return self._keep(told(["plumb", *words], self.folder, variables))

    def _keep(self, said: Said) -> Said:
        self.said.append(said)
        return said

    def create(self, stack: str) -> None:
        said = self.pulumi("stack", "select", "--create", stack)
        assert said.code == 0, said.all

    def up(self, stack: str, *words: str) -> Said:
        return self.pulumi("up", "--stack", stack, "--yes", "--skip-preview", *GATE, *words)

    def deploy(self, stack: str, *words: str) -> None:
        """An `up` that must pass."""
        self.create(stack)
        said = self.up(stack, *words)
        assert said.code == 0, said.all

    def preview(self, stack: str) -> dict[str, dict[str, Any]]:
        """What `up` would do, by logical name; what stays as it is is left out."""
        said = self.pulumi("preview", "--stack", stack, "--json", *GATE)
        assert said.code == 0, said.all
        steps = json.loads(said.out)["steps"]
        return {_name(step["urn"]): step for step in steps if step["op"] != "same"}

    def prove(self, stack: str, now: datetime | None = None) -> None:
        """Complete evidence of a stack, as if its commands had measured it a day before."""
        proof.prove(self.folder, stack, now)

    def judged(self, stack: str) -> tuple[int, set[tuple[str, str]]]:
        """What the engine's preview answers, and what the gate says in it: (rule, message)."""
        words = ("preview", "--stack", stack, "--json", *GATE)
        said = self.pulumi(*words, PULUMI_ENABLE_STREAMING_JSON_PREVIEW="1")
        lines = [json.loads(line) for line in said.out.splitlines() if line.startswith("{")]
        events = [line["policyEvent"] for line in lines if "policyEvent" in line]
        # The engine puts the rule's description on a line before the message.
        return said.code, {
            (event["policyName"], event["message"].partition("\n")[2].strip()) for event in events
        }

    def checked(self, stack: str) -> tuple[int, set[tuple[str, str]]]:
        """What `plumb check` answers and says."""
        said = self.plumb("check", "--stack", stack, "--json")
        (report,) = json.loads(said.out)["stacks"]
        return said.code, {(each["rule"], each["message"]) for each in report["findings"]}

    def refresh(self, stack: str, *words: str) -> Said:
        return self.pulumi("refresh", "--stack", stack, "--yes", "--skip-preview", *words)

    def destroy(self, stack: str) -> Said:
        return self.pulumi("destroy", "--stack", stack, "--yes", "--skip-preview")

    def outputs(self, stack: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(
            self.pulumi("stack", "output", "--stack", stack, "--json").out
        )
        return found

    def state(self, stack: str) -> dict[str, Any]:
        """The deployment as the engine remembers it."""
        said = self.pulumi("stack", "export", "--stack", stack)
        assert said.code == 0, said.all
        found: dict[str, Any] = json.loads(said.out)["deployment"]
        return found

    def ids(self, stack: str) -> set[str]:
        """The ARM ids in the state, in lower case."""
        resources = self.state(stack).get("resources", [])
        return {each["id"].lower() for each in resources if each.get("id", "").startswith("/")}

    def start(self, *words: str) -> subprocess.Popen[str]:
        """A command that is going to be killed, with whatever it starts."""
        return subprocess.Popen(
            ["pulumi", *words, "--non-interactive", "--color", "never"],
            cwd=self.folder,
            env=self.variables(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    @contextmanager
    def changed(self, stack: str, changes: Mapping[str, Any]):
        """The stack file with other values (`budget.monthly: 9`), for a while."""
        file = self.folder / f"Pulumi.{stack}.yaml"
        before = file.read_text()
        content = yaml.safe_load(before)
        for place, value in changes.items():
            first, *keys, last = place.split(".")
            node = content["config"][f"{PROJECT}:{first}"]
            for key in keys:
                node = node[key]
            node[last] = value
        with self.edited(file.name, yaml.safe_dump(content)):
            yield

    @contextmanager
    def edited(self, name: str, text: str):
        """A file with another text, for a while."""
        file = self.folder / name
        before = file.read_text()
        file.write_text(text)
        try:
            yield
        finally:
            file.write_text(before)


def _name(urn: str) -> str:
    return urn.rpartition("::")[2]
