"""From the SDK's shape to ARM's body, from ARM's answer to outputs, and from outputs to inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.provider.metadata import Declared, Properties, Property
from sandbox.provider.paths import Place

Body = dict[str, Any]
Convert = Callable[[Properties, Mapping[str, Any]], Body]


def body_of(declared: Declared, place: Place, inputs: Mapping[str, Any]) -> Body:
    """What to PUT: the inputs that are not in the path, where ARM wants them."""
    properties = {
        name: each for name, each in declared.inputs.items() if name not in place.parameters
    }
    body = _to_arm(declared)(properties, inputs)
    if any(len(each.wire) > 1 for each in properties.values()):
        body.setdefault("properties", {})
    return body


def outputs_of(declared: Declared, answer: Mapping[str, Any]) -> Body:
    """What the resource's state holds of ARM's answer: what the SDK declares, and no more."""
    outputs = _from_arm(declared)(declared.outputs, answer)
    return {**outputs, "azureApiVersion": declared.api_version}


def inputs_of(declared: Declared, place: Place, outputs: Mapping[str, Any]) -> Body:
    """The inputs that a state with these outputs would have, without those in the path."""
    properties = {
        name: each for name, each in declared.inputs.items() if name not in place.parameters
    }
    return _writable(declared)(properties, outputs)


def _to_arm(declared: Declared) -> Convert:
    def convert(properties: Properties, given: Mapping[str, Any]) -> Body:
        body: Body = {}
        for name, each in properties.items():
            if name in given:
                _put(body, each.wire, _converted(declared, each, given[name], convert))
        return body

    return convert


def _from_arm(declared: Declared) -> Convert:
    def convert(properties: Properties, answer: Mapping[str, Any]) -> Body:
        outputs: Body = {}
        for name, each in properties.items():
            value = _get(answer, each.wire)
            if value is not None:
                outputs[name] = _converted(declared, each, value, convert)
        return outputs

    return convert


def _writable(declared: Declared) -> Convert:
    def convert(properties: Properties, outputs: Mapping[str, Any]) -> Body:
        return {
            name: _converted(declared, each, outputs[name], convert)
            for name, each in properties.items()
            if name in outputs
        }

    return convert


def _converted(declared: Declared, property: Property, value: Any, convert: Convert) -> Any:
    if isinstance(value, Mapping):
        if property.is_key_set:
            return sorted(value)
        if property.kind == "map" and property.items:
            items = property.items
            return {key: _converted(declared, items, each, convert) for key, each in value.items()}
        if property.type:
            properties = declared.types[property.type]
            made = convert(properties, value)
            if property.kind == "union":  # which of them is not known: nothing may get lost
                known = {name for each in properties.items() for name in (each[0], *each[1].wire)}
                made.update({key: each for key, each in value.items() if key not in known})
            return made
    if isinstance(value, list):
        if property.is_key_set:
            return {each: {} for each in value}
        if property.items:
            return [_converted(declared, property.items, each, convert) for each in value]
    return value


def _put(body: Body, path: tuple[str, ...], value: Any) -> None:
    for step in path[:-1]:
        body = body.setdefault(step, {})
    body[path[-1]] = value


def _get(body: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        if not isinstance(body, Mapping):
            return None
        body = body.get(step)
    return body
