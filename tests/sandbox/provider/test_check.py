from __future__ import annotations

import re
import uuid

import pytest

from sandbox.provider.check import Around, complaints, completed
from sandbox.provider.paths import PLACES
from sandbox.provider.values import UNKNOWN

ACCOUNT = {"resourceGroupName": "rg", "accountName": "oai", "location": "eastus2"}


def around(**over):
    settings = {
        "logical_name": "chat",
        "seed": b"seed",
        "location_of_group": {"rg": "swedencentral"}.get,
    }
    return Around(**(settings | over))


def checked(registry, kind, news, olds=None, **over):
    declared = registry.declared(kind)
    return completed(declared, PLACES[kind], olds or {}, news, around(**over))


def told(registry, kind, inputs):
    return complaints(registry.declared(kind), PLACES[kind], inputs)


def test_a_name_that_is_given_stays(registry):
    inputs = checked(registry, "cognitiveservices:Account", ACCOUNT)
    assert inputs == ACCOUNT | {"azureApiVersion": "2025-06-01"}


def test_a_name_that_is_missing_is_drawn_from_the_seed(registry):
    news = {"resourceGroupName": "rg"}
    first, again, other = (
        checked(registry, "cognitiveservices:Account", news, seed=seed)["accountName"]
        for seed in (b"a", b"a", b"b")
    )
    assert re.fullmatch(r"chat[0-9a-f]{8}", first)
    assert first == again != other


def test_a_drawn_name_lets_the_new_one_come_before_the_old_one_goes(registry):
    kind, news = "cognitiveservices:Account", {"resourceGroupName": "rg"}
    first = checked(registry, kind, news)
    assert first["__createBeforeDelete"] is True
    assert checked(registry, kind, news, olds=first, seed=b"other") == first


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("cognitiveservices:Deployment", "deploymentName"),
        ("cognitiveservices:RaiPolicy", "raiPolicyName"),
        ("network:Subnet", "subnetName"),
    ],
)
def test_a_child_takes_the_logical_name(registry, kind, name):
    inputs = checked(registry, kind, {"resourceGroupName": "rg"})
    assert inputs[name] == "chat"
    assert "__createBeforeDelete" not in inputs


def test_a_role_assignment_is_named_by_a_uuid(registry):
    inputs = checked(registry, "authorization:RoleAssignment", {}, mode="PROPOSE", proposed="x")
    assert uuid.UUID(inputs["roleAssignmentName"])


@pytest.mark.parametrize(
    ("mode", "name"), [("PROPOSE", "proposed"), ("ENFORCE", "proposed"), ("DISABLE", None)]
)
def test_the_engine_may_decide_on_the_name(registry, mode, name):
    news = {"resourceGroupName": "rg"}
    kind = "cognitiveservices:Account"
    inputs = checked(registry, kind, news, mode=mode, proposed="proposed")
    assert inputs.get("accountName") == name


def test_without_a_name_there_is_a_complaint(registry):
    assert told(registry, "cognitiveservices:Account", {"resourceGroupName": "rg"}) == [
        "missing required property 'accountName'"
    ]


@pytest.mark.parametrize(
    ("over", "location"),
    [
        ({}, "swedencentral"),
        ({"location": "westus"}, "westus"),
        ({"olds": {"location": "eastus"}, "location": "westus"}, "eastus"),
        ({"news": {"resourceGroupName": UNKNOWN}}, UNKNOWN),
        ({"news": {"resourceGroupName": "other"}}, None),
    ],
)
def test_a_location_comes_from_before_from_the_configuration_or_from_the_group(
    registry, over, location
):
    settings = {"news": {"resourceGroupName": "rg"}} | over
    inputs = checked(registry, "cognitiveservices:Account", **settings)
    assert inputs.get("location") == location


def test_what_has_no_location_gets_none(registry):
    inputs = checked(registry, "cognitiveservices:Deployment", {"resourceGroupName": "rg"})
    assert "location" not in inputs


def test_a_group_without_a_location_is_told_what_to_do(registry):
    inputs = checked(registry, "resources:ResourceGroup", {"resourceGroupName": "rg"})
    assert told(registry, "resources:ResourceGroup", inputs) == [
        "missing required property 'location'. Either set it explicitly or configure it with"
        " 'pulumi config set azure-native:location <value>'."
    ]


@pytest.mark.parametrize(
    ("inputs", "complaint"),
    [
        ({"sku": {}}, "missing required property 'sku.name'"),
        ({"sku": "S0"}, "'sku' should be of type 'object' but got a string"),
        ({"sku": {"name": 5}}, "'sku.name' should be of type 'string' but got a number"),
        (
            {"sku": {"name": "S0", "capacity": "ten"}},
            "'sku.capacity' should be of type 'integer' but got a string",
        ),
        (
            {"sku": {"name": "S0", "capacity": 1.5}},
            "'sku.capacity' must be an integer but got 1.500000",
        ),
        ({"kind": ["OpenAI"]}, "'kind' should be of type 'string' but got an array"),
        (
            {"properties": {"networkAcls": {"ipRules": [{}]}}},
            "missing required property 'properties.networkAcls.ipRules[0].value'",
        ),
    ],
)
def test_a_mistake_is_told_in_azure_natives_words(registry, inputs, complaint):
    assert told(registry, "cognitiveservices:Account", ACCOUNT | inputs) == [complaint]


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("a" * 65, "'accountName' is too long (65): at most 64 characters allowed"),
        ("a", "'accountName' is too short (1): at least 2 characters required"),
        (
            "no spaces",
            "'accountName' does not match expression '^[a-zA-Z0-9][a-zA-Z0-9_.-]*$'",
        ),
    ],
)
def test_a_name_that_azure_would_not_take_is_told_before(registry, name, complaint):
    inputs = ACCOUNT | {"accountName": name}
    assert told(registry, "cognitiveservices:Account", inputs) == [complaint]


def test_what_is_not_known_yet_is_no_mistake(registry):
    inputs = ACCOUNT | {"sku": UNKNOWN, "properties": {"networkAcls": UNKNOWN}}
    assert told(registry, "cognitiveservices:Account", inputs) == []


def test_a_required_parent_is_asked_for_once(registry):
    inputs = {"resourceGroupName": "rg", "deploymentName": "chat"}
    assert told(registry, "cognitiveservices:Deployment", inputs) == [
        "missing required property 'accountName'"
    ]
