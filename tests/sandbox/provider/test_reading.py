"""What the provider finds at a refresh and at an import, before a fake ARM."""

from __future__ import annotations

from pulumi.runtime.proto import provider_pb2 as messages

from sandbox.provider.values import plain, wire
from tests.sandbox.provider.rpc import (
    ACCOUNT,
    ACCOUNT_ID,
    INPUTS,
    VNET,
    create,
    read,
    urn,
)


def test_a_refresh_without_a_change_finds_none(arm, stub):
    state = plain(create(stub).properties)
    found = read(stub, state, INPUTS)
    assert (plain(found.properties), plain(found.inputs)) == (state, INPUTS)


def test_a_refresh_takes_over_what_was_changed_by_hand(arm, stub):
    state = plain(create(stub).properties)
    arm.stored[ACCOUNT_ID.lower()]["sku"]["name"] = "S1"
    found = read(stub, state, INPUTS)
    assert plain(found.inputs) == INPUTS | {"sku": {"name": "S1"}}


def test_a_refresh_finds_what_is_gone(arm, stub):
    state = plain(create(stub).properties)
    stub.Delete(messages.DeleteRequest(id=ACCOUNT_ID, urn=urn(ACCOUNT)))
    assert read(stub, state, INPUTS).id == ""


def test_an_import_makes_inputs_of_what_is_there(arm, stub):
    create(stub)
    assert plain(read(stub).inputs) == {
        "resourceGroupName": "rg",
        "accountName": "oai",
        "location": "eastus2",
        "sku": {"name": "S0"},
        "properties": {},
    }


def test_an_import_is_no_change(arm, stub):
    create(stub)
    found = read(stub)
    request = messages.DiffRequest(
        urn=urn(ACCOUNT),
        olds=found.properties,
        old_inputs=found.inputs,
        news=wire(plain(found.inputs) | {"azureApiVersion": "2025-06-01"}),
    )
    assert stub.Diff(request).changes == messages.DiffResponse.DIFF_NONE


def test_subnets_that_others_made_do_not_become_inputs(arm, stub):
    inputs = {"resourceGroupName": "rg", "virtualNetworkName": "net", "location": "eastus2"}
    made = create(stub, inputs, VNET)
    arm.stored[made.id.lower()]["properties"]["subnets"] = [{"name": "theirs"}]
    request = messages.ReadRequest(
        id=made.id, urn=urn(VNET), properties=made.properties, inputs=wire(inputs)
    )
    found = stub.Read(request)
    assert plain(found.inputs) == inputs
    assert plain(found.properties)["subnets"] == [{"name": "theirs"}]
