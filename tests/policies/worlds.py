"""Stacks as rules see them: one that no rule minds, and ways to change it."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

from policies.rule import Context
from policies.values import UNKNOWN, plain
from policies.world import STACK, Resource, World
from tests.policies.compliant import models, network, proof, watching
from tests.policies.compliant.proof import EVIDENCE, ByHand

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
ROOT = "urn:pulumi:prod::shop::pulumi:pulumi:Stack::shop-prod"

MISSING = object()


def urn(type, name):
    return f"urn:pulumi:prod::shop::{type}::{name}"


def resource(type, name, inputs, parent=ROOT, protected=False, **comes_from):
    secrets = set()
    return Resource(
        urn=urn(type, name),
        type=type,
        name=name,
        inputs=plain(inputs, secrets),
        parent=parent,
        protected=protected,
        secrets=frozenset(secrets),
        comes_from={key: frozenset(sources) for key, sources in comes_from.items()},
    )


@cache
def parts(profile="prod", now=NOW):
    """The compliant stack by logical name; no two parts share one."""
    return {
        **models.parts(profile),
        **network.parts(profile),
        **watching.parts(profile),
        **proof.parts(profile, now),
    }


PARTS = parts()


def changed(inputs, path, value):
    """The same inputs, but for one; MISSING takes it away. `a.0.b` leads into a list."""
    key, _, rest = path.partition(".")
    if isinstance(inputs, list):
        place = int(key)
        inner = changed({key: inputs[place]}, path, value)
        return [*inputs[:place], *inner.values(), *inputs[place + 1 :]]
    if rest:
        inner = inputs.get(key)
        inner = inner if isinstance(inner, dict | list) else {}
        return {**inputs, key: changed(inner, rest, value)}
    if value is MISSING:
        return {name: held for name, held in inputs.items() if name != key}
    return {**inputs, key: value}


def sound(*changes, more=(), without=(), profile="prod", now=NOW):
    """The compliant stack, changed one by one.

    A change is (part, path, value), or what makes one world into another. The path "" is the part
    itself: MISSING takes it away, a Part replaces or adds it. "protected" is the option of that
    name. What was recorded is recorded anew with the change, unless the value is ByHand. A changed
    input comes from nowhere any more.
    """
    made = {name: part for name, part in parts(profile, now).items() if name not in without}
    for name, path, value in (each for each in changes if isinstance(each, tuple)):
        if path:
            made[name] = _changed(made[name], path, value)
        elif value is MISSING:
            del made[name]
        else:
            made[name] = value
    root = Resource(urn=ROOT, type=STACK, name="shop-prod", inputs={})
    urns = {name: urn(part.type, name) for name, part in {**parts(), **made}.items()}
    world = World([root, *(_resource(name, part, urns) for name, part in made.items()), *more])
    for change in changes:
        world = change(world) if callable(change) else world
    return world


def _changed(part, path, value):
    if path == "protected":
        return replace(part, protected=value)
    if isinstance(value, ByHand):
        return replace(part, inputs=changed(part.inputs, path, value.value))
    inputs = changed(part.inputs, path, value)
    wired = {key: names for key, names in part.wired.items() if key != path.partition(".")[0]}
    if part.type == EVIDENCE and not path.endswith(".hash"):
        inputs = proof.honest(inputs)
    return replace(part, inputs=inputs, wired=wired)


def _resource(name, part, urns):
    comes_from = {key: {urns[other] for other in names} for key, names in part.wired.items()}
    parent = urns[part.parent] if part.parent else ROOT
    return resource(part.type, name, part.inputs, parent, part.protected, **comes_from)


def wired(world, name, **comes_from):
    """The same world, but some of one resource's inputs come from others, by logical name."""
    by_name = {each.name: each.urn for each in world.resources}
    sources = {key: frozenset(by_name[n] for n in names) for key, names in comes_from.items()}
    return World(
        replace(each, comes_from={**each.comes_from, **sources}) if each.name == name else each
        for each in world.resources
    )


def first_preview(world):
    """The same world before anything exists: ids are unknown, but not where they come from."""
    return World(
        replace(
            each,
            inputs={
                key: _without_ids(value) if each.comes_from.get(key) else value
                for key, value in each.inputs.items()
            },
        )
        for each in world.resources
    )


def _without_ids(value):
    match value:
        case str() if value.startswith("/subscriptions/"):
            return UNKNOWN
        case dict():
            return {key: _without_ids(held) for key, held in value.items()}
        case list():
            return [_without_ids(held) for held in value]
    return value


def part(name, *changes, profile="prod"):
    """One part of the compliant stack, to make another like it: (path, value) by (path, value)."""
    made = parts(profile)[name]
    for path, value in changes:
        made = _changed(made, path, value)
    return made


def wire(name, **comes_from):
    """A change: some inputs of one part come from others."""
    return lambda world: wired(world, name, **comes_from)


def context(profile="prod", **config):
    return Context(profile=profile, now=NOW, config=config)
