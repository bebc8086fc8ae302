"""Whom pulumi acts as: whoever `plumb sandbox env --as` names."""

from __future__ import annotations

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2 as messages
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub

from sandbox.provider.values import plain, wire
from scripts.local.sandbox import Refused
from tests.sandbox.running import sandbox_in

GROUP = "azure-native:resources:ResourceGroup"
URN = f"urn:pulumi:dev::project::{GROUP}::group"
INPUTS = {"resourceGroupName": "rg-of-somebody", "location": "swedencentral"}
CLIENT_CONFIG = "azure-native:authorization:getClientConfig"


def port(sandbox, who):
    return sandbox.control("POST", "/provider", {"as": who})["port"]


def whoami(stub):
    said = stub.Invoke(messages.InvokeRequest(tok=CLIENT_CONFIG, args=wire({})))
    return plain(getattr(said, "return"))["objectId"]


@pytest.mark.parametrize("who", ["operator", "developer", "cora-app", "stranger"])
def test_pulumi_is_whom_its_port_belongs_to(sandbox, who):
    with grpc.insecure_channel(f"127.0.0.1:{port(sandbox, who)}") as channel:
        stub = ResourceProviderStub(channel)
        assert whoami(stub) == sandbox.description["principals"][who]["oid"]


def test_who_may_not_write_is_refused_in_azures_words(sandbox):
    with grpc.insecure_channel(f"127.0.0.1:{port(sandbox, 'stranger')}") as channel:
        stub = ResourceProviderStub(channel)
        with pytest.raises(grpc.RpcError) as refused:
            stub.Create(messages.CreateRequest(urn=URN, properties=wire(INPUTS)))
    assert refused.value.details().startswith("cannot check existence of resource")
    assert '"code":"AuthorizationFailed"' in refused.value.details()
    assert sandbox.description["principals"]["stranger"]["oid"] in refused.value.details()


def test_nobodys_provider_is_not_to_be_had(sandbox):
    with pytest.raises(Refused, match="there is no principal 'nobody'"):
        port(sandbox, "nobody")


def test_after_a_restart_each_has_the_port_it_had(tmp_path):
    seen = []
    for _ in range(2):
        with sandbox_in(tmp_path) as running:
            seen.append((running.description["provider_port"], port(running, "cora-app")))
    assert seen[0] == seen[1]
