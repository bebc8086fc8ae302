"""Values that fit a JSON schema."""

import json
import random
from collections.abc import Mapping
from typing import Any

DEPTH = 8
"""Where a schema that contains itself is cut."""

WORDS = ("order", "delivery", "return", "invoice", "Cora", "Lisbon", "blue", "express")

FORMATS = {
    "date": "2026-11-21",
    "date-time": "2026-11-21T09:00:00Z",
    "time": "09:00:00Z",
    "email": "cora@example.com",
    "uri": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000042",
    "ipv4": "192.0.2.1",
}


def dumps(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def instance(schema: Mapping[str, Any], dice: random.Random) -> Any:
    """Some value that the schema accepts: the subset that strict structured outputs allow."""
    return _value(schema, dice, schema, 0)


def _value(schema: Any, dice: random.Random, root: Mapping[str, Any], depth: int) -> Any:
    if not isinstance(schema, Mapping):
        return None
    if "$ref" in schema:
        return _value(_resolve(schema["$ref"], root), dice, root, depth + 1)
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return dice.choice(schema["enum"])
    for either in ("anyOf", "oneOf"):
        if schema.get(either):
            return _value(_shallowest(schema[either], depth), dice, root, depth + 1)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if isinstance(kind, list):
        kind = "null" if depth > DEPTH and "null" in kind else kind[0]
    if kind == "object":
        return _object(schema, dice, root, depth)
    if kind == "array":
        least = int(schema.get("minItems", 0 if depth > DEPTH else 1))
        most = int(schema.get("maxItems", least + 1))
        count = least if depth > DEPTH else dice.randint(least, max(least, min(most, least + 1)))
        return [_value(schema.get("items", {}), dice, root, depth + 1) for _ in range(count)]
    return _scalar(kind, schema, dice)


def _object(
    schema: Mapping[str, Any], dice: random.Random, root: Mapping[str, Any], depth: int
) -> dict[str, Any]:
    properties = schema.get("properties") or {}
    wanted = schema.get("required") if depth > DEPTH else properties
    return {name: _value(properties.get(name, {}), dice, root, depth + 1) for name in wanted or ()}


def _scalar(kind: Any, schema: Mapping[str, Any], dice: random.Random) -> Any:
    if kind == "null":
        return None
    if kind == "boolean":
        return dice.random() < 0.5
    if kind in ("integer", "number"):
        return _number(kind, schema, dice)
    if schema.get("format") in FORMATS:
        return FORMATS[schema["format"]]
    text = dice.choice(WORDS)
    least, most = int(schema.get("minLength", 0)), schema.get("maxLength")
    text = text.ljust(least, "x")
    return text if most is None else text[: int(most)]


def _number(kind: str, schema: Mapping[str, Any], dice: random.Random) -> int | float:
    low = schema.get("minimum", schema.get("exclusiveMinimum", 0))
    high = schema.get("maximum", schema.get("exclusiveMaximum", low + 100))
    step = schema.get("multipleOf")
    if kind == "integer":
        first = int(low) + ("exclusiveMinimum" in schema)
        last = int(high) - ("exclusiveMaximum" in schema)
        value = dice.randint(first, max(first, last))
        return value - value % int(step) if step else value
    return round(float(low + (high - low) * 0.25 * (1 + dice.random())), 2)


def _shallowest(options: list[Any], depth: int) -> Any:
    """The first option, or where it gets too deep the one that ends it."""
    if depth > DEPTH:
        for option in options:
            if isinstance(option, Mapping) and option.get("type") == "null":
                return option
    return options[0]


def _resolve(reference: str, root: Mapping[str, Any]) -> Any:
    found: Any = root
    for part in reference.removeprefix("#").strip("/").split("/"):
        if part:
            found = found.get(part, {}) if isinstance(found, Mapping) else {}
    return found
