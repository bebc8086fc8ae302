"""The workflows of this repository, as data."""

from dataclasses import dataclass, field

import yaml

from components.stack_file import ROOT

FOLDER = ROOT / ".github" / "workflows"
FILES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.yml"))}
WORKFLOWS = {name: yaml.safe_load(text) for name, text in FILES.items()}


@dataclass(frozen=True)
class Job:
    """One job of a workflow."""

    workflow: str
    name: str
    held: dict = field(repr=False)

    @property
    def id(self):
        return f"{self.workflow}-{self.name}"

    @property
    def permissions(self):
        return self.held["permissions"]

    @property
    def steps(self):
        return self.held.get("steps", [])

    @property
    def runs(self):
        return [step["run"].strip() for step in self.steps if "run" in step]

    @property
    def uses(self):
        return [step["uses"] for step in self.steps if "uses" in step]


JOBS = [
    Job(workflow, name, held)
    for workflow, content in WORKFLOWS.items()
    for name, held in content["jobs"].items()
]
