from __future__ import annotations

import pytest

from sandbox.provider.arm_client import ArmClient, ArmFailure, Call, Ended
from tests.sandbox.provider.fake_arm import Told

ID = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.X/things/one"
OPERATION = "/subscriptions/s/providers/Microsoft.X/operations/1"


def error(code, message="No."):
    return {"error": {"code": code, "message": message}}


def methods(arm):
    return [method for method, _ in arm.asked]


def put(client):
    return client.put(ID, "2025-01-01", Call(), {"properties": {}})


def test_a_refusal_reads_as_azure_natives(arm, client):
    arm.tell("PUT", "things", Told(400, error("InsufficientQuota", "Too much.")))
    with pytest.raises(ArmFailure) as caught:
        put(client)
    assert str(caught.value) == 'Status=400 Code="InsufficientQuota" Message="Too much."'
    assert not caught.value.accepted


def test_a_refusal_without_a_code_tells_the_body(arm, client):
    arm.tell("PUT", "things", Told(400, {"reason": "x"}))
    with pytest.raises(ArmFailure, match=r'^Status=400 Message="{"reason": "x"}"$'):
        put(client)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_moments_weakness_is_tried_again(arm, client, status):
    arm.tell("PUT", "things", Told(status), Told(status, headers={"Retry-After": "1"}))
    assert put(client)["name"] == "one"
    assert methods(arm) == ["PUT", "PUT", "PUT"]


def test_a_lasting_weakness_is_told_after_four_tries(arm, client):
    arm.tell("PUT", "things", *[Told(503, error("Busy"))] * 4)
    with pytest.raises(ArmFailure, match='Status=503 Code="Busy"'):
        put(client)
    assert len(arm.asked) == 4


def test_a_conflict_over_the_parent_is_not_tried_again(arm, client):
    arm.tell("PUT", "things", Told(409, error("RequestConflict")))
    with pytest.raises(ArmFailure, match='Status=409 Code="RequestConflict"'):
        put(client)
    assert methods(arm) == ["PUT"]


def test_another_operation_in_progress_is_waited_for(arm, client):
    arm.tell("PUT", "things", Told(409, error("AnotherOperationInProgress")))
    assert put(client)["name"] == "one"


def test_an_operation_is_followed_to_its_end(arm, client):
    headers = {"Azure-AsyncOperation": "{arm}" + OPERATION, "Retry-After": "1"}
    arm.tell("PUT", "things", Told(201, {"properties": {}}, headers, stores=True))
    arm.tell(
        "GET", OPERATION, Told(200, {"status": "InProgress"}), Told(200, {"status": "Succeeded"})
    )
    assert put(client)["properties"] == {"provisioningState": "Succeeded"}
    assert methods(arm) == ["PUT", "GET", "GET", "GET"]


def test_an_operation_that_fails_was_accepted(arm, client):
    headers = {"Azure-AsyncOperation": "{arm}" + OPERATION}
    arm.tell("PUT", "things", Told(201, {}, headers, stores=True))
    failed = {"status": "Failed"} | error("InsufficientCapacity", "None left.")
    arm.tell("GET", OPERATION, Told(200, failed))
    with pytest.raises(ArmFailure) as caught:
        put(client)
    assert str(caught.value) == 'Status=200 Code="InsufficientCapacity" Message="None left."'
    assert caught.value.accepted


def test_a_state_in_the_body_is_waited_for(arm, client):
    arm.tell("PUT", "things", Told(201, {"properties": {"provisioningState": "Creating"}}))
    arm.tell(
        "GET",
        "things",
        Told(200, {"properties": {"provisioningState": "ResolvingDNS"}}),
        Told(200, {"properties": {"provisioningState": "Succeeded"}}),
    )
    assert put(client) == {"properties": {"provisioningState": "Succeeded"}}


def test_a_location_is_followed(arm, client):
    arm.tell("PUT", "things", Told(202, {}, {"Location": OPERATION}))
    arm.tell("GET", OPERATION, Told(202), Told(200, {"name": "one"}))
    assert put(client) == {"name": "one"}


def test_what_is_gone_is_deleted(arm, client):
    arm.tell("DELETE", "things", Told(404, error("ResourceNotFound")))
    client.delete(ID, "2025-01-01", Call())


def test_a_delete_is_followed_until_the_thing_is_gone(arm, client):
    arm.tell("DELETE", "things", Told(202, {}, {"Location": "{arm}" + OPERATION}))
    arm.tell("GET", OPERATION, Told(202), Told(204))
    client.delete(ID, "2025-01-01", Call())
    assert methods(arm) == ["DELETE", "GET", "GET"]


def test_a_locked_thing_is_not_deleted(arm, client):
    arm.tell("DELETE", "things", Told(409, error("ScopeLocked")))
    with pytest.raises(ArmFailure, match="ScopeLocked"):
        client.delete(ID, "2025-01-01", Call())


def test_a_call_that_was_ended_does_not_wait(arm, client):
    call = Call()
    call.end()
    arm.tell("GET", "things", Told(429))
    with pytest.raises(Ended, match="context canceled"):
        client.get(ID, "2025-01-01", call)


def test_a_write_that_is_cancelled_while_it_goes_on_was_accepted(arm, client):
    call = Call()
    call.end()
    arm.tell("PUT", "things", Told(201, {"properties": {"provisioningState": "Creating"}}))
    with pytest.raises(ArmFailure, match="context canceled") as caught:
        client.put(ID, "2025-01-01", call, {})
    assert caught.value.accepted


def test_a_call_has_a_deadline():
    with pytest.raises(Ended, match="context deadline exceeded"):
        Call(seconds=0.001).wait(1)


def test_a_sandbox_that_is_down_is_told_with_the_remedy(arm, client, monkeypatch):
    monkeypatch.setattr(client, "_arm", "http://127.0.0.1:1")
    with pytest.raises(ArmFailure, match=r"does not answer at .* Start it: plumb sandbox up"):
        client.get(ID, "2025-01-01", Call())


def test_a_thing_that_goes_while_its_delete_is_followed_is_gone(arm, client):
    arm.tell("DELETE", "things", Told(202, {}, {"Location": "{arm}" + OPERATION}))
    arm.tell("GET", OPERATION, Told(404, error("ResourceNotFound")))
    client.delete(ID, "2025-01-01", Call())


def test_every_request_carries_the_token_of_the_moment(arm, tmp_path):
    tokens = iter(["first", "second"])
    client = ArmClient(arm.url, tmp_path / "none.pem", lambda: next(tokens), second=0)
    arm.tell("GET", "things", Told(503), Told(200))
    client.get(ID, "2025-01-01", Call())
    client.close()
    assert arm.authorizations == ["Bearer first", "Bearer second"]


def test_no_proxy_of_the_environment_comes_between(arm, client, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert put(client)["name"] == "one"
