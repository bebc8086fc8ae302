"""What a preview may promise: the inputs that come back as outputs; all else is unknown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.provider.metadata import Declared, Properties, Property
from sandbox.provider.values import UNKNOWN

STABLE = ("name", "location")
_SCALARS: Mapping[str, type | tuple[type, ...]] = {
    "boolean": bool,
    "integer": (int, float),
    "number": (int, float),
    "string": str,
}


def previewed(
    declared: Declared, inputs: Mapping[str, Any], state: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The outputs that these inputs promise; of an update, the state's name and place stay."""
    outputs = _object(declared, declared.outputs, inputs)
    return outputs | {name: state[name] for name in STABLE if state and name in state}


def _object(declared: Declared, properties: Properties, given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _value(declared, each, given.get(name, UNKNOWN)) for name, each in properties.items()
    }


def _value(declared: Declared, property: Property, given: Any) -> Any:
    if property.kind in ("any", "union"):
        return given
    if property.kind in _SCALARS:
        fits = isinstance(given, _SCALARS[property.kind])
        return (
            given if fits and isinstance(given, bool) == (property.kind == "boolean") else UNKNOWN
        )
    if property.kind == "array" and isinstance(given, list) and property.items:
        return [_value(declared, property.items, each) for each in given]
    if property.kind == "map" and isinstance(given, Mapping) and property.items:
        return {key: _value(declared, property.items, each) for key, each in given.items()}
    if property.kind == "object" and isinstance(given, Mapping):
        return _object(declared, declared.types[property.type], given)
    return UNKNOWN
