"""The provider over gRPC, as the engine speaks to it, before a fake ARM."""

from __future__ import annotations

import re

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2 as messages
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub
from pulumi.runtime.proto.status_pb2 import Status

from sandbox.provider.arm_client import Call, Ended
from sandbox.provider.server import ProviderServer
from sandbox.provider.values import plain, wire
from tests.sandbox.provider.conftest import token
from tests.sandbox.provider.fake_arm import SUBSCRIPTION, Told

GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"
ACCOUNT_ID = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/oai"
ACCOUNT = "azure-native:cognitiveservices:Account"
VNET = "azure-native:network:VirtualNetwork"
INPUTS = {
    "resourceGroupName": "rg",
    "accountName": "oai",
    "location": "eastus2",
    "sku": {"name": "S0"},
    "azureApiVersion": "2025-06-01",
}


def urn(token, name="one"):
    return f"urn:pulumi:dev::project::plumb:index:Account${token}::{name}"


@pytest.fixture
def stub(provider):
    with grpc.insecure_channel(f"127.0.0.1:{provider}") as channel:
        yield ResourceProviderStub(channel)


@pytest.fixture
def patient(arm, registry, tmp_path):
    """A provider that waits as long as it is told to."""
    server = ProviderServer(arm.url, tmp_path / "none.pem", token, 0, registry=registry)
    with grpc.insecure_channel(f"127.0.0.1:{server.start()}") as channel:
        yield ResourceProviderStub(channel)
    server.stop()


def create(stub, inputs=INPUTS, token=ACCOUNT, **more):
    return stub.Create(messages.CreateRequest(urn=urn(token), properties=wire(inputs), **more))


def update(stub, inputs, olds, token=ACCOUNT, **more):
    return stub.Update(
        messages.UpdateRequest(urn=urn(token), news=wire(inputs), olds=wire(olds), **more)
    )


def read(stub, state=None, inputs=None, id=ACCOUNT_ID):
    request = messages.ReadRequest(id=id, urn=urn(ACCOUNT))
    if inputs is not None:
        request.properties.CopyFrom(wire(state))
        request.inputs.CopyFrom(wire(inputs))
    return stub.Read(request)


def invoke(stub, token, arguments=None):
    answer = stub.Invoke(messages.InvokeRequest(tok=token, args=wire(arguments or {})))
    return plain(getattr(answer, "return"))


def test_the_engine_learns_what_the_provider_can(stub):
    told = stub.Handshake(messages.ProviderHandshakeRequest())
    assert told.supports_autonaming_configuration
    assert not (told.accept_secrets or told.accept_resources or told.accept_outputs)
    configured = stub.Configure(messages.ConfigureRequest())
    assert configured.supportsPreview
    assert stub.GetPluginInfo(Empty()).version == "3.29.0"


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


def test_each_engine_has_its_own_configuration(provider):
    def location(variables):
        with grpc.insecure_channel(
            f"127.0.0.1:{provider}", options=[("grpc.use_local_subchannel_pool", 1)]
        ) as channel:
            stub = ResourceProviderStub(channel)
            stub.Configure(messages.ConfigureRequest(variables=variables))
            yield
            news = wire({"resourceGroupName": "rg"})
            answer = stub.Check(messages.CheckRequest(urn=urn(ACCOUNT), news=news))
            yield plain(answer.inputs).get("location")

    one = location({"azure-native:config:location": "eastus2"})
    other = location({"azure-native:config:location": "swedencentral"})
    next(one), next(other)
    assert (next(one), next(other)) == ("eastus2", "swedencentral")


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


def test_who_the_client_is_comes_from_the_token(stub):
    assert invoke(stub, "azure-native:authorization:getClientConfig") == {
        "clientId": "client",
        "objectId": "who",
        "tenantId": "tenant",
        "subscriptionId": SUBSCRIPTION,
    }
    assert invoke(stub, "azure-native:authorization:getClientToken")["token"].startswith("header.")


def test_a_resource_is_got_with_its_id(arm, stub):
    create(stub)
    names = {"resourceGroupName": "rg", "accountName": "oai"}
    found = invoke(stub, "azure-native:cognitiveservices:getAccount", names)
    assert (found["id"], found["location"]) == (ACCOUNT_ID, "eastus2")


def test_keys_are_listed(arm, stub):
    names = {"resourceGroupName": "rg", "accountName": "oai"}
    found = invoke(stub, "azure-native:cognitiveservices:listAccountKeys", names)
    assert found == {"key1": "one", "key2": "two"}
    assert arm.asked[-1] == ("POST", f"{ACCOUNT_ID}/listKeys")


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("azure-native:cognitiveservices:getNothing", "^Invoke type .*getNothing not found$"),
        ("azure-native:cognitiveservices:getAccount", rf"^request failed {ACCOUNT_ID}: Status=404"),
    ],
)
def test_a_function_that_fails_says_which(stub, token, said):
    names = {"resourceGroupName": "rg", "accountName": "oai"}
    with pytest.raises(grpc.RpcError) as caught:
        invoke(stub, token, names)
    assert re.search(said, caught.value.details())


def test_a_type_that_is_not_known_is_told(stub):
    with pytest.raises(grpc.RpcError) as caught:
        create(stub, token="azure-native:compute:VirtualMachine")
    wanted = "Resource type azure-native:compute:VirtualMachine not found"
    assert caught.value.details() == wanted


def test_what_the_provider_cannot_do_it_says(stub):
    with pytest.raises(grpc.RpcError) as caught:
        stub.GetSchema(messages.GetSchemaRequest())
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_a_cancel_ends_what_is_under_way_and_no_more(arm, patient):
    busy = Told(200, {"properties": {"provisioningState": "Creating"}}, {"Retry-After": "9"})
    arm.tell("PUT", "accounts", busy)
    properties = wire(INPUTS)
    under_way = patient.Create.future(
        messages.CreateRequest(urn=urn(ACCOUNT), properties=properties)
    )
    arm.wait_for("PUT")
    arm.tell("GET", "accounts", *[busy] * 9)
    patient.Cancel(Empty())
    assert under_way.exception().details() == "context canceled"
    group = {"resourceGroupName": "rg", "location": "eastus2"}
    assert create(patient, group, "azure-native:resources:ResourceGroup").id == GROUP


def test_a_port_that_is_taken_is_told(provider, arm, registry, tmp_path):
    second = ProviderServer(arm.url, tmp_path / "none.pem", token, provider, registry=registry)
    with pytest.raises(OSError, match=f"port {provider} of the provider is taken"):
        second.start()


def test_an_engine_that_is_gone_before_the_write_leaves_nothing(arm, resources):
    call = Call()
    call.end()
    known = resources.known(ACCOUNT)
    with pytest.raises(Ended):
        resources.create(known, INPUTS, SUBSCRIPTION, call)
    assert arm.written == []


def test_an_id_is_kept_as_arm_spells_it(arm, stub):
    spelled = ACCOUNT_ID.replace("accounts/oai", "accounts/OAI")
    arm.tell("PUT", "accounts", Told(200, {"id": spelled}, stores=True))
    assert create(stub).id == spelled


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


def test_an_engine_that_dies_leaves_no_thread_waiting(arm, patient):
    busy = Told(200, {"properties": {"provisioningState": "Creating"}}, {"Retry-After": "9"})
    arm.tell("PUT", "accounts", busy)
    request = messages.CreateRequest(urn=urn(ACCOUNT), properties=wire(INPUTS))
    under_way = patient.Create.future(request)
    arm.wait_for("PUT")
    arm.tell("GET", "accounts", busy)
    before = len(arm.asked)
    under_way.cancel()
    arm.wait_for_more(before)
