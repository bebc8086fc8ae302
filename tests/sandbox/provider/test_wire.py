from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.provider.metadata import Declared, Property
from sandbox.provider.paths import PLACES
from sandbox.provider.wire import body_of, inputs_of, outputs_of

GROUP = "/subscriptions/s/resourceGroups/rg"


def body(registry, kind, inputs):
    return body_of(registry.declared(kind), PLACES[kind], inputs)


def outputs(registry, kind, answer):
    return outputs_of(registry.declared(kind), answer)


# What azure-native takes, and what ARM gets of it.
BODIES = [
    (
        "cognitiveservices:Deployment",
        {"sku": {"name": "Standard", "capacity": 10}, "properties": {"model": {"name": "gpt"}}},
        {"sku": {"name": "Standard", "capacity": 10}, "properties": {"model": {"name": "gpt"}}},
    ),
    (
        "cognitiveservices:Account",
        {"identity": {"type": "UserAssigned", "userAssignedIdentities": ["/b", "/a"]}},
        {"identity": {"type": "UserAssigned", "userAssignedIdentities": {"/a": {}, "/b": {}}}},
    ),
    ("resources:ResourceGroup", {"location": "x"}, {"location": "x"}),
    (
        "applicationinsights:Component",
        {"kind": "web", "applicationType": "web", "publicNetworkAccessForQuery": "Enabled"},
        {
            "kind": "web",
            "properties": {"Application_Type": "web", "publicNetworkAccessForQuery": "Enabled"},
        },
    ),
    (
        "operationalinsights:Workspace",
        {"location": "x", "sku": {"name": "PerGB2018"}, "retentionInDays": 30},
        {"location": "x", "properties": {"sku": {"name": "PerGB2018"}, "retentionInDays": 30}},
    ),
    (
        "monitor:MetricAlert",
        {"criteria": {"odataType": "T", "allOf": [{"criterionType": "S", "metricName": "m"}]}},
        {
            "properties": {
                "criteria": {
                    "odata.type": "T",
                    "allOf": [{"criterionType": "S", "metricName": "m"}],
                }
            }
        },
    ),
    (
        "network:PrivateEndpoint",
        {
            "subnet": {"id": "/s"},
            "privateLinkServiceConnections": [
                {"name": "a", "privateLinkServiceId": "/a", "groupIds": ["account"]}
            ],
        },
        {
            "properties": {
                "subnet": {"id": "/s"},
                "privateLinkServiceConnections": [
                    {
                        "name": "a",
                        "properties": {"privateLinkServiceId": "/a", "groupIds": ["account"]},
                    }
                ],
            }
        },
    ),
    (
        "monitor:DiagnosticSetting",
        {"name": "d", "workspaceId": "/w", "logs": [{"categoryGroup": "allLogs", "enabled": True}]},
        {
            "properties": {
                "workspaceId": "/w",
                "logs": [{"categoryGroup": "allLogs", "enabled": True}],
            }
        },
    ),
    (
        "authorization:RoleAssignment",
        {"scope": GROUP, "principalId": "p", "roleDefinitionId": "r"},
        {"properties": {"principalId": "p", "roleDefinitionId": "r"}},
    ),
    (
        "appconfiguration:KeyValue",
        {"value": "v", "contentType": "c", "tags": {"a": "b"}},
        {"properties": {"value": "v", "contentType": "c", "tags": {"a": "b"}}},
    ),
    (
        "consumption:Budget",
        {"eTag": "1", "amount": 5, "notifications": {"n": {"enabled": True, "threshold": 80}}},
        {
            "eTag": "1",
            "properties": {"amount": 5, "notifications": {"n": {"enabled": True, "threshold": 80}}},
        },
    ),
    (
        "monitor:ActionGroup",
        {"groupShortName": "g", "incidentReceivers": []},
        {"properties": {"groupShortName": "g", "incidentReceivers": []}},
    ),
]


@pytest.mark.parametrize(("kind", "inputs", "wanted"), BODIES)
def test_inputs_reach_arm_in_its_own_shape(registry, kind, inputs, wanted):
    assert body(registry, kind, inputs) == wanted


@pytest.mark.parametrize(("kind", "inputs", "wanted"), BODIES)
def test_what_arm_answers_comes_back_as_the_inputs(registry, kind, inputs, wanted):
    declared, place = registry.declared(kind), PLACES[kind]
    returned = inputs_of(declared, place, outputs_of(declared, wanted))
    given = {name: value for name, value in inputs.items() if name not in place.parameters}
    if "identity" in given:
        given["identity"]["userAssignedIdentities"] = ["/a", "/b"]
    assert returned == given


def test_names_of_the_path_are_not_in_the_body(registry):
    inputs = {"resourceGroupName": "rg", "workspaceName": "log", "azureApiVersion": "1"}
    assert body(registry, "operationalinsights:Workspace", inputs) == {"properties": {}}


def test_the_state_holds_what_the_sdk_declares_and_no_more(registry):
    answer = {"name": "chat", "secret": 1, "properties": {"provisioningState": "Succeeded"}}
    assert outputs(registry, "cognitiveservices:Deployment", answer) == {
        "name": "chat",
        "properties": {"provisioningState": "Succeeded"},
        "azureApiVersion": "2025-06-01",
    }


def test_a_connection_keeps_what_only_its_answer_has(registry):
    answer = {"properties": {"authType": "ApiKey", "group": "AzureAI"}}
    returned = outputs(registry, "cognitiveservices:ProjectConnection", answer)
    assert returned["properties"] == {"authType": "ApiKey", "group": "AzureAI"}


def test_read_only_properties_are_no_inputs(registry):
    kind = "cognitiveservices:Account"
    state = {"endpoint": "e", "kind": "OpenAI", "properties": {"endpoint": "e", "restore": False}}
    returned = inputs_of(registry.declared(kind), PLACES[kind], state)
    assert returned == {"kind": "OpenAI", "properties": {"restore": False}}


def values(declared: Declared, property: Property, depth: int) -> st.SearchStrategy:
    match property.kind:
        case "boolean":
            return st.booleans()
        case "integer" | "number":
            return st.integers(0, 9)
        case "array":
            return st.lists(values(declared, property.items, depth), max_size=2, unique_by=repr)
        case "map":
            return st.dictionaries(st.sampled_from("ab"), values(declared, property.items, depth))
        case "object" | "union":
            return objects(declared, declared.types[property.type], depth - 1)
        case _:
            return st.sampled_from(["x", "y"])


def objects(declared, properties, depth):
    if not depth:
        return st.just({})
    return st.fixed_dictionaries(
        {},
        optional={name: values(declared, each, depth) for name, each in properties.items()},
    )


@settings(max_examples=60)
@given(st.sampled_from(sorted(PLACES)), st.data())
def test_no_input_of_any_type_gets_lost_on_the_way_to_arm(registry, kind, data):
    declared, place = registry.declared(kind), PLACES[kind]
    given_names = {n: each for n, each in declared.inputs.items() if n not in place.parameters}
    inputs = data.draw(objects(declared, given_names, 3))
    mirror = declared.model_copy(update={"outputs": given_names})
    returned = outputs_of(mirror, body_of(declared, place, inputs))
    del returned["azureApiVersion"]
    assert ordered(returned) == ordered(inputs)


def ordered(value):
    """Keys of ARM's object come back sorted."""
    if isinstance(value, dict):
        return {
            key: sorted(each) if key == "userAssignedIdentities" else ordered(each)
            for key, each in value.items()
        }
    return [ordered(each) for each in value] if isinstance(value, list) else value


def test_no_two_properties_of_an_object_meet_in_arm(registry):
    for kind in PLACES:
        declared = registry.declared(kind)
        for properties in (declared.outputs, *declared.types.values()):
            places = [each.wire for each in properties.values()]
            assert len(set(places)) == len(places), kind
