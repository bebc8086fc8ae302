"""What azure-native declares about a resource type, read from the installed Python SDK.

The one module that touches `pulumi._types`, which is private; one test pins what it needs of it.
"""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from enum import Enum
from importlib import import_module
from importlib.metadata import version
from typing import Any, Literal

import pulumi._types as sdk
from pulumi import Output
from pydantic import BaseModel

Kind = Literal["any", "string", "integer", "number", "boolean", "object", "union", "array", "map"]

PACKAGE = "pulumi_azure_native"
_SCALARS: Mapping[type, Kind] = {str: "string", int: "integer", float: "number", bool: "boolean"}


class Property(BaseModel, frozen=True):
    """One property of an object, as the SDK names it."""

    kind: Kind
    type: str = ""
    """Of an object or a union: its name among the types."""
    items: Property | None = None
    """Of an array or a map: what each element is."""
    required: bool = False
    wire: tuple[str, ...] = ()
    """Where ARM has it, from the object that holds it."""
    is_key_set: bool = False
    """An array of texts here, an object with these texts as keys in ARM."""


Properties = dict[str, Property]


class Declared(BaseModel, frozen=True):
    """One resource type."""

    token: str
    api_version: str
    inputs: Properties
    outputs: Properties
    types: dict[str, Properties]


def sdk_version() -> str:
    """The version of the provider that the installed SDK belongs to."""
    return version(PACKAGE)


def declared(kind: str) -> Declared | None:
    """What the SDK says about `cognitiveservices:Account`; nothing if it has no such type.

    ARM's names are not in the SDK: every property is taken to be called the same there.
    """
    module, _, name = kind.partition(":")
    try:
        resource = getattr(import_module(f"{PACKAGE}.{module}"), name)
    except (ImportError, AttributeError):
        return None
    types: dict[str, Properties] = {}
    api = re.search(r"Uses Azure REST API version (\S+?)\.\s", inspect.getsource(resource))
    inputs = _inputs(_arguments(resource), types)
    outputs = _properties(sdk.resource_types(resource), types)
    return Declared(
        token=kind,
        api_version=api[1] if api else "",
        inputs=inputs,
        outputs={name: _as_given(each, inputs.get(name)) for name, each in outputs.items()},
        types=types,
    )


def _as_given(output: Property, given: Property | None) -> Property:
    # The SDK calls the answer to a union Any; it has the shape of what was given.
    return given if given and given.kind == "union" and output.kind == "any" else output


def _arguments(resource: type) -> type:
    # ActionGroup's are `ActionGroupInitArgs`, for another type is called `ActionGroupArgs`.
    found = re.search(r"get_resource_args_opts\((\w+),", inspect.getsource(resource))
    if not found:
        raise LookupError(f"{resource.__name__} of {PACKAGE} {sdk_version()} names no arguments")
    arguments: type = getattr(import_module(resource.__module__), found[1])
    return arguments


def _inputs(arguments: type, types: dict[str, Properties]) -> Properties:
    names = sdk.input_type_py_to_pulumi_names(arguments)
    signature = inspect.signature(arguments).parameters
    required = {
        names[each.name]
        for each in signature.values()
        if each.name in names and each.default is each.empty
    }
    return _properties(sdk.input_type_types(arguments), types, required)


def _properties(
    hints: Mapping[str, Any], types: dict[str, Properties], required: Iterable[str] = ()
) -> Properties:
    made = {}
    for name, hint in hints.items():
        found = _property(hint, types)
        made[name] = found.model_copy(
            update={
                "wire": (name,),
                "required": name in required,
                "is_key_set": name == "userAssignedIdentities" and found.kind == "array",
            }
        )
    return made


def _property(hint: Any, types: dict[str, Properties]) -> Property:
    choices = list(dict.fromkeys(_choices(hint)))
    objects = [each for each in choices if sdk.is_input_type(each) or sdk.is_output_type(each)]
    if objects:
        return (
            Property(kind="object", type=_named(objects[0], types))
            if len(objects) == 1
            else _union([_named(each, types) for each in objects], types)
        )
    for choice in choices:
        origin, arguments = typing.get_origin(choice), typing.get_args(choice)
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return Property(kind="map", items=_property(arguments[-1], types))
        if isinstance(origin, type) and issubclass(origin, Sequence):
            return Property(kind="array", items=_property(arguments[0], types))
    kinds = {kind for each in choices if (kind := _scalar(each))}
    if len(kinds) == 1 and len(kinds) == len({_scalar(each) for each in choices}):
        return Property(kind=kinds.pop())
    return Property(kind="any")


def _scalar(hint: Any) -> Kind | None:
    if not isinstance(hint, type):
        return None
    if issubclass(hint, Enum):
        return next((kind for base, kind in _SCALARS.items() if issubclass(hint, base)), None)
    return _SCALARS.get(hint)


def _choices(hint: Any) -> Iterable[Any]:
    """What may stand for a hint: without None, without promises, without TypedDicts."""
    origin = typing.get_origin(hint)
    if origin is typing.Union or type(hint).__name__ == "UnionType":
        for each in typing.get_args(hint):
            yield from _choices(each)
    elif not (origin in (Output, Awaitable) or hint is type(None) or typing.is_typeddict(hint)):
        yield hint


def _named(hint: type, types: dict[str, Properties]) -> str:
    name = f"{hint.__module__.removeprefix(PACKAGE).strip('.')}.{hint.__name__}"
    if name not in types:
        types[name] = {}  # a type may hold itself
        if sdk.is_input_type(hint):
            types[name] = _inputs(hint, types)
        else:
            types[name] = _properties(sdk.output_type_types(hint), types)
    return name


def _union(names: Sequence[str], types: dict[str, Properties]) -> Property:
    """One of several objects: as one that has the properties of all and requires none."""
    name = "|".join(names)
    if name not in types:
        types[name] = {}
        merged: Properties = {}
        for each in names:
            for key, found in types[each].items():
                other = merged.get(key)
                merged[key] = found if other is None else _either(found, other, types)
        types[name] = {
            key: found.model_copy(update={"required": False}) for key, found in merged.items()
        }
    return Property(kind="union", type=name)


def _either(one: Property, other: Property, types: dict[str, Properties]) -> Property:
    if one.model_copy(update={"required": False}) == other.model_copy(update={"required": False}):
        return one
    if one.items and other.items and one.kind == other.kind:
        return one.model_copy(update={"items": _either(one.items, other.items, types)})
    if one.type and other.type:
        return _union([*other.type.split("|"), one.type], types).model_copy(
            update={"wire": one.wire}
        )
    return Property(kind="any", wire=one.wire)
