"""What azure-native does to the inputs before it compares them: name, place and complaints."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sandbox.provider.diff import CREATE_BEFORE_DELETE
from sandbox.provider.limits import excesses
from sandbox.provider.metadata import Declared, Properties, Property
from sandbox.provider.paths import Place
from sandbox.provider.values import UNKNOWN

Mode = Literal["PROPOSE", "ENFORCE", "DISABLE"]

GROUP = "resources:ResourceGroup"
_UUID_NAMES = frozenset({"roleAssignmentName"})
_LOCATION_HELP = (
    ". Either set it explicitly or configure it with 'pulumi config set azure-native:location"
    " <value>'."
)


@dataclass(frozen=True, kw_only=True)
class Around:
    """What a check depends on besides the inputs."""

    logical_name: str
    seed: bytes
    location: str = ""
    """Of the configuration."""
    location_of_group: Callable[[str], str]
    """Where a resource group is; "" if there is none."""
    mode: Mode | None = None
    proposed: str = ""


def completed(
    declared: Declared,
    place: Place,
    olds: Mapping[str, Any],
    news: Mapping[str, Any],
    around: Around,
) -> dict[str, Any]:
    """The inputs with what azure-native adds: a name, a location, the version of the API."""
    inputs = dict(news)
    inputs |= _name(place, olds, inputs, around)
    if "location" in declared.inputs and "location" not in inputs:
        location = _location(declared, olds, inputs, around)
        inputs |= {"location": location} if location else {}
    inputs.setdefault("azureApiVersion", declared.api_version)
    return inputs


def complaints(declared: Declared, place: Place, inputs: Mapping[str, Any]) -> list[str]:
    """What is wrong with the inputs, in azure-native's words."""
    missing = [
        f"missing required property '{name}'"
        for name in place.parameters
        if name not in inputs and not declared.inputs[name].required
    ]
    if declared.token == GROUP and "location" not in inputs:
        missing.append(f"missing required property 'location'{_LOCATION_HELP}")
    return missing + list(_of_object(declared, declared.inputs, inputs, ""))


def _name(
    place: Place, olds: Mapping[str, Any], inputs: Mapping[str, Any], around: Around
) -> dict[str, Any]:
    key = place.name_parameter
    if key in inputs or not place.path.endswith(f"{{{key}}}"):
        return {}
    if key in olds:
        flag = {CREATE_BEFORE_DELETE: True} if olds.get(CREATE_BEFORE_DELETE) is True else {}
        return {key: olds[key]} | flag
    if around.mode == "DISABLE":
        return {}
    random = {CREATE_BEFORE_DELETE: True}
    is_uuid = key in _UUID_NAMES
    if around.mode == "ENFORCE" or (around.mode == "PROPOSE" and not is_uuid):
        return {key: around.proposed} | random
    drawn = hashlib.sha256(around.seed + around.logical_name.encode()).hexdigest()
    if is_uuid:
        return {key: str(uuid.UUID(drawn[:32]))} | random
    # A child's name need only be unique in its parent.
    _, of_provider, below = place.path.rpartition("Microsoft.")
    if of_provider and below.count("{") > 1:
        return {key: around.logical_name}
    return {key: f"{around.logical_name}{drawn[:8]}"} | random


def _location(
    declared: Declared, olds: Mapping[str, Any], inputs: Mapping[str, Any], around: Around
) -> Any:
    if "location" in olds:
        return olds["location"]
    if around.location:
        return around.location
    group = None if declared.token == GROUP else inputs.get("resourceGroupName")
    if group is UNKNOWN:
        return UNKNOWN
    return around.location_of_group(group) if isinstance(group, str) else ""


def _of_object(
    declared: Declared, properties: Properties, values: Mapping[str, Any], path: str
) -> Iterator[str]:
    dot = f"{path}." if path else ""
    for name, each in properties.items():
        if name in values:
            yield from _of_value(declared, each, values[name], f"{dot}{name}")
        elif each.required:
            yield f"missing required property '{dot}{name}'"


def _of_value(declared: Declared, property: Property, value: Any, path: str) -> Iterator[str]:
    kind = "object" if property.kind in ("map", "union") else property.kind
    if value is UNKNOWN or kind == "any":
        return
    if isinstance(value, Mapping):
        if property.kind == "object":
            yield from _of_object(declared, declared.types[property.type], value, path)
    elif isinstance(value, list):
        if kind != "array":
            yield f"'{path}' should be of type '{kind}' but got an array"
        elif property.items:
            for i, each in enumerate(value):
                yield from _of_value(declared, property.items, each, f"{path}[{i}]")
    elif isinstance(value, str):
        if kind != "string":
            yield f"'{path}' should be of type '{kind}' but got a string"
        else:
            yield from excesses(path, value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if kind not in ("number", "integer"):
            yield f"'{path}' should be of type '{kind}' but got a number"
        elif kind == "integer" and isinstance(value, float):
            yield f"'{path}' must be an integer but got {value:f}"
