"""A stand-in for the Pulumi engine: runs a program and remembers what it registered."""

import asyncio
import json
import runpy

import pulumi
import yaml
from pulumi.runtime import mocks, settings, stack

from components.catalog import APP_INSIGHTS
from components.naming import Names
from components.stack import Stack
from components.stack_file import PROJECT, ROOT
from scripts.checking import shortcuts
from scripts.checking.mocked import Monitor

CONNECTION_STRING = "InstrumentationKey=planted-secret"


class Engine(Monitor):
    """What crossed the wire: `found` as the gate sees it, `requests` whole."""

    def __init__(self):
        super().__init__("00000000-0000-4000-8000-000000000001")
        self.requests = {}
        self.outputs = {}

    def RegisterResource(self, request):
        response = super().RegisterResource(request)
        self.requests[response.urn] = request
        if request.type == APP_INSIGHTS:
            response.object.update({"connectionString": CONNECTION_STRING})
        return response

    def of(self, type):
        """{logical name: resource} of one type token."""
        return {each.name: each for each in self.found if each.type == type}

    def request(self, resource):
        return self.requests[resource.urn]

    def waits_for(self, resource):
        """Every resource that must be there first, through any number of others."""
        seen, todo = set(), set(self.requests[resource.urn].dependencies)
        while todo:
            urn = todo.pop()
            seen.add(urn)
            if urn in self.requests:
                todo |= set(self.requests[urn].dependencies) - seen
        return seen


def deploy(program, stack_name="test", config=()):
    """Runs a program on a stack; returns its Engine once every resource has registered."""
    engine = Engine()

    async def run():
        settings.ROOT.set(None)
        mocks.set_mocks(engine.mocks, PROJECT, stack_name, preview=True, monitor=engine)
        pulumi.runtime.set_all_config({key: json.dumps(config[key]) for key in dict(config)})
        await stack.run_pulumi_func(program)
        root = settings.get_root_resource()
        engine.outputs = stack.massage(root.outputs, []) if root else {}

    with asyncio.Runner() as runner, shortcuts.taken():
        runner.run(run())
    return engine


def run_stack(stack_name, config):
    """The whole program."""
    return deploy(lambda: runpy.run_path(str(ROOT / "__main__.py")), stack_name, config)


def stack_file(stack_name):
    return yaml.safe_load((ROOT / f"Pulumi.{stack_name}.yaml").read_text())["config"]


def a_stack(profile="dev"):
    """What components share, for a component on its own."""
    return Stack(
        name="test",
        profile=profile,
        names=Names("contoso", "test"),
        location="swedencentral",
        tags={"owner": "a@contoso.com"},
        resource_group_name="rg-contoso-test",
        subscription_id="00000000-0000-4000-8000-000000000001",
    )
