from __future__ import annotations

import pytest

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
