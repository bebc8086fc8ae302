"""The engines that come and go: each has its own calls, and none is waited for."""

from __future__ import annotations

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2 as messages
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub

from sandbox.provider.arm_client import Call, Ended
from sandbox.provider.server import ProviderServer
from sandbox.provider.values import plain, wire
from tests.sandbox.provider.conftest import token
from tests.sandbox.provider.fake_arm import SUBSCRIPTION, Told
from tests.sandbox.provider.rpc import (
    ACCOUNT,
    GROUP,
    INPUTS,
    create,
    urn,
)


def test_the_engine_learns_what_the_provider_can(stub):
    told = stub.Handshake(messages.ProviderHandshakeRequest())
    assert told.supports_autonaming_configuration
    assert not (told.accept_secrets or told.accept_resources or told.accept_outputs)
    configured = stub.Configure(messages.ConfigureRequest())
    assert configured.supportsPreview
    assert stub.GetPluginInfo(Empty()).version == "3.29.0"


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


def test_a_mistake_of_ours_is_logged_with_what_was_asked(resources, stub, monkeypatch, caplog):
    def create(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(type(resources), "create", create)
    with pytest.raises(grpc.RpcError) as caught:
        stub.Create(messages.CreateRequest(urn=urn(ACCOUNT), properties=wire(INPUTS)))
    assert "log.txt" in caught.value.details()
    assert f"Create {urn(ACCOUNT)}" in caplog.text
    assert "ZeroDivisionError" in caplog.text
