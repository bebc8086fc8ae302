from __future__ import annotations

import inspect

import pulumi
import pulumi._types as sdk
import pytest

from sandbox.provider.metadata import declared
from sandbox.provider.paths import PLACES


@pytest.mark.parametrize("kind", PLACES)
def test_the_sdk_declares_every_type_and_all_of_its_path(registry, kind):
    found = registry.declared(kind)
    assert found.api_version
    assert set(PLACES[kind].parameters) <= found.inputs.keys()


def test_pulumi_still_tells_what_this_reads_of_its_private_part():
    assert list(inspect.signature(sdk.input_type_py_to_pulumi_names).parameters) == [
        "input_type_cls"
    ]
    for name in ("input_type_types", "output_type_types", "resource_types"):
        assert callable(getattr(sdk, name))

    @pulumi.input_type
    class Given:
        def __init__(self, *, the_name: pulumi.Input[str]) -> None:
            pulumi.set(self, "the_name", the_name)

        @property
        @pulumi.getter(name="theName")
        def the_name(self) -> pulumi.Input[str]:
            return pulumi.get(self, "the_name")

    assert sdk.is_input_type(Given)
    assert sdk.input_type_py_to_pulumi_names(Given) == {"the_name": "theName"}
    assert sdk.input_type_types(Given) == {"theName": str}


def test_a_deployment_is_declared_as_azure_native_does(registry):
    found = registry.declared("cognitiveservices:Deployment")
    assert found.api_version == "2025-06-01"
    required = {name for name, each in found.inputs.items() if each.required}
    assert required == {"accountName", "resourceGroupName"}
    sku = found.types[found.inputs["sku"].type]
    assert {name for name, each in sku.items() if each.required} == {"name"}
    assert sku["capacity"].kind == "integer"


def test_an_enumeration_is_a_text(registry):
    assert registry.declared("monitor:ScheduledQueryRule").inputs["kind"].kind == "string"


def test_arguments_under_another_name_are_found(registry):
    assert registry.declared("monitor:ActionGroup").inputs["groupShortName"].required


def test_one_of_several_objects_has_the_properties_of_all(registry):
    found = registry.declared("cognitiveservices:ProjectConnection")
    either = found.inputs["properties"]
    assert (either.kind, either.required) == ("union", True)
    assert found.types[either.type]["credentials"].kind == "union"
    assert not any(each.required for each in found.types[either.type].values())


def test_what_is_answered_to_one_of_several_has_its_shape(registry):
    found = registry.declared("monitor:MetricAlert")
    assert found.outputs["criteria"] == found.inputs["criteria"]


def test_a_type_that_is_not_there_is_none():
    assert declared("cognitiveservices:Nonsense") is None
    assert declared("nonsense:Account") is None


def test_identities_are_texts_here_and_keys_there(registry):
    found = registry.declared("cognitiveservices:Account")
    assert found.types[found.inputs["identity"].type]["userAssignedIdentities"].is_key_set
