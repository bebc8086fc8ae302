"""What changed between two sets of inputs, and whether a change makes a new resource."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Change = Literal["ADD", "DELETE", "UPDATE"]

CREATE_BEFORE_DELETE = "__createBeforeDelete"


@dataclass(frozen=True)
class Difference:
    """One property that changed: `sku.capacity`, `scopes[2]`."""

    path: str
    root: str
    """The input it belongs to."""
    change: Change
    replaces: bool = False


def differences(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    state: Mapping[str, Any],
    replacing: frozenset[str],
) -> list[Difference]:
    """How the new inputs differ from the old ones; those in `replacing` cannot change in place."""
    return [
        Difference(each.path, each.root, each.change, _replaces(each, old, new, state, replacing))
        for each in _of_objects(old, new, "", "")
        if not _is_same_place(each, old, new)
    ]


def same(one: object, other: object) -> bool:
    """Whether two values are equal, where True is not 1."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def merged(base: Any, old: Any, new: Any) -> Any:
    """What a refresh makes of an input: only what differs between two answers moves into it.

    Azure fills in defaults; a value that it always answers is not one that someone changed.
    """
    if all(isinstance(each, Mapping) for each in (base, old, new)):
        gone = {key for key in old if key not in new}
        moved = {
            key: merged(base[key], old[key], value) if key in base and key in old else value
            for key, value in new.items()
            if key not in old or not same(old[key], value)
        }
        return {key: value for key, value in base.items() if key not in gone} | moved
    if all(isinstance(each, list) for each in (base, old, new)):
        both = min(len(base), len(old))
        return [
            merged(base[i], old[i], value) if i < both else value for i, value in enumerate(new)
        ]
    return base if same(old, new) else new


def _of_objects(
    old: Mapping[str, Any], new: Mapping[str, Any], path: str, root: str
) -> Iterator[Difference]:
    for key in [*old, *(key for key in new if key not in old)]:
        here = f"{path}.{key}" if path else key
        if key.startswith("__"):
            continue
        if key not in new:
            yield Difference(here, root or key, "DELETE")
        elif key not in old:
            yield Difference(here, root or key, "ADD")
        else:
            yield from _of_values(old[key], new[key], here, root or key)


def _of_values(old: Any, new: Any, path: str, root: str) -> Iterator[Difference]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _of_objects(old, new, path, root)
    elif isinstance(old, list) and isinstance(new, list):
        both = min(len(old), len(new))
        for i in range(both):
            yield from _of_values(old[i], new[i], f"{path}[{i}]", root)
        for i in range(both, max(len(old), len(new))):
            yield Difference(f"{path}[{i}]", root, "ADD" if i < len(new) else "DELETE")
    elif not same(old, new):
        yield Difference(path, root, "UPDATE")


def _is_same_place(each: Difference, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    if each.change != "UPDATE" or each.path not in ("location", "resourceGroupName"):
        return False
    one, other = old[each.path], new[each.path]
    if not (isinstance(one, str) and isinstance(other, str)):
        return False
    if each.path == "location":
        one, other = one.replace(" ", ""), other.replace(" ", "")
    return one.lower() == other.lower()


def _replaces(
    each: Difference,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    state: Mapping[str, Any],
    replacing: frozenset[str],
) -> bool:
    if each.root not in replacing:
        return False
    # As azure-native has it: within such an object a change replaces, what comes or goes does not,
    # and nor does an element of a list.
    if each.path != each.root and (
        each.change != "UPDATE" or each.path.startswith(f"{each.root}[")
    ):
        return False
    # A default now written down: the resource has that value already.
    written = each.change == "ADD" and each.path == each.root and each.path in state
    return not (written and same(new[each.path], state[each.path]))
