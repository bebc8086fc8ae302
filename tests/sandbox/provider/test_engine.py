"""The real engine, through the provider, before an ARM that fails when told to."""

from __future__ import annotations

import pytest

from tests.sandbox.provider.engine import Engine
from tests.sandbox.provider.fake_arm import Told

pytestmark = pytest.mark.engine


@pytest.fixture
def empty(arm, provider, tmp_path):
    return Engine(tmp_path, provider)


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
