from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.provider.paths import PLACES, SCOPES, id_of, kind_of, parameters_of, replacing

SUBSCRIPTION = "00000000-0000-4000-8000-000000000001"
NAMES = st.text("abcXYZ019-_.$~", min_size=1, max_size=12)
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"


@given(st.sampled_from(sorted(PLACES)), st.data())
def test_an_id_tells_the_names_it_was_made_of(kind, data):
    place = PLACES[kind]
    names = {name: GROUP if name in SCOPES else data.draw(NAMES, name) for name in place.parameters}
    assert parameters_of(place, id_of(place, names, SUBSCRIPTION)) == names


def test_an_id_is_read_whatever_its_case():
    id = f"{GROUP}/providers/microsoft.cognitiveservices/Accounts/oai/DEPLOYMENTS/chat"
    found = parameters_of(PLACES["cognitiveservices:Deployment"], id)
    assert found == {"resourceGroupName": "rg", "accountName": "oai", "deploymentName": "chat"}


def test_an_id_of_another_type_is_refused():
    with pytest.raises(ValueError, match="does not match"):
        parameters_of(PLACES["cognitiveservices:Deployment"], GROUP)


def test_a_scope_is_written_without_a_second_slash():
    names = {"scope": f"{GROUP}/", "lockName": "keep"}
    id = id_of(PLACES["authorization:ManagementLockByScope"], names, SUBSCRIPTION)
    assert id == f"{GROUP}/providers/Microsoft.Authorization/locks/keep"


def test_the_name_of_a_flag_keeps_its_tilde_and_dollar():
    names = {
        "resourceGroupName": "rg",
        "configStoreName": "appcs",
        "keyValueName": ".appconfig.featureflag~2Fchat$prod",
    }
    id = id_of(PLACES["appconfiguration:KeyValue"], names, SUBSCRIPTION)
    assert id.endswith("/keyValues/.appconfig.featureflag~2Fchat$prod")


def test_a_name_that_is_missing_is_told():
    with pytest.raises(ValueError, match="path parameter 'accountName', got nothing"):
        id_of(PLACES["cognitiveservices:Account"], {"resourceGroupName": "rg"}, SUBSCRIPTION)


@pytest.mark.parametrize(
    ("token", "kind"),
    [
        ("azure-native:cognitiveservices:Account", "cognitiveservices:Account"),
        ("azure-native:cognitiveservices/v20250601:Account", "cognitiveservices:Account"),
        ("azure-native:monitor/v20210501preview:DiagnosticSetting", "monitor:DiagnosticSetting"),
        ("azure-native:insights:MetricAlert", "monitor:MetricAlert"),
        ("azure-native:insights:Component", "applicationinsights:Component"),
    ],
)
def test_a_type_is_known_by_all_its_names(token, kind):
    assert kind_of(token) == kind


def test_whatever_is_in_the_path_cannot_change_in_place():
    assert replacing(PLACES["network:PrivateEndpoint"]) == {
        "resourceGroupName",
        "privateEndpointName",
        "subnet",
        "location",
    }


def test_azure_and_not_the_provider_refuses_another_model():
    assert replacing(PLACES["cognitiveservices:Deployment"]) == {
        "resourceGroupName",
        "accountName",
        "deploymentName",
    }


def test_a_name_cannot_reach_another_resource():
    names = {"resourceGroupName": "rg", "accountName": "../other?x"}
    id = id_of(PLACES["cognitiveservices:Account"], names, SUBSCRIPTION)
    assert id.endswith("/accounts/..%2Fother%3Fx")
