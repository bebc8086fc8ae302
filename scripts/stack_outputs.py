"""What a deployed stack tells: the contract of docs/outputs.md, read through `pulumi`."""

import json
import shutil
import subprocess
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from components.stack_file import ROOT


class NoOutputs(Exception):
    """The stack's outputs cannot be had; the message says why and what to do."""


class NotDeployed(NoOutputs):
    """There is a stack, or a name for one, but nothing to ask."""


class Part(BaseModel):
    """A part of the contract. What a later version adds is ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class DeploymentOutputs(Part):
    model: str
    version: str
    format: str
    sku: str
    capacity: int
    content_filter: str
    spillover: str


class AccountOutputs(Part):
    name: str
    id: str = ""
    """ARM's; empty in stacks deployed before it was told."""
    location: str
    endpoint: Annotated[str, Field(pattern="^https?://")]
    deployments: dict[str, DeploymentOutputs]


class RouteOutputs(Part):
    flag: str
    stable: str
    candidate: str | None = None
    fallback: list[str]


class RoutingOutputs(Part):
    store: str
    endpoint: str
    label: str


class ObservabilityOutputs(Part):
    """Empty in a stack that was deployed before outputs told them."""

    workspace_customer_id: str = ""
    """The GUID that log queries take."""
    app_insights_id: str = ""


class StackOutputs(Part):
    contract_version: Literal["1"]
    profile: str
    resource_group: str
    accounts: dict[str, AccountOutputs]
    routes: dict[str, RouteOutputs]
    routing: RoutingOutputs
    observability: ObservabilityOutputs = ObservabilityOutputs()


def read(stack: str) -> StackOutputs:
    """The outputs of the stack's last update.

    Raises:
        NotDeployed: no such stack, or nothing has been deployed, or by another version.
        NoOutputs: pulumi is missing or refuses.
    """
    if not shutil.which("pulumi"):
        raise NoOutputs(
            'pulumi is not on PATH. Fix: eval "$(.venv/bin/plumb sandbox env)", or install it'
        )
    command = ["pulumi", "stack", "output", "--json", "--stack", stack, "--non-interactive"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        said = " ".join(done.stderr.split()).removeprefix("error: ")
        if "no stack named" in said:
            raise NotDeployed(f"{stack}: {said}. Fix: pulumi stack ls; then pulumi up")
        raise NoOutputs(f"pulumi does not tell the outputs of {stack}: {said}")
    return parse(stack, done.stdout)


def parse(stack: str, text: str) -> StackOutputs:
    """The contract from what `pulumi stack output --json` prints.

    Raises:
        NotDeployed: not, or not wholly, there.
    """
    outputs = json.loads(text or "{}")
    if "accounts" not in outputs:
        raise NotDeployed(f"{stack} is not deployed. Fix: pulumi up --stack {stack}")
    try:
        return StackOutputs.model_validate(outputs)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise NotDeployed(
            f"{stack}: output {place}: {first['msg']}. Fix: pulumi up --stack {stack}"
        ) from None
