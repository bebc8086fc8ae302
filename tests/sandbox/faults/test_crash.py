"""Killed at a chosen write, and back: what was acknowledged is there."""

import ssl
from typing import Any

import httpx2 as httpx
import pytest

from sandbox.crash import struck
from sandbox.directory import OPERATOR
from sandbox.faults import Fault, Faults
from tests.sandbox.core.cloud import ACCOUNT, ACCOUNT_BODY, GROUP, deployment
from tests.sandbox.core.test_lifecycle import client
from tests.sandbox.dataplane.conftest import DATA_OWNER
from tests.sandbox.faults.conftest import role
from tests.sandbox.running import RunningSandbox, sandbox_in, start

WRITES = [
    (GROUP, {"location": "swedencentral"}),
    (ACCOUNT, ACCOUNT_BODY),
    *((f"{ACCOUNT}/deployments/chat-{number}", deployment(1)) for number in range(3)),
]


class Died(BaseException):
    """In place of the process's end, which would take the tests along."""


def die() -> None:
    raise Died


def crash(sandbox: RunningSandbox, **more: Any) -> None:
    sandbox.control("POST", "/faults", {"target": "arm", "kind": "crash", **more})


@pytest.mark.parametrize(("when", "kept"), [("before", 4), ("after", 5)])
def test_a_process_killed_at_its_fifth_write_has_all_that_it_acknowledged(tmp_path, when, kept):
    sandbox, process = start(tmp_path)
    try:
        crash(sandbox, after=4, when=when)
        acknowledged = []
        with client(sandbox) as azure, pytest.raises(httpx.TransportError):
            for path, body in WRITES:
                assert azure.put(path, json=body).status_code == 201
                acknowledged.append(path)
        assert process.wait(timeout=10) == -9
    finally:
        process.kill()
        process.wait()
    assert len(acknowledged) == 4
    with sandbox_in(tmp_path) as again, client(again) as azure:
        found = [path for path, _ in WRITES if azure.get(path).status_code == 200]
        assert found == [path for path, _ in WRITES[:kept]]
        # The fault is used up: the same write again goes through.
        assert azure.put(WRITES[4][0], json=WRITES[4][1]).status_code in (200, 201)


def test_faults_survive_a_kill_with_their_hits_and_the_clock_with_them(tmp_path):
    sandbox, process = start(tmp_path)
    try:
        sandbox.control("POST", "/clock", {"advance": "24h"})
        body = {"target": "arm", "kind": "throttle", "count": 3, "for_seconds": 7200}
        sandbox.control("POST", "/faults", body)
        with client(sandbox) as azure:
            assert azure.get("/subscriptions").status_code == 429
        (before,) = sandbox.control("GET", "/faults")["value"]
    finally:
        process.kill()
        process.wait()
    with sandbox_in(tmp_path) as again:
        assert again.control("GET", "/faults")["value"] == [before]
        assert (before["times"], before["hits"]) == (2, 1)
        assert again.control("POST", "/clock", {"advance": "1h"})["fell_due"]["faults"] == 0
        assert again.control("POST", "/clock", {"advance": "1h"})["fell_due"]["faults"] == 1


@pytest.mark.parametrize(("when", "there"), [("before", False), ("after", True)])
def test_a_write_is_all_or_nothing_whichever_side_of_its_commit_the_end_comes(empty, when, there):
    store = empty.around.store
    fault = Fault(action="crash", when=when)
    with pytest.raises(Died), struck(store, fault, die), store.transaction():
        store.put("/a", "A", {})
        store.put("/b", "B", {})
    assert [store.get(id) is not None for id in ("/a", "/b")] == [there, there]


def test_a_request_that_meets_no_crash_is_left_alone(empty):
    for fault in (None, Fault(action="delay")):
        with struck(empty.around.store, fault, die):
            empty.around.store.put("/a", "A", {})
    assert empty.around.store.get("/a")


def test_a_crash_is_counted_off_before_it_strikes(empty):
    """Else the process would crash again at the first write after each start."""
    faults = Faults(empty.around.store)
    faults.add(Fault(action="crash", times=1))
    assert faults.take("arm", "PUT", "/x")
    assert faults.all() == []


def test_configuration_that_was_acknowledged_is_there_after_a_kill(tmp_path):
    store = f"{GROUP}/providers/Microsoft.AppConfiguration/configurationStores/routes-test"
    sandbox, process = start(tmp_path)
    try:
        with client(sandbox) as azure:
            azure.put(GROUP, json=WRITES[0][1]).raise_for_status()
            body = {"location": "swedencentral", "sku": {"name": "standard"}, "properties": {}}
            azure.put(store, json=body).raise_for_status()
            id, given = role(store, DATA_OWNER, OPERATOR)
            azure.put(id, json=given, params={"api-version": "2022-04-01"}).raise_for_status()
        order = {"target": "appconfig", "kind": "crash", "after": 2, "when": "before"}
        sandbox.control("POST", "/faults", order)
        with configured(sandbox) as keys, pytest.raises(httpx.TransportError):
            for number in range(5):
                assert keys.put(f"kv/{number}", json={"value": "x"}).status_code == 200
        assert process.wait(timeout=10) == -9
    finally:
        process.kill()
        process.wait()
    with sandbox_in(tmp_path) as again, configured(again) as keys:
        found = [each["key"] for each in keys.get("kv").json()["items"]]
        assert found == ["0", "1"]


def configured(sandbox: RunningSandbox) -> httpx.Client:
    """A client of the store's data plane, as the operator."""
    asked = httpx.get(
        sandbox.description["identity"],
        params={"resource": "https://azconfig.io", "api-version": "2019-08-01"},
        headers={"X-IDENTITY-HEADER": sandbox.variables()["IDENTITY_HEADER"]},
        trust_env=False,
    )
    trust = ssl.create_default_context(cafile=str(sandbox.folder / "ca.pem"))
    return httpx.Client(
        base_url=f"{sandbox.arm}/appconfig/routes-test/",
        verify=trust,
        trust_env=False,
        headers={"Authorization": f"Bearer {asked.json()['access_token']}"},
        params={"api-version": "2023-11-01"},
    )
