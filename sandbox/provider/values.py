"""Values on Pulumi's wire: a protobuf Struct with signs for what is not known yet or is secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from google.protobuf.struct_pb2 import NULL_VALUE, Struct, Value

UNKNOWN_SIGN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"

_LARGEST_WHOLE = 2**53  # beyond it a double holds no longer every integer


class Unknown:
    """A value that only an update will tell."""

    def __repr__(self) -> str:
        return "[unknown]"


UNKNOWN: Final = Unknown()


def plain(struct: Struct) -> dict[str, Any]:
    """What a Struct says, in Python's types.

    Secrets are opened, whole numbers are int, and an object's nulls are left out, as azure-native
    does.
    """
    return _members(struct)


def wire(values: Mapping[str, Any]) -> Struct:
    """The Struct that says this; what is None in an object is left out."""
    return Struct(
        fields={name: _value(value) for name, value in values.items() if value is not None}
    )


def has_unknown(value: object) -> bool:
    """Whether the value, or anything in it, is not known yet."""
    if isinstance(value, Mapping):
        return any(has_unknown(each) for each in value.values())
    if isinstance(value, list):
        return any(has_unknown(each) for each in value)
    return value is UNKNOWN


def _members(struct: Struct) -> dict[str, Any]:
    return {
        name: _plain(value)
        for name, value in struct.fields.items()
        if value.WhichOneof("kind") != "null_value"
    }


def _plain(value: Value) -> Any:
    match value.WhichOneof("kind"):
        case "string_value":
            return UNKNOWN if value.string_value == UNKNOWN_SIGN else value.string_value
        case "number_value":
            number = value.number_value
            whole = number.is_integer() and abs(number) <= _LARGEST_WHOLE
            return int(number) if whole else number
        case "bool_value":
            return value.bool_value
        case "list_value":
            return [_plain(each) for each in value.list_value.values]
        case "struct_value":
            return _opened(value.struct_value)
        case _:
            return None


def _opened(struct: Struct) -> Any:
    sign = struct.fields[SIGNATURE].string_value if SIGNATURE in struct.fields else ""
    if sign == SECRET:
        return _plain(struct.fields["value"])
    if sign == OUTPUT:
        return _plain(struct.fields["value"]) if "value" in struct.fields else UNKNOWN
    return _members(struct)


def _value(value: Any) -> Value:
    if value is None:
        return Value(null_value=NULL_VALUE)
    if value is UNKNOWN:
        return Value(string_value=UNKNOWN_SIGN)
    if isinstance(value, bool):
        return Value(bool_value=value)
    if isinstance(value, int | float):
        return Value(number_value=float(value))
    if isinstance(value, str):
        return Value(string_value=value)
    if isinstance(value, Mapping):
        return Value(struct_value=wire(value))
    made = Value()
    made.list_value.values.extend(_value(each) for each in value)
    return made
