"""What the engine does with a pack, without the engine: the same requests, in the same order."""

import grpc
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import analyzer_pb2 as wire

from policies.host import Gate, servicer
from policies.values import Unknown
from policies.world import STACK
from tests.policies.worlds import NOW

UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


class Refused(Exception):
    """The pack did not start: the engine would show this and stop."""


class Call:
    """A gRPC context."""

    def abort(self, code, details):
        assert code is grpc.StatusCode.INVALID_ARGUMENT
        raise Refused(details)


def on_the_wire(value):
    if isinstance(value, Unknown):
        return UNKNOWN_STRING
    if isinstance(value, dict):
        return {key: on_the_wire(held) for key, held in value.items()}
    if isinstance(value, list):
        return [on_the_wire(held) for held in value]
    return value


def struct(inputs):
    made = Struct()
    made.update(on_the_wire(inputs))
    return made


def asked(resource):
    """A resource as an Analyze request carries it: with its inputs."""
    return wire.AnalyzeRequest(
        type=resource.type,
        urn=resource.urn,
        name=resource.name,
        properties=struct(resource.inputs),
        options=_options(resource),
    )


def _options(resource):
    return wire.AnalyzerResourceOptions(protect=resource.protected, parent=resource.parent)


def shown(resource, properties):
    """A resource as an AnalyzerResource request carries it."""
    return wire.AnalyzerResource(
        type=resource.type,
        urn=resource.urn,
        name=resource.name,
        properties=properties,
        options=_options(resource),
        parent=resource.parent,
        dependencies=sorted(resource.dependencies),
        propertyDependencies={
            key: wire.AnalyzerPropertyDependencies(urns=sorted(urns))
            for key, urns in resource.comes_from.items()
        },
    )


class Engine:
    """One run of the pack. `said` is (rule, urn, message, level) of every diagnostic."""

    def __init__(self, stack="prod", config=(), secret=(), policy_config=None, waivers=(), now=NOW):
        self.gate = Gate(waivers, now)
        self.pack = servicer(self.gate)
        self.said = set()
        self.unread = set()
        self.pack.ConfigureStack(
            wire.AnalyzerStackConfigureRequest(
                stack=stack, project="shop", config=dict(config), config_secret_keys=list(secret)
            ),
            Call(),
        )
        self.info = self.pack.GetAnalyzerInfo(None, Call())
        if policy_config is not None:
            self.configure(policy_config)

    def configure(self, changes):
        """As the engine does: every policy, with its own level unless the file says otherwise."""
        levels = {info.name: info.enforcementLevel for info in self.info.policies}
        request = wire.ConfigureAnalyzerRequest()
        for name in levels | changes:
            request.policyConfig[name].enforcementLevel = levels.get(name, wire.MANDATORY)
        for name, parameters in changes.items():
            given = dict(parameters)
            if "enforcementLevel" in given:
                level = given.pop("enforcementLevel")
                request.policyConfig[name].enforcementLevel = wire.EnforcementLevel.Value(
                    level.upper()
                )
            request.policyConfig[name].properties.update(given)
        self.pack.Configure(request, Call())

    def preview(self, world, seen=True):
        """Resource by resource with its inputs, then the stack, with outputs in their place."""
        for resource in world.resources if seen else ():
            self._note(self.pack.Analyze(asked(resource), Call()))
        stack = [
            shown(resource, struct(resource.inputs if resource.type == STACK else {}))
            for resource in reversed(world.resources)
        ]
        self._note(self.pack.AnalyzeStack(wire.AnalyzeStackRequest(resources=stack), Call()))
        return self

    def _note(self, response):
        for said in response.diagnostics:
            level = wire.EnforcementLevel.Name(said.enforcementLevel).lower()
            message = said.message.removeprefix(f"{said.description}\n")
            self.said.add((said.policyName, said.urn, message, level))
        for silent in response.not_applicable:
            if silent.reason.startswith("unknown"):
                self.unread.add(silent.policy_name)
