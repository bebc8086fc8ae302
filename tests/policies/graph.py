"""Any world as a program for the real engine: what a test made, registered as it is.

Without the SDK's classes, so that a run takes no longer than the engine and the pack do.
"""

import json

from policies.values import Unknown
from policies.world import STACK

PROGRAM = """
    import json

    import pulumi

    made = {}


    def output(value, sources):
        # What only the update will bring, and then as the test has it.
        if isinstance(value, dict) and "$later" in value:
            ids = [made[name].id for name in sources]
            return pulumi.Output.all(*ids).apply(lambda _: value["$later"])
        if isinstance(value, dict):
            return {key: output(held, sources) for key, held in value.items()}
        return [output(held, sources) for held in value] if isinstance(value, list) else value


    def declared(value, sources):
        # A value that is known may be read from somewhere all the same.
        urns = [made[name].urn for name in sources]
        if not urns or "$later" in json.dumps(value):
            return output(value, sources)
        return pulumi.Output.all(*urns).apply(lambda _: value)


    for each in json.load(open("graph.json")):
        options = pulumi.ResourceOptions(
            parent=made.get(each["parent"]), protect=each["protect"] or None
        )
        inputs = {
            key: declared(value, each["from"].get(key, []))
            for key, value in each["inputs"].items()
        }
        kind = pulumi.CustomResource if each["custom"] else pulumi.ComponentResource
        made[each["name"]] = kind(each["type"], each["name"], inputs, options)
"""


def written(world):
    """The world as the program reads it: sources and parents before what needs them."""
    names = {each.urn: each.name for each in world.resources}
    waiting = [each for each in world.resources if each.type != STACK]
    done, ordered = set(), []
    while waiting:
        ready = [each for each in waiting if _needs(each) & names.keys() <= done | _roots(world)]
        assert ready, "resources wait for one another"
        ordered += ready
        done |= {each.urn for each in ready}
        waiting = [each for each in waiting if each.urn not in done]
    return json.dumps([_entry(each, names) for each in ordered])


def _roots(world):
    return {each.urn for each in world.of(STACK)}


def _needs(resource):
    return {resource.parent, *(urn for urns in resource.comes_from.values() for urn in urns)}


def _entry(resource, names):
    sources = {
        key: sorted(names[urn] for urn in urns if urn in names)
        for key, urns in resource.comes_from.items()
    }
    return {
        "type": resource.type,
        "name": resource.name,
        "custom": not resource.type.startswith("plumb:"),
        "protect": resource.protected,
        "parent": names.get(resource.parent, ""),
        "from": sources,
        "inputs": {
            key: _later(value) if sources.get(key) else value
            for key, value in resource.inputs.items()
        },
    }


def _later(value):
    """The value, with what `first_preview` makes unknown marked."""
    match value:
        case Unknown():
            return {"$later": "whatever"}
        case str() if value.startswith("/subscriptions/"):
            return {"$later": value}
        case dict():
            return {key: _later(held) for key, held in value.items()}
        case list():
            return [_later(held) for held in value]
    return value
