"""Pulumi's providers: gRPC says nothing of who calls, so each principal has a port of its own."""

import asyncio
from pathlib import Path
from typing import Any

from pydantic import Field
from starlette.requests import Request

from sandbox.around import Around
from sandbox.control import Order, Wanted, Wrong, body_of
from sandbox.directory import INSIDE_IP, OPERATOR
from sandbox.entra import issuer
from sandbox.provider.registry import Registry
from sandbox.provider.server import ProviderServer

PORTS = "provider_ports"
"""Setting: object id -> the port that this principal's provider had last."""


class ProviderWanted(Wanted):
    who: str = Field(alias="as")


class Providers:
    """One for each principal that pulumi acted as; the operator's is always there."""

    def __init__(self, around: Around, ca_file: Path) -> None:
        self._around = around
        self._ca_file = ca_file
        self._registry = Registry()
        self._open: dict[str, tuple[ProviderServer, int]] = {}

    def start(self, port: int) -> int:
        """Listen for the operator, and for whoever was asked for before; the operator's port.

        Raises:
            OSError: the operator's port is taken.
        """
        own = self._listen(OPERATOR, port)
        for oid, remembered in self._around.settings.get(PORTS, {}).items():
            if self._around.directory.by_oid(oid):
                self._again(oid, remembered)
        return own

    def of(self, oid: str) -> int:
        """A principal's port, opened now if it never was."""
        if oid in self._open:
            return self._open[oid][1]
        port = self._listen(oid, 0)
        self._around.settings.set(PORTS, {**self._around.settings.get(PORTS, {}), oid: port})
        return port

    def stop(self) -> None:
        for server, _ in self._open.values():
            server.stop()

    def _again(self, oid: str, port: int) -> None:
        try:
            self._listen(oid, port)
        except OSError:
            self.of(oid)  # somebody else has it by now: `env` tells the new one

    def _listen(self, oid: str, port: int) -> int:
        server = ProviderServer(
            self._around.settings.arm,
            self._ca_file,
            lambda: self._token(oid),
            port,
            registry=self._registry,
        )
        bound = server.start()
        self._open[oid] = (server, bound)
        return bound

    def _token(self, oid: str) -> str:
        principal = self._around.directory.by_oid(oid)
        if principal is None:
            raise RuntimeError(f"{oid} is gone from the directory")
        return self._around.identity.token(
            principal, self._around.settings.arm, ip=INSIDE_IP, issuer=issuer(self._around)
        )


def orders(around: Around, providers: Providers) -> list[Order]:
    """`POST /_plumb/provider {"as": "cora-app"}` answers the port at which pulumi acts as it."""

    async def provider(request: Request) -> Any:
        wanted = ProviderWanted.model_validate(await body_of(request))
        principal = around.directory.by_name(wanted.who)
        if principal is None:
            raise Wrong(f"there is no principal {wanted.who!r}")
        return {"port": await asyncio.to_thread(providers.of, principal.oid)}

    return [Order(path="/provider", methods=("POST",), handler=provider)]
