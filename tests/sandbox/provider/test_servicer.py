"""The provider over gRPC, as the engine speaks to it, before a fake ARM."""

from __future__ import annotations

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2 as messages
from pulumi.runtime.proto.status_pb2 import Status

from sandbox.provider.values import plain, wire
from tests.sandbox.provider.fake_arm import Told
from tests.sandbox.provider.rpc import (
    ACCOUNT,
    ACCOUNT_ID,
    GROUP,
    INPUTS,
    VNET,
    create,
    update,
    urn,
)


def test_a_created_resource_is_told_as_arm_reads_it(arm, stub):
    made = create(stub)
    assert made.id == ACCOUNT_ID
    state = plain(made.properties)
    assert state["properties"] == {"provisioningState": "Succeeded"}
    assert state["azureApiVersion"] == "2025-06-01"
    assert [method for method, path in arm.asked if path == ACCOUNT_ID] == ["GET", "PUT", "GET"]


def test_what_is_there_already_is_not_created(arm, stub):
    create(stub)
    with pytest.raises(grpc.RpcError) as caught:
        create(stub)
    wanted = f"cannot create already existing resource '{ACCOUNT_ID}'"
    assert caught.value.details() == wanted
    assert len(arm.written) == 1


def test_without_the_right_to_look_nothing_is_created(arm, stub):
    body = {"error": {"code": "AuthorizationFailed", "message": "No."}}
    arm.tell("GET", "accounts", Told(403, body))
    with pytest.raises(grpc.RpcError) as caught:
        create(stub)
    assert caught.value.details().startswith(
        f"cannot check existence of resource '{ACCOUNT_ID}': status code 403, {{"
    )


def test_a_preview_asks_arm_for_nothing(arm, stub):
    made = create(stub, preview=True)
    assert made.id == ""
    assert arm.asked == []
    assert plain(made.properties)["location"] == "eastus2"


def test_a_write_that_fails_later_leaves_a_resource_to_repair(arm, stub):
    operation = {"Azure-AsyncOperation": "{arm}/operations/1"}
    failed = {"status": "Failed", "error": {"code": "NoCapacity", "message": "None left."}}
    arm.tell("PUT", "accounts", Told(201, {}, operation, stores=True))
    arm.tell("GET", "operations", Told(200, failed))
    with pytest.raises(grpc.RpcError) as caught:
        create(stub)
    trailers = dict(caught.value.trailing_metadata())
    detail = Status.FromString(trailers["grpc-status-details-bin"]).details[0]
    told = messages.ErrorResourceInitFailed()
    assert detail.Unpack(told)
    assert told.id == ACCOUNT_ID
    assert list(told.reasons) == ['Status=200 Code="NoCapacity" Message="None left."']
    assert plain(told.inputs) == INPUTS
    assert plain(told.properties)["name"] == "oai"


def test_an_update_writes_the_whole_resource(arm, stub):
    state = plain(create(stub).properties)
    update(stub, INPUTS | {"tags": {"a": "b"}}, state)
    assert arm.written[-1] == {
        "location": "eastus2",
        "sku": {"name": "S0"},
        "tags": {"a": "b"},
    }


def test_an_update_leaves_the_subnets_that_others_made(arm, stub):
    inputs = {"resourceGroupName": "rg", "virtualNetworkName": "net", "location": "eastus2"}
    made = create(stub, inputs, VNET)
    assert arm.written[-1]["properties"]["subnets"] == []
    arm.stored[made.id.lower()]["properties"]["subnets"] = [{"name": "theirs"}]
    update(stub, inputs | {"tags": {"a": "b"}}, plain(made.properties), VNET)
    assert arm.written[-1]["properties"]["subnets"] == [{"name": "theirs"}]


def test_a_previewed_update_keeps_the_name(arm, stub):
    state = plain(create(stub).properties)
    promised = update(stub, INPUTS, state, preview=True)
    assert plain(promised.properties)["name"] == "oai"
    assert len(arm.written) == 1


def test_a_diff_tells_the_engine_what_replaces(stub):
    request = messages.DiffRequest(
        urn=urn(ACCOUNT),
        old_inputs=wire(INPUTS),
        news=wire(INPUTS | {"accountName": "other", "sku": {"name": "S1"}}),
    )
    told = stub.Diff(request)
    assert list(told.replaces) == ["accountName"]
    assert told.deleteBeforeReplace
    kinds = {path: each.kind for path, each in told.detailedDiff.items()}
    kind = messages.PropertyDiff
    assert kinds == {"accountName": kind.UPDATE_REPLACE, "sku.name": kind.UPDATE}


def test_a_resource_with_a_drawn_name_is_replaced_the_gentle_way(stub):
    drawn = {"__createBeforeDelete": True}
    request = messages.DiffRequest(
        urn=urn(ACCOUNT),
        old_inputs=wire(INPUTS | drawn),
        news=wire(INPUTS | drawn | {"resourceGroupName": "other"}),
    )
    assert not stub.Diff(request).deleteBeforeReplace


def test_a_location_is_that_of_the_group(arm, stub):
    arm.stored[GROUP.lower()] = {"location": "norwayeast"}
    news = wire({"resourceGroupName": "rg", "accountName": "oai"})
    for _ in range(2):
        answer = stub.Check(messages.CheckRequest(urn=urn(ACCOUNT), news=news))
        assert plain(answer.inputs)["location"] == "norwayeast"
    assert [path for _, path in arm.asked].count(GROUP) == 1


def test_mistakes_are_failures_of_the_check(stub):
    answer = stub.Check(messages.CheckRequest(urn=urn(ACCOUNT), news=wire({"sku": {}})))
    assert {each.reason for each in answer.failures} == {
        "missing required property 'resourceGroupName'",
        "missing required property 'sku.name'",
    }


def test_a_type_that_is_not_known_is_told(stub):
    with pytest.raises(grpc.RpcError) as caught:
        create(stub, token="azure-native:compute:VirtualMachine")
    wanted = "Resource type azure-native:compute:VirtualMachine not found"
    assert caught.value.details() == wanted


def test_an_id_is_kept_as_arm_spells_it(arm, stub):
    spelled = ACCOUNT_ID.replace("accounts/oai", "accounts/OAI")
    arm.tell("PUT", "accounts", Told(200, {"id": spelled}, stores=True))
    assert create(stub).id == spelled
