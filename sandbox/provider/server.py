"""The provider's listener: gRPC on the loopback, in the sandbox's process."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
from pulumi.runtime.proto.provider_pb2_grpc import add_ResourceProviderServicer_to_server

from sandbox.provider.arm_client import ArmClient
from sandbox.provider.registry import Registry
from sandbox.provider.resources import Resources
from sandbox.provider.servicer import Servicer

_LOOPBACK = "127.0.0.1"
# A write waits in its thread until ARM is done: enough for the widest stack the engine runs.
_THREADS = 128
_GRACE_SECONDS = 2.0
_OPTIONS = (
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.so_reuseport", 0),
)


class ProviderServer:
    """The stand-in, listening."""

    def __init__(
        self,
        arm: str,
        ca_file: Path,
        token: Callable[[], str],
        port: int,
        *,
        registry: Registry | None = None,
        second: float = 1.0,
    ) -> None:
        """`arm` is the sandbox's address, `port` 0 any free one; `second` is shorter in tests."""
        self._port = port
        self._registry = registry or Registry()
        self._arm = ArmClient(arm, ca_file, token, second=second)
        self._servicer = Servicer(Resources(self._registry, self._arm))
        self._server: grpc.Server | None = None

    def start(self) -> int:
        """Listens; the port.

        Raises:
            OSError: the port is taken.
        """
        _require_free(self._port)
        server = grpc.server(
            ThreadPoolExecutor(_THREADS, thread_name_prefix="provider"), options=_OPTIONS
        )
        add_ResourceProviderServicer_to_server(self._servicer, server)
        bound = server.add_insecure_port(f"{_LOOPBACK}:{self._port}")
        server.start()
        self._server = server
        threading.Thread(target=self._registry.warm, name="provider-types", daemon=True).start()
        return bound

    def stop(self) -> None:
        """Ends what is under way, and the listener."""
        self._servicer.sessions.end_all()
        if self._server:
            self._server.stop(_GRACE_SECONDS).wait()
        self._arm.close()


def _require_free(port: int) -> None:
    # gRPC would write a line of its own about it on stderr.
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_LOOPBACK, port))
        except OSError:
            raise OSError(f"port {port} of the provider is taken") from None
