"""The inputs of a resource as plain data, in which a value may be unknown until the update."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn, TypeAlias

from google.protobuf.struct_pb2 import Struct
from google.protobuf.struct_pb2 import Value as WireValue


class Need(Exception):
    """A rule needed a value that cannot be known yet."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class Unknown:
    """A value that the update will bring. Whoever looks at it says so: `Need`."""

    def _needed(self, *_: object) -> NoReturn:
        raise Need("a value")

    __bool__ = __eq__ = __ne__ = __hash__ = _needed
    __str__ = __format__ = __len__ = __iter__ = _needed
    __lt__ = __le__ = __gt__ = __ge__ = __int__ = __float__ = _needed

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()

Value: TypeAlias = "bool | int | float | str | Unknown | Mapping[str, Value] | list[Value] | None"
Object: TypeAlias = Mapping[str, Value]

SENTINELS: Final = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # boolean
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # string
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
"""What the engine sends in place of a value that it does not know yet."""

SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"
OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"


def plain(value: Any, secrets: set[str] | None = None) -> Value:
    """A value from the wire or from a test, as rules see it.

    50.0 becomes 50, so that rules compare and print what was written. What was marked secret is
    laid open, since rules must judge it, and noted in `secrets`, so that no message shows it.
    """
    match value:
        case str():
            return UNKNOWN if value in SENTINELS else value
        case float() if value.is_integer() and abs(value) <= 2**53:
            return int(value)
        case Mapping() if SIGNATURE in value:
            return _signed(value, secrets)
        case Mapping():
            return {str(key): plain(held, secrets) for key, held in value.items()}
        case list() | tuple():
            return [plain(held, secrets) for held in value]
        case None | bool() | int() | float() | Unknown():
            return value
    return f"<{type(value).__name__}>"


def _signed(value: Mapping[str, Any], secrets: set[str] | None) -> Value:
    match value[SIGNATURE]:
        case signature if signature == SECRET:
            held = plain(value.get("value"), secrets)
            if secrets is not None:
                secrets.update(texts(held))
            return held
        case signature if signature == OUTPUT:
            held = plain(value["value"], secrets) if "value" in value else UNKNOWN
            if secrets is not None and value.get("secret"):
                secrets.update(texts(held))
            return held
    return {key: plain(held, secrets) for key, held in value.items() if key != SIGNATURE}


def texts(value: Any) -> set[str]:
    """Every text there is in a value, at any depth."""
    if isinstance(value, str):
        return {value}
    if isinstance(value, Mapping):
        return {text for held in value.values() for text in texts(held)}
    if isinstance(value, list):
        return {text for held in value for text in texts(held)}
    return set()


def from_struct(struct: Struct, secrets: set[str] | None = None) -> Object:
    """The properties of a request. A third of the time that protobuf's own way to JSON takes."""
    held = plain({key: _from_wire(value) for key, value in struct.fields.items()}, secrets)
    return held if isinstance(held, Mapping) else {}


def _from_wire(value: WireValue) -> Any:
    match value.WhichOneof("kind"):
        case "struct_value":
            return {key: _from_wire(held) for key, held in value.struct_value.fields.items()}
        case "list_value":
            return [_from_wire(held) for held in value.list_value.values]
        case "number_value":
            return value.number_value
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
    return None


@dataclass(frozen=True)
class Fields:
    """An object among a resource's inputs, which knows where it stands.

    Missing, null and empty are all absent: None. What has another type than was asked for is
    absent as well, so that a rule refuses it instead of failing on it.
    """

    held: Object
    path: str = ""

    def at(self, path: str) -> str:
        """The whole path of one of the fields."""
        return f"{self.path}.{path}" if self.path else path

    def read(self, path: str) -> Value:
        """One field, by dotted path; None if it is absent.

        Raises:
            Need: the value, or what it stands in, is unknown.
        """
        value = self.peek(path)
        if isinstance(value, Unknown):
            raise Need(self.at(path))
        return value

    def peek(self, path: str) -> Value:
        """Like `read`, but unknown is an answer: UNKNOWN."""
        value: Value = self.held
        for key in path.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
            if isinstance(value, Unknown):
                return UNKNOWN
        return value if isinstance(value, bool | int | float) or value else None

    def many(self, path: str) -> list[Value]:
        """The elements of a list, or the one value that stands in its place."""
        value = self.peek(path)
        return value if isinstance(value, list) else [] if value is None else [value]

    def is_set(self, path: str) -> bool:
        """Whether it has a value, which need not be known yet."""
        value = self.peek(path)
        return isinstance(value, Unknown) or value is not None

    def text(self, path: str) -> str | None:
        value = self.read(path)
        return value if isinstance(value, str) else None

    def flag(self, path: str) -> bool | None:
        value = self.read(path)
        return value if isinstance(value, bool) else None

    def number(self, path: str) -> float | None:
        """Also None for what no comparison would catch: NaN and infinity."""
        value = self.read(path)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return value if math.isfinite(value) else None

    def elements(self, path: str) -> list[tuple[str, Value]]:
        """The elements of a list, each with its path.

        Raises:
            Need: the list or one of its elements is unknown.
        """
        value = self.read(path)
        found: list[tuple[str, Value]] = []
        for index, element in enumerate(value if isinstance(value, list) else []):
            where = f"{self.at(path)}[{index}]"
            if isinstance(element, Unknown):
                raise Need(where)
            found.append((where, element))
        return found

    def items(self, path: str) -> list["Fields"]:
        """The objects of a list; anything else in it counts as an empty object."""
        return [
            Fields(element if isinstance(element, Mapping) else {}, where)
            for where, element in self.elements(path)
        ]
