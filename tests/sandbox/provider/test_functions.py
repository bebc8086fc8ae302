"""What a program asks the provider without a resource, before a fake ARM."""

from __future__ import annotations

import re

import grpc
import pytest

from tests.sandbox.provider.fake_arm import SUBSCRIPTION
from tests.sandbox.provider.rpc import (
    ACCOUNT_ID,
    create,
    invoke,
)


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
