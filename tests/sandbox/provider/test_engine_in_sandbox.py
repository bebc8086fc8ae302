"""The real engine, through the provider, into the whole sandbox: one resource of each type."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager, suppress

import pytest

from tests.sandbox.provider.engine import Engine

pytestmark = pytest.mark.engine


@contextmanager
def running(folder):
    """A sandbox in a process of its own; what sandbox.json tells of it."""
    description = folder / "sandbox.json"
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "serve", "--dir", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        while not description.exists():
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.05)
                pytest.fail(process.stderr.read())
        yield json.loads(description.read_text())
    finally:
        process.terminate()
        process.communicate()


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    with running(tmp_path_factory.mktemp("sandbox")) as told:
        engine = Engine(tmp_path_factory.mktemp("engine"), told["provider_port"])
        done = engine.up()
        assert done.code == 0, done.said
        yield engine


def test_what_was_deployed_stays_as_it_is(engine):
    assert engine.preview().steps() == {}
    done = engine.refresh("--expect-no-changes")
    assert done.code == 0, done.said


def test_a_capacity_is_changed_in_place(engine):
    steps = engine.preview(capacity=20).steps()
    assert list(steps) == ["deployment"]
    assert list(steps["deployment"]["detailedDiff"]) == ["sku.capacity"]
    done = engine.up(capacity=20)
    assert done.code == 0, done.said
    assert engine.preview(capacity=20).steps() == {}


def test_another_account_name_is_shown_as_a_replacement(engine):
    steps = engine.preview(account="oai-other").steps()
    assert steps["account"]["op"] == "replace"
    kinds = {path: each["kind"] for path, each in steps["account"]["detailedDiff"].items()}
    assert kinds == {
        "accountName": "update-replace",
        "properties.customSubDomainName": "update",
    }
    assert steps["deployment"]["op"] == "replace"


def test_another_place_of_the_group_replaces_the_tree(engine):
    steps = engine.preview(place="swedencentral").steps()
    assert {steps[name]["op"] for name in ("group", "account", "deployment")} == {"replace"}


def test_everything_goes_and_the_account_name_stays_taken(engine):
    done = engine.destroy()
    assert done.code == 0, done.said
    again = engine.up(few=True)
    assert again.code != 0
    assert 'Status=409 Code="FlagMustBeSetForRestore"' in again.said
