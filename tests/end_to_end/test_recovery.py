"""`pulumi up` or the sandbox is killed in mid-flight; pulumi's own commands put it right."""

import json
import re

import pytest

from tests.end_to_end.local_azure import AT_MOST_SECONDS, until

pytestmark = pytest.mark.engine

EXISTS = re.compile(
    r"(azure-native:\S+) \((\S+)\):\s+error: cannot create already existing resource '(\S+)'"
)
"""Type, name and id, from the diagnostics of an `up`."""

HELD = {
    "an-account": (r"accounts/contoso-cora-dev-swc$", 1),
    "a-deployment": (r"deployments/chat-v3$", 1),
    "alerts-and-roles": (r"metricAlerts/|roleAssignments/", 4),
}
"""Where the writes are that are under way at the kill, and how many."""


@pytest.fixture
def stack(project, azure):
    """A new stack in an empty cloud."""
    project.create("dev")
    yield project
    azure.control("DELETE", "/faults")
    azure.control("POST", "/reset", {})
    project.pulumi("cancel", "--stack", "dev", "--yes")
    project.pulumi("stack", "rm", "dev", "--force", "--yes", "--preserve-config")


def killed(project, condition, what):
    """An `up` that is killed as soon as a condition holds."""
    process = project.start("up", "--stack", "dev", "--yes", "--skip-preview")
    until(lambda: condition() or process.poll() is not None, what)
    assert process.poll() is None, process.communicate()[0]
    process.kill()
    process.communicate()


def recover(project):
    """What docs/operations.md says to type after an `up` was cut off."""
    assert project.pulumi("cancel", "--stack", "dev", "--yes").code == 0
    assert project.refresh("dev", "--clear-pending-creates").code == 0
    up = ("up", "--stack", "dev", "--yes", "--skip-preview", "--continue-on-error")
    said = project.pulumi(*up)
    while there := EXISTS.findall(said.all):
        adopt(project, {(type, name): id for type, name, id in there})
        said = project.pulumi(*up)
    assert said.code == 0, said.all


def adopt(project, there):
    """Import what Azure has and the state does not: {(type, name): id}."""
    file = project.folder / "missing.json"
    said = project.pulumi("preview", "--stack", "dev", "--import-file", str(file))
    assert said.code == 0, said.all
    missing = json.loads(file.read_text())
    kept = [
        entry | {"id": there[key]}
        for entry in missing["resources"]
        if (key := (entry["type"], entry.get("logicalName", entry["name"]))) in there
    ]
    file.write_text(json.dumps(missing | {"resources": kept}))
    said = project.pulumi(
        *("import", "--stack", "dev", "--file", str(file), "--yes", "--skip-preview"),
        *("--protect=false", "--generate-code=false"),
    )
    assert said.code == 0, said.all


def whole(project, azure, seeds):
    """State and cloud hold the same, nothing is pending and nothing is left to do."""
    assert azure.ids() - seeds <= project.ids("dev")
    assert not project.state("dev").get("pending_operations")
    said = project.pulumi("preview", "--stack", "dev", "--refresh", "--expect-no-changes")
    assert said.code == 0, said.all
    return True


@pytest.fixture(scope="module")
def seeds(azure):
    return azure.ids()


@pytest.mark.parametrize("point", HELD)
def test_an_up_that_was_killed_during_a_write_is_repaired(stack, azure, seeds, point):
    path, number = HELD[point]
    azure.holds(path, number)
    killed(stack, azure.held, f"{number} writes to {path} are under way")
    until(lambda: azure.landed(path) >= number, "the cloud has taken what was under way")
    recover(stack)
    assert whole(stack, azure, seeds)


def test_an_up_that_was_killed_between_writes_is_repaired(stack, azure, seeds):
    azure.control("DELETE", "/requests")
    killed(stack, lambda: azure.landed("") >= 25, "half of the writes were made")
    recover(stack)
    assert whole(stack, azure, seeds)


def test_a_locked_stack_says_who_holds_it_and_how_to_free_it(stack, azure):
    azure.holds("deployments/chat-v3$", 1)
    killed(stack, azure.held, "a write is under way")
    said = stack.up("dev")
    assert said.code != 0
    assert "currently locked by 1 lock" in said.all
    assert "pulumi cancel" in said.all


def test_a_sandbox_that_was_killed_during_an_up_comes_back_with_all_it_had(stack, azure, seeds):
    azure.holds("deployments/chat-v3$", 1)
    process = stack.start("up", "--stack", "dev", "--yes", "--skip-preview")
    until(azure.held, "a write is under way")
    before = azure.ids()
    azure.kill()
    process.communicate(timeout=AT_MOST_SECONDS)
    azure.up()
    assert process.returncode != 0
    assert azure.ids() >= before
    recover(stack)
    assert whole(stack, azure, seeds)
