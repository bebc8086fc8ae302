"""Runs Python programs and policy packs for the engine.

The official host is a Go module that the module proxy does not serve; this one takes its place
beside an engine that was built here.
"""

import errno
import json
import os
import queue
import select
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto import language_pb2 as wire
from pulumi.runtime.proto.language_pb2_grpc import (
    LanguageRuntimeServicer,
    add_LanguageRuntimeServicer_to_server,
)
from pulumi.runtime.proto.plugin_pb2 import PackageDependency, PluginDependency, PluginInfo

from sandbox.engine.cache import VERSION
from sandbox.engine.children import Child, Children
from sandbox.engine.environment import Environment, Unusable, environment

MESSAGE_WAS_SHOWN = 32
"""Exit code of Pulumi's executor: the person has read already what went wrong."""

TOO_LONG = (
    "the stack's configuration is too long: Pulumi hands it on as one text, for which Linux has "
    "128 KiB. Fix: several stacks, or fewer words a deployment"
)

UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


class LanguageHost(LanguageRuntimeServicer):
    """pulumirpc.LanguageRuntime for Python."""

    def __init__(self, engine: str, executor: str, children: Children) -> None:
        self._engine = engine
        self._executor = executor
        self._children = children

    def Handshake(
        self, request: wire.LanguageHandshakeRequest, context: grpc.ServicerContext
    ) -> wire.LanguageHandshakeResponse:
        return wire.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Empty, context: grpc.ServicerContext) -> PluginInfo:
        return PluginInfo(version=VERSION)

    def About(
        self, request: wire.AboutRequest, context: grpc.ServicerContext
    ) -> wire.AboutResponse:
        found = usable(request.info, context)
        return wire.AboutResponse(
            executable=str(found.python),
            version=found.python_version(),
            metadata={"host": "plumbline"},
        )

    def GetRequiredPackages(
        self, request: wire.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> wire.GetRequiredPackagesResponse:
        return wire.GetRequiredPackagesResponse(
            packages=[
                PackageDependency(
                    name=each.name, kind="resource", version=each.version, server=each.server
                )
                for each in usable(request.info, context).plugins()
            ]
        )

    def GetRequiredPlugins(
        self, request: wire.GetRequiredPluginsRequest, context: grpc.ServicerContext
    ) -> wire.GetRequiredPluginsResponse:
        return wire.GetRequiredPluginsResponse(
            plugins=[
                PluginDependency(
                    name=each.name, kind="resource", version=each.version, server=each.server
                )
                for each in usable(request.info, context).plugins()
            ]
        )

    def GetProgramDependencies(
        self, request: wire.GetProgramDependenciesRequest, context: grpc.ServicerContext
    ) -> wire.GetProgramDependenciesResponse:
        found = usable(request.info, context)
        return wire.GetProgramDependenciesResponse(
            dependencies=[
                wire.DependencyInfo(name=name, version=version)
                for name, version in found.dependencies(transitive=request.transitiveDependencies)
            ]
        )

    def RuntimeOptionsPrompts(
        self, request: wire.RuntimeOptionsRequest, context: grpc.ServicerContext
    ) -> wire.RuntimeOptionsResponse:
        return wire.RuntimeOptionsResponse()

    def Run(self, request: wire.RunRequest, context: grpc.ServicerContext) -> wire.RunResponse:
        """Runs a program to its end; what it prints goes straight to the engine."""
        found = usable(request.info, context)
        program = os.path.join(request.info.program_directory, request.info.entry_point or ".")
        argv = [
            *(str(found.python), "-u", self._executor),
            *("--monitor", request.monitor_address, "--engine", self._engine),
            *("--project", request.project, "--stack", request.stack),
            *("--root_directory", request.info.root_directory, "--pwd", request.pwd),
            *("--dry_run", "true" if request.dryRun else "false"),
            *("--parallel", str(request.parallel), "--organization", request.organization),
            *(os.path.normpath(program), *request.args),
        ]
        # Not in argv, which every process of the machine may read.
        config = {
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
        }
        child = self._start(
            context, argv, cwd=request.pwd, env=found.activated(os.environ) | config
        )
        exit_code = child.exit_code.result()
        if exit_code == 0:
            return wire.RunResponse()
        if exit_code == MESSAGE_WAS_SHOWN or child.was_ended:
            return wire.RunResponse(bail=True)
        if exit_code < 0:
            return wire.RunResponse(error=f"Program was ended by {signal_name(-exit_code)}")
        return wire.RunResponse(error=f"Program exited with non-zero exit code: {exit_code}")

    def RunPlugin(
        self, request: wire.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[wire.RunPluginResponse]:
        """Runs a policy pack, or a provider written in Python, and passes on what it prints."""
        found = usable(request.info, context)
        program = request.info.program_directory
        what = (
            ["-m", "pulumi.policy", *request.args, program]
            if request.kind == "analyzer"
            else [program, *request.args]
        )
        asked = dict(variable.split("=", 1) for variable in request.env if "=" in variable)
        child = self._start(
            context,
            [str(found.python), "-u", *what],
            cwd=request.pwd,
            env=found.activated({**os.environ, **asked}),
            output=subprocess.PIPE,
        )
        yield from output(child)
        yield wire.RunPluginResponse(exitcode=child.exit_code.result())

    def InstallDependencies(
        self, request: wire.InstallDependenciesRequest, context: grpc.ServicerContext
    ) -> Iterator[wire.InstallDependenciesResponse]:
        """`pulumi install`: the virtual environment, then requirements.txt."""
        folder = request.info.program_directory or request.directory
        for argv in installation(Path(folder), MessageToDict(request.info.options)):
            child = self._start(context, argv, cwd=folder, env=os.environ, output=subprocess.PIPE)
            for said in output(child):
                yield wire.InstallDependenciesResponse(stdout=said.stdout, stderr=said.stderr)
            if child.exit_code.result():
                context.abort(grpc.StatusCode.INTERNAL, f"`{' '.join(argv)}` failed")

    def Cancel(self, request: Empty, context: grpc.ServicerContext) -> Empty:
        self._children.end_all()
        return Empty()

    def _start(
        self,
        context: grpc.ServicerContext,
        argv: Sequence[str],
        *,
        cwd: str,
        env: Mapping[str, str],
        output: int | None = None,
    ) -> Child:
        """A child that ends with the call it was started for, whoever ends that."""
        try:
            child = self._children.start(argv, cwd=cwd, env=env, output=output)
        except OSError as error:
            if error.errno != errno.E2BIG:
                raise
            context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, TOO_LONG)
        if not context.add_callback(lambda: self._children.end(child)):
            self._children.end(child)
        return child


def output(child: Child) -> Iterator[wire.RunPluginResponse]:
    """Both streams of a child as they come, until both are closed."""
    said: queue.Queue[wire.RunPluginResponse | None] = queue.Queue()

    def forward(stream: IO[bytes], tell: Callable[[bytes], wire.RunPluginResponse]) -> None:
        with stream:
            while block := os.read(stream.fileno(), 65536):
                said.put(tell(block))
        said.put(None)

    assert child.process.stdout and child.process.stderr
    streams = (
        (child.process.stdout, lambda block: wire.RunPluginResponse(stdout=block)),
        (child.process.stderr, lambda block: wire.RunPluginResponse(stderr=block)),
    )
    for stream, tell in streams:
        threading.Thread(target=forward, args=(stream, tell), daemon=True).start()
    for _ in streams:
        yield from iter(said.get, None)


def usable(info: wire.ProgramInfo, context: grpc.ServicerContext) -> Environment:
    """The environment of a program; ends the call with what to do where there is none."""
    try:
        return environment(Path(info.root_directory), MessageToDict(info.options))
    except Unusable as error:
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
        raise


def installation(folder: Path, options: dict[str, object]) -> Iterator[list[str]]:
    named = options.get("virtualenv")
    python = os.path.normpath(folder / str(named) / "bin/python") if named else sys.executable
    if not Path(python).exists():
        base = shutil.which("python3") or sys.executable
        yield [base, "-m", "venv", str(Path(python).parent.parent)]
    requirements = folder / "requirements.txt"
    if requirements.exists():
        yield [python, "-m", "pip", "install", "-r", str(requirements)]


def signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def serve_until_the_engine_leaves(executor: str, engine: str) -> None:
    """Prints the port, then serves. The engine holds the other end of standard input, so that it
    closes with the engine, kill -9 included."""
    children = Children()
    # A thread for each call: a program and its packs keep theirs until they end.
    server = grpc.server(ThreadPoolExecutor(max_workers=64), options=UNLIMITED)
    add_LanguageRuntimeServicer_to_server(LanguageHost(engine, executor, children), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()

    def leave(*_: object) -> None:
        children.end_all()
        # Not sys.exit: it would wait for the threads of calls that nobody listens to any more.
        os._exit(0)

    # A signal that meets another thread, or the moment before a read, does not end that read.
    signalled, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, leave)
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    engine_end = sys.stdin.fileno()
    while True:
        ready, _, _ = select.select([engine_end, signalled], [], [])
        if signalled in ready or not os.read(engine_end, 4096):
            leave()
