"""Which costs a budget or a cost query is about: filters by dimension and by tag."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from sandbox.arm.errors import bad_request
from sandbox.ids import parse, segment
from sandbox.store import Store

Counts = Callable[[str], bool]
"""Whether an account, by its id in lower case, is meant."""

DIMENSIONS: Final[dict[str, Callable[[Store, str], str]]] = {
    "resourceid": lambda store, id: id,
    "resourcegroup": lambda store, id: segment(id, "resourceGroups"),
    "resourcegroupname": lambda store, id: segment(id, "resourceGroups"),
    "resourcetype": lambda store, id: parsed.type if (parsed := parse(id)) else "",
    "resourcelocation": lambda store, id: str(_body(store, id).get("location") or ""),
    "subscriptionid": lambda store, id: segment(id, "subscriptions"),
    "servicename": lambda store, id: "Foundry Models",
}
"""Azure has more; these are what costs differ by here."""


def counts(store: Store, filter: Mapping[str, Any] | None) -> Counts:
    """The accounts that a filter is about: all where there is none.

    Raises:
        ArmError: 400, of a shape or a dimension that the sandbox cannot count by.
    """
    asked = {name.lower(): value for name, value in (filter or {}).items() if value}
    tests: list[Counts] = []
    for name, value in asked.items():
        if name in ("and", "or"):
            parts = [counts(store, each) for each in value]
            tests.append(_all(parts) if name == "and" else _any(parts))
        elif name in ("dimensions", "tags"):
            tests.append(_comparison(store, name, value))
        else:
            raise bad_request(f"Invalid cost filter '{name}'. Use and, or, dimensions or tags.")
    return _all(tests)


def _comparison(store: Store, kind: str, asked: Mapping[str, Any]) -> Counts:
    name, operator = str(asked.get("name")), str(asked.get("operator") or "In")
    if operator.lower() != "in":
        raise bad_request(f"Invalid operator '{operator}' of a cost filter. It is In.")
    values = {str(each).lower() for each in asked.get("values") or ()}
    if not values:
        raise bad_request(f"The cost filter on '{name}' has no values.")
    if kind == "tags":
        return lambda id: _tag(store, id, name).lower() in values
    dimension = DIMENSIONS.get(name.lower())
    if dimension is None:
        known = ", ".join(sorted(DIMENSIONS))
        raise bad_request(f"Invalid dimension '{name}'. The sandbox counts cost by {known}.")
    return lambda id: dimension(store, id).lower() in values


def _all(tests: list[Counts]) -> Counts:
    return lambda id: all(test(id) for test in tests)


def _any(tests: list[Counts]) -> Counts:
    return lambda id: any(test(id) for test in tests)


def _tag(store: Store, id: str, name: str) -> str:
    tags = _body(store, id).get("tags") or {}
    return next((str(v) for key, v in tags.items() if key.lower() == name.lower()), "")


def _body(store: Store, id: str) -> Mapping[str, Any]:
    found = store.get(id) or store.soft_deleted(id)
    return found.body if found else {}
