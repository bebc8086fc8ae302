"""A stack written as Pulumi YAML, as rules would see it in its first preview."""

import re
from collections.abc import Mapping

from policies.arm import normal_type
from policies.values import UNKNOWN, plain
from policies.world import STACK, Resource, World

REFERENCE = re.compile(r"\$\{([\w-]+)(\.[\w.\[\]-]+)?\}")
ROOT = "urn:pulumi:prod::example::pulumi:pulumi:Stack::example-prod"


def world_of(document):
    """Resources by name; `outputs` are the stack's exports. `${name.id}` is known by the update."""
    resources = {name: held for name, held in document.items() if name != "outputs"}
    urns = {
        name: f"urn:pulumi:prod::example::{held['type']}::{name}"
        for name, held in resources.items()
    }
    exports = plain(_valued(document.get("outputs", {})))
    root = Resource(urn=ROOT, type=STACK, name="example-prod", inputs=exports, parent="")
    return World([root, *(_resource(name, held, urns) for name, held in resources.items())])


def _resource(name, held, urns):
    options = held.get("options", {})
    properties = held.get("properties", {})
    return Resource(
        urn=urns[name],
        type=normal_type(held["type"]),
        name=name,
        inputs=plain(_valued(properties)),
        protected=options.get("protect", False),
        parent=_named(options, "parent", urns) or ROOT,
        comes_from={
            key: frozenset(urns[other] for other in _references(value))
            for key, value in properties.items()
        },
    )


def _named(options, key, urns):
    (*found,) = _references(options.get(key, ""))
    return urns[found[0]] if found else ""


def _references(value):
    match value:
        case str():
            yield from (name for name, _ in REFERENCE.findall(value))
        case Mapping():
            for held in value.values():
                yield from _references(held)
        case list():
            for held in value:
                yield from _references(held)


def _valued(value):
    match value:
        case str():
            return UNKNOWN if REFERENCE.search(value) else value
        case Mapping():
            return {key: _valued(held) for key, held in value.items()}
        case list():
            return [_valued(held) for held in value]
    return value
