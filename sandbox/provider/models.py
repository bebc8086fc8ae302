"""How ARM spells what azure-native spells otherwise, read from the azure-mgmt models.

azure-native lifts what ARM keeps under `properties` and evens out the case
(`properties.Application_Type` is `applicationType`). The models of the azure-mgmt packages know
both sides: they are joined on the name without case and underscores.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from sandbox.provider.metadata import Declared, Properties, Property
from sandbox.provider.paths import ENVELOPE_RULE, Place

# Folded, as `folded` does it.
ENVELOPE = frozenset(
    {"etag", "extendedlocation", "id", "identity", "kind", "location", "managedby", "name"}
    | {"plan", "sku", "systemdata", "tags", "type", "zones"}
)


@dataclass(frozen=True)
class Spelling:
    """One attribute of a model."""

    wire: tuple[str, ...]
    model: type | None = None
    """The model of the object, or of each element, that stands there."""


Spellings = Mapping[str, Spelling]


def spelled(declared: Declared, place: Place) -> Declared:
    """The same type with ARM's names."""
    if not place.model:
        return declared
    if place.model == ENVELOPE_RULE:
        return declared.model_copy(
            update={
                "inputs": _enveloped(declared.inputs),
                "outputs": _enveloped(declared.outputs),
            }
        )
    package, _, name = place.model.partition(":")
    model: type = getattr(import_module(package), name)
    types = dict(declared.types)
    seen: set[str] = set()
    return declared.model_copy(
        update={
            "inputs": _joined(declared.inputs, model, types, seen),
            "outputs": _joined(declared.outputs, model, types, seen),
            "types": types,
        }
    )


def folded(name: str) -> str:
    """What two spellings of one name have in common."""
    return name.replace("_", "").lower()


def _enveloped(properties: Properties) -> Properties:
    return {
        name: each.model_copy(update={"wire": _default(name, flattened=True)})
        for name, each in properties.items()
    }


def _default(name: str, *, flattened: bool) -> tuple[str, ...]:
    return ("properties", name) if flattened and folded(name) not in ENVELOPE else (name,)


def _joined(
    properties: Properties, model: type, types: dict[str, Properties], seen: set[str]
) -> Properties:
    spellings = _spellings(model)
    flattened = any(len(each.wire) > 1 for each in spellings.values())
    made = {}
    for name, each in properties.items():
        spelling = spellings.get(folded(name)) or Spelling(_default(name, flattened=flattened))
        made[name] = each.model_copy(update={"wire": spelling.wire})
        held = _held(each)
        if spelling.model and held and held not in seen:
            seen.add(held)
            types[held] = _joined(types[held], spelling.model, types, seen)
    return made


def _held(property: Property) -> str:
    """The type of the object, or of each element, that a property holds; "" for none."""
    return _held(property.items) if property.items else property.type


@cache
def _spellings(model: type) -> Spellings:
    found: dict[str, Spelling] = {}
    for each in _family(model):
        attributes = _old_style(each) if hasattr(each, "_attribute_map") else _new_style(each)
        for name, spelling in attributes:
            found.setdefault(folded(name), spelling)
    return found


def _family(model: Any) -> Iterable[Any]:
    yield model
    for each in model.__subclasses__():
        yield from _family(each)


def _old_style(model: Any) -> Iterable[tuple[str, Spelling]]:
    for name, attribute in model._attribute_map.items():
        steps = re.split(r"(?<!\\)\.", attribute["key"])
        held = _model_named(model, attribute["type"].strip("[]{}"))
        yield name, Spelling(tuple(step.replace("\\.", ".") for step in steps), held)


def _new_style(model: Any) -> Iterable[tuple[str, Spelling]]:
    fields = _fields(model)
    for name, wire in fields.items():
        yield name, Spelling((wire,), _model_of(model, name))
    lifted: Iterable[str] = getattr(model, f"_{model.__name__.lstrip('_')}__flattened_items", ())
    inner = _model_of(model, "properties") if lifted else None
    if inner:
        names = _fields(inner)
        for name in lifted:
            yield name, Spelling(("properties", names[name]), _model_of(inner, name))


def _fields(model: Any) -> dict[str, str]:
    model.__new__(model)  # the first instance fills the table
    return {name: field._rest_name for name, field in model._attr_to_rest_field.items()}


def _model_of(model: type, attribute: str) -> type | None:
    for each in model.__mro__:
        hint = getattr(each, "__annotations__", {}).get(attribute)
        if hint is not None:
            named = re.search(r"_models\.(\w+)", str(hint))
            return _model_named(each, named[1]) if named else None
    return None


def _model_named(beside: type, name: str) -> type | None:
    package = beside.__module__.rpartition(".models")[0]
    found = getattr(import_module(f"{package}.models"), name, None)
    return found if isinstance(found, type) and hasattr(found, "__annotations__") else None
