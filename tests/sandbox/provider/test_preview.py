from __future__ import annotations

from sandbox.provider.preview import previewed
from sandbox.provider.values import UNKNOWN


def test_a_preview_promises_what_was_given_and_nothing_else(registry):
    declared = registry.declared("cognitiveservices:Account")
    promised = previewed(declared, {"kind": "OpenAI", "properties": {"disableLocalAuth": True}})
    assert promised["kind"] == "OpenAI"
    assert promised["properties"]["disableLocalAuth"] is True
    assert promised["properties"]["endpoint"] is UNKNOWN
    assert promised["name"] is promised["identity"] is UNKNOWN


def test_lists_and_maps_are_walked(registry):
    declared = registry.declared("monitor:ActionGroup")
    given = {"tags": {"a": "b", "c": UNKNOWN}, "emailReceivers": [{"name": "on-call"}]}
    promised = previewed(declared, given)
    assert promised["tags"] == {"a": "b", "c": UNKNOWN}
    assert promised["emailReceivers"][0]["name"] == "on-call"
    assert promised["emailReceivers"][0]["status"] is UNKNOWN


def test_inputs_that_are_no_outputs_are_not_promised(registry):
    declared = registry.declared("cognitiveservices:Account")
    promised = previewed(declared, {"accountName": "oai", "resourceGroupName": "rg"})
    assert not {"accountName", "resourceGroupName", "id"} & promised.keys()


def test_an_update_keeps_its_name_and_place(registry):
    declared = registry.declared("cognitiveservices:Account")
    state = {"name": "oai", "location": "eastus2", "etag": "1"}
    promised = previewed(declared, {"location": "East US 2"}, state)
    assert (promised["name"], promised["location"]) == ("oai", "eastus2")
    assert promised["etag"] is UNKNOWN


def test_a_value_of_another_kind_is_not_promised(registry):
    declared = registry.declared("monitor:MetricAlert")
    promised = previewed(declared, {"enabled": "yes", "severity": True, "windowSize": 5})
    assert promised["enabled"] is promised["severity"] is promised["windowSize"] is UNKNOWN
