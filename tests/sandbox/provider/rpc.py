"""What the engine asks of the provider, in short."""

from __future__ import annotations

from pulumi.runtime.proto import provider_pb2 as messages

from sandbox.provider.values import plain, wire
from tests.sandbox.provider.fake_arm import SUBSCRIPTION

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
