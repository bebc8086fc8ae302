"""A stack's program, run in this process without engine, provider or cloud.

What it registers is what `pulumi preview` would be asked for, so the gate can judge it.
"""

import asyncio
import json
import runpy
import threading
import traceback
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import pulumi
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import mocks, rpc, settings, stack
from pulumi.runtime.proto import resource_pb2 as wire

from policies.arm import id_of, normal_type
from policies.values import from_struct
from policies.world import STACK, Resource, World
from scripts.checking import shortcuts

SUBSCRIPTION: Final = "00000000-0000-0000-0000-000000000000"


class ProgramFails(Exception):
    """The message says why, and where in the program."""


class _Azure(pulumi.runtime.Mocks):
    """Never asked: Monitor answers itself."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        return args.resource_id, args.inputs

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]]]:
        return {}, []


class Monitor(mocks.MockMonitor):
    """Takes every registration, and creates nothing: outputs are the inputs, an id and a name."""

    def __init__(self, subscription: str) -> None:
        super().__init__(_Azure())
        self.subscription = subscription
        self.found: list[Resource] = []
        self.transformed: list[str] = []
        """URNs of what the engine would change before anybody sees it."""
        self._lock = threading.Lock()  # the SDK registers from several threads

    def Invoke(self, request: Any) -> Any:
        """Answers what a program may ask Azure before it declares anything.

        The SDK's own leaves an event loop behind in every thread that it answers on.
        """
        answer = Struct()
        if request.tok.startswith("azure-native:authorization:getClientConfig"):
            nobody = "00000000-0000-0000-0000-000000000000"
            answer.update({"clientId": nobody, "objectId": nobody, "tenantId": nobody})
            answer.update({"subscriptionId": self.subscription})
        response = wire.ResourceInvokeResponse()
        getattr(response, "return").CopyFrom(answer)
        return response

    def ReadResource(self, request: Any) -> Any:
        """Of what is only read, as little is known as of what is still to be made."""
        urn = self.make_urn(request.parent, request.type, request.name)
        return wire.ReadResourceResponse(urn=urn, properties=request.properties)

    def RegisterResource(self, request: Any) -> Any:
        urn = self.make_urn(request.parent, request.type, request.name)
        type = normal_type(request.type)
        if request.transforms:
            self.transformed.append(urn)
        if type == STACK:
            return wire.RegisterResourceResponse(urn=urn)
        secrets: set[str] = set()
        inputs = from_struct(request.object, secrets)
        id = id_of(type, inputs, subscription=self.subscription, otherwise=request.name)
        outputs = Struct()
        outputs.CopyFrom(request.object)
        if "name" not in outputs.fields:
            outputs.fields["name"].string_value = id.rpartition("/")[2] if id else request.name
        found = Resource(
            urn=urn,
            type=type,
            name=request.name,
            inputs=inputs,
            protected=request.protect,
            parent=request.parent,
            dependencies=frozenset(request.dependencies),
            comes_from={
                key: frozenset(sources.urns)
                for key, sources in request.propertyDependencies.items()
            },
            secrets=frozenset(secrets),
        )
        with self._lock:
            self.found.append(found)
        return wire.RegisterResourceResponse(
            urn=urn, id=(id or f"{request.name}-id") if request.custom else "", object=outputs
        )


def run(program: Path, project: str, stack_name: str, config: Mapping[str, Any]) -> World:
    """Everything that the program declares for one stack, with its exports on the root.

    Raises:
        pulumi.RunError: the program refused its configuration, in its own words.
        ProgramFails: it ended in any other exception.
    """
    text = {key: _as_the_engine_sends(value) for key, value in config.items()}
    monitor = Monitor(text.get("azure-native:subscriptionId", SUBSCRIPTION))
    try:
        # A loop of its own for each run, closed after it: one stack leaves nothing to the next.
        with asyncio.Runner() as runner, shortcuts.taken():
            root = runner.run(_declare(program, monitor, project, stack_name, text))
    except pulumi.RunError:
        raise
    except Exception as error:
        raise ProgramFails(_told(error, program)) from error
    if monitor.transformed or monitor.get_registered_transforms():
        what = min(monitor.transformed, default="everything in the stack")
        raise ProgramFails(
            f"the program transforms {what}, which only the engine does, so what it deploys cannot "
            "be seen here. Fix: write it where the resource is declared; or judge it by pulumi "
            "preview --policy-pack policies alone."
        )
    world = World([root, *monitor.found])
    if len(world.by_urn) < len(world.resources):
        twice = min(
            urn for urn, count in Counter(r.urn for r in world.resources).items() if count > 1
        )
        raise ProgramFails(f"the program declares {twice} twice. Fix: give one another name.")
    return world


async def _declare(
    program: Path, monitor: Monitor, project: str, stack_name: str, config: dict[str, str]
) -> Resource:
    settings.ROOT.set(None)
    settings.SETTINGS.outputs.clear()  # a run that failed left some, of a loop that is closed
    mocks.set_mocks(monitor.mocks, project, stack_name, preview=True, monitor=monitor)
    pulumi.runtime.set_all_config(config)
    try:
        runpy.run_path(str(program), run_name="__main__")
        await _settled()
    finally:
        untyped: Any = settings
        await untyped._shutdown_callbacks()  # a program that transforms resources started them
    root = settings.get_root_resource()
    exports = stack.massage(root.outputs, []) if isinstance(root, stack.Stack) else {}
    secrets: set[str] = set()
    name = f"{project}-{stack_name}"
    return Resource(
        urn=monitor.make_urn("", STACK, name),
        type=STACK,
        name=name,
        inputs=from_struct(await rpc.serialize_properties(exports, {}), secrets),
        secrets=frozenset(secrets),
    )


async def _settled() -> None:
    """Until nothing is under way any more.

    The SDK's own wait looks at everything outstanding each time that one thing is done: a quarter
    of the time of a thousand deployments.
    """
    outstanding = settings._get_rpc_manager()
    while outstanding.rpcs or settings.SETTINGS.outputs:
        while outstanding.rpcs:
            await outstanding.rpcs.pop()
        pending = list(settings.SETTINGS.outputs)
        settings.SETTINGS.outputs.clear()
        await asyncio.gather(*pending)


def _as_the_engine_sends(value: Any) -> str:
    """A configuration value as text: JSON, but for what is text already."""
    value = _as_the_cli_reads(value)
    if isinstance(value, str):
        return value
    return json.dumps(value)


def _as_the_cli_reads(value: Any) -> Any:
    match value:
        case dict():
            return {str(key): _as_the_cli_reads(held) for key, held in value.items()}
        case list():
            return [_as_the_cli_reads(held) for held in value]
        case date():
            return f"{value:%Y-%m-%d} 00:00:00 +0000 UTC"
    return value


def _told(error: BaseException, program: Path) -> str:
    """What went wrong, and the last line of the project's own that it passed through."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [
        frame
        for frame in frames
        if Path(frame.filename).is_relative_to(program.parent)
        and "site-packages" not in frame.filename
    ]
    where = ""
    if ours:
        where = f" at {Path(ours[-1].filename).relative_to(program.parent)}:{ours[-1].lineno}"
    return f"the program fails{where}: {type(error).__name__}: {error}"
