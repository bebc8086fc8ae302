"""No secret leaves the sandbox's folder, and no command touches the checkout."""

import json
import sqlite3
from contextlib import closing

import pytest

from components.stack_file import ROOT, stacks

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def files():
    """The stack files of the checkout, before anything ran."""
    return {stack: (ROOT / f"Pulumi.{stack}.yaml").read_bytes() for stack in stacks()}


@pytest.fixture(scope="module")
def used(files, project):
    """A project after what a person does to a stack, each command as talkative as it gets.

    But for `-v`, which logs what goes over the wire: Pulumi warns of it.
    """
    project.deploy("dev", "--json", "--debug")
    project.pulumi("preview", "--stack", "dev", "--diff", "--show-sames", "--debug")
    project.refresh("dev", "--diff", "--show-sames")
    project.pulumi("stack", "--stack", "dev", "--show-urns", "--show-ids")
    project.pulumi("stack", "output", "--stack", "dev", "--json")
    project.plumb("smoke", "--stack", "dev", "--json")
    project.plumb("check", "--json")
    project.plumb("sandbox", "status", "--json")
    return project


@pytest.fixture(scope="module")
def secrets(used, azure):
    """All that must not be told: {what it is: the text}."""
    description = azure.description
    found = {"the control secret": description["control_secret"]}
    for name, principal in description["principals"].items():
        for key in ("inside_header", "outside_header", "client_secret"):
            found[f"the {key} of {name}"] = principal[key]
    with closing(sqlite3.connect(azure.folder / "state.db")) as database:
        for key, value in database.execute("SELECT key, value FROM settings"):
            if key.startswith("keys:"):
                found |= {f"{key} {number}": each for number, each in enumerate(texts(value))}
            if key == "token_key":
                found[key] = json.loads(value).splitlines()[1]
        for (body,) in database.execute(
            "SELECT body FROM resources WHERE type = 'Microsoft.Insights/components'"
        ):
            properties = json.loads(body)["properties"]
            found["the connection string"] = properties["ConnectionString"]
            found["the instrumentation key"] = properties["InstrumentationKey"]
    return found


def texts(value):
    """Every text in a JSON document that is long enough to be a secret."""
    held = json.loads(value)
    todo, found = [held], []
    while todo:
        each = todo.pop()
        if isinstance(each, str):
            found.append(each)
        else:
            todo += each.values() if isinstance(each, dict) else each
    return [text for text in found if len(text) >= 16]


def leaks(text, secrets):
    """Which secrets stand in a text. Anything that begins as a token does is one."""
    return [what for what, secret in secrets.items() if secret in text] + (
        ["a token"] if "eyJ" in text else []
    )


def test_all_that_is_secret_was_looked_for(secrets):
    assert {"the control secret", "the connection string", "token_key"} <= set(secrets)
    assert all(len(secret) >= 16 for secret in secrets.values())


def test_no_command_tells_a_secret(used, secrets):
    assert [leaks(said.all, secrets) for said in used.said] == [[] for _ in used.said]


def test_the_log_of_the_sandbox_tells_no_secret(azure, secrets):
    assert leaks(azure.log, secrets) == []


def test_the_state_keeps_secrets_as_ciphertext_only(azure, secrets):
    files = [file for file in (azure.folder / "state").rglob("*") if file.is_file()]
    state = "".join(file.read_text(errors="replace") for file in files)
    assert "ciphertext" in state
    assert leaks(state, secrets) == []


def test_what_holds_secrets_is_its_owners_alone(used, azure):
    folders = [azure.folder, azure.folder / "state", azure.folder / "az"]
    files = ["sandbox.json", "state.db", "log.txt", "passphrase"]
    assert {each.stat().st_mode & 0o077 for each in folders} == {0}
    assert {(azure.folder / name).stat().st_mode & 0o077 for name in files} == {0}


def test_a_public_stack_has_no_secret_in_its_outputs(used, secrets):
    assert leaks(json.dumps(used.outputs("dev")), secrets) == []


def test_no_command_changes_a_stack_file(used, files):
    for stack, before in files.items():
        assert (used.folder / f"Pulumi.{stack}.yaml").read_bytes() == before
        assert (ROOT / f"Pulumi.{stack}.yaml").read_bytes() == before
