"""The real engine, through the provider, before a fake ARM: what a person sees of it."""

from __future__ import annotations

import pytest

from sandbox.provider.server import ProviderServer
from tests.sandbox.provider.conftest import token
from tests.sandbox.provider.engine import Engine
from tests.sandbox.provider.fake_arm import Told, serving

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def deployed(registry, tmp_path_factory):
    """A stack with one resource of each type."""
    folder = tmp_path_factory.mktemp("engine")
    with serving() as arm:
        provider = ProviderServer(arm.url, folder, token, 0, registry=registry, second=0)
        engine = Engine(folder, provider.start())
        done = engine.up()
        assert done.code == 0, done.said
        yield engine
        provider.stop()


@pytest.fixture
def empty(arm, provider, tmp_path):
    return Engine(tmp_path, provider)


def test_a_second_preview_shows_no_change(deployed):
    assert deployed.preview().steps() == {}


def test_a_refresh_shows_no_change(deployed):
    done = deployed.refresh("--expect-no-changes")
    assert done.code == 0, done.said


def test_a_capacity_is_changed_in_place_and_nothing_else(deployed):
    (name, step), *others = deployed.preview(capacity=20).steps().items()
    assert (name, step["op"], others) == ("deployment", "update", [])
    assert list(step["detailedDiff"]) == ["sku.capacity"]


def test_another_account_name_is_shown_as_a_replacement(deployed):
    steps = deployed.preview(account="oai-other").steps()
    assert steps["account"]["op"] == "replace"
    kinds = {path: each["kind"] for path, each in steps["account"]["detailedDiff"].items()}
    assert kinds == {
        "accountName": "update-replace",
        "properties.customSubDomainName": "update",
    }
    assert steps["deployment"]["op"] == "replace"


def test_another_place_of_the_group_replaces_the_tree(deployed):
    steps = deployed.preview(place="swedencentral").steps()
    assert {steps[name]["op"] for name in ("group", "account", "deployment")} == {"replace"}


def test_nothing_is_left_of_what_is_destroyed(arm, empty):
    assert empty.up(few=True).code == 0
    assert len(arm.stored) == 3
    done = empty.destroy()
    assert done.code == 0, done.said
    assert arm.stored == {}


def test_a_failed_operation_is_repaired_by_the_next_up(arm, empty):
    failed = {"status": "Failed", "error": {"code": "InsufficientCapacity", "message": "None."}}
    operation = {"Azure-AsyncOperation": "{arm}/operations/1"}
    arm.tell("PUT", "deployments", Told(201, {}, operation, stores=True))
    arm.tell("GET", "operations", Told(200, failed))
    first = empty.up(few=True)
    assert first.code != 0
    assert 'Code="InsufficientCapacity" Message="None."' in first.said
    assert empty.preview(few=True).steps()["deployment"]["op"] == "update"
    assert empty.up(few=True).code == 0
    assert empty.preview(few=True).steps() == {}


def test_what_is_there_already_is_told_and_not_taken_over(arm, empty):
    arm.tell("GET", "accounts/oai-every-type$", Told(200, {"name": "oai-every-type"}))
    done = empty.up(few=True)
    assert done.code != 0
    assert "cannot create already existing resource" in done.said
