"""How many chat completions a second one sandbox answers, asked over TLS by another process."""

import asyncio
import json
import os
import ssl
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from bench.row import Row
from components.stack_file import ROOT

CONNECTIONS = 8
WARMING = 400
REQUESTS = 2000
ROUNDS = 5
A_SECOND = 800
P99_MS = 25.0

GROUP = "/resourceGroups/rg-bench"
ACCOUNT = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/bench"
ROLE = f"{ACCOUNT}/providers/Microsoft.Authorization/roleAssignments"
OPENAI_USER = "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd"
ASSIGNMENT = "00000000-0000-4000-8000-00000000be9c"
PATH = "/acct/bench/openai/v1/chat/completions"
QUESTION = {
    "model": "chat",
    "messages": [{"role": "user", "content": "Where is my delivery?"}],
    "max_tokens": 20,
}


@dataclass(frozen=True, kw_only=True)
class Load:
    """What came of asking for as long as it took."""

    a_second: float
    p99_ms: float


class Sandbox:
    """A running sandbox, as its description tells of it."""

    def __init__(self, folder: Path) -> None:
        self.told: dict[str, Any] = json.loads((folder / "sandbox.json").read_text())
        self.context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
        self._web = requests.Session()
        self._web.trust_env = False
        self._web.verify = str(folder / "ca.pem")

    @property
    def port(self) -> int:
        return int(self.told["arm"].rpartition(":")[2])

    def token(self, resource: str, who: str) -> str:
        answer = self._web.get(
            self.told["identity"],
            params={"api-version": "2019-08-01", "resource": resource},
            headers={"X-IDENTITY-HEADER": self.told["principals"][who]["inside_header"]},
        )
        return str(answer.json()["access_token"])

    def put(self, path: str, version: str, body: dict[str, Any]) -> None:
        token = self.token("https://management.azure.com", "operator")
        answer = self._web.put(
            f"{self.told['arm']}/subscriptions/{self.told['subscription_id']}{path}",
            params={"api-version": version},
            json=body,
            headers={"Authorization": f"Bearer {token}"},
        )
        answer.raise_for_status()

    def set(self, **settings: Any) -> None:
        answer = self._web.post(
            f"{self.told['arm']}/_plumb/settings",
            json=settings,
            headers={"X-Plumb-Secret": self.told["control_secret"]},
        )
        answer.raise_for_status()

    def deploy(self) -> None:
        """One account with one chat deployment that cora-app may call, and no limits."""
        place = {"location": "swedencentral"}
        self.put(GROUP, "2024-11-01", place)
        self.put(
            ACCOUNT,
            "2025-06-01",
            {
                **place,
                "kind": "AIServices",
                "sku": {"name": "S0"},
                "properties": {"customSubDomainName": "bench", "disableLocalAuth": True},
            },
        )
        model = {"format": "OpenAI", "name": "gpt-4.1", "version": "2025-04-14"}
        self.put(
            f"{ACCOUNT}/deployments/chat",
            "2025-06-01",
            {"sku": {"name": "GlobalStandard", "capacity": 10}, "properties": {"model": model}},
        )
        definition = f"/providers/Microsoft.Authorization/roleDefinitions/{OPENAI_USER}"
        self.put(
            f"{ROLE}/{ASSIGNMENT}",
            "2022-04-01",
            {
                "properties": {
                    "principalId": self.told["principals"]["cora-app"]["oid"],
                    "principalType": "ServicePrincipal",
                    "roleDefinitionId": (
                        f"/subscriptions/{self.told['subscription_id']}{definition}"
                    ),
                }
            },
        )
        self.set(rate_limits=False)


@contextmanager
def sandbox(folder: Path) -> Iterator[Sandbox]:
    """A process of its own, on one core where the system lets us say so."""
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "sandbox", "serve", "--dir", str(folder)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        while not (folder / "sandbox.json").exists():
            if process.poll() is not None:
                raise SystemExit("the sandbox does not come up")
            time.sleep(0.02)
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(process.pid, {min(os.sched_getaffinity(0))})
        running = Sandbox(folder)
        running.deploy()
        yield running
    finally:
        process.terminate()
        process.wait()


def request(running: Sandbox, body: dict[str, Any]) -> bytes:
    content = json.dumps(body).encode()
    token = running.token("https://cognitiveservices.azure.com", "cora-app")
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{running.port}\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


async def ask(running: Sandbox, told: bytes, count: int) -> list[float]:
    """So many requests over one connection, one after the other; seconds of each."""
    reader, writer = await asyncio.open_connection("127.0.0.1", running.port, ssl=running.context)
    took = []
    for _ in range(count):
        began = time.perf_counter()
        writer.write(told)
        await answer(reader)
        took.append(time.perf_counter() - began)
    writer.close()
    return took


async def answer(reader: asyncio.StreamReader) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if not head.startswith(b"http/1.1 200"):
        raise SystemExit(f"the sandbox answered {head.decode()}")
    if b"content-length:" in head:
        length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
        return
    while size := int(await reader.readuntil(b"\r\n"), 16):
        await reader.readexactly(size + 2)
    await reader.readexactly(2)


async def load(running: Sandbox, body: dict[str, Any]) -> Load:
    """Medians of some rounds: another process may take the core for a moment."""
    told = request(running, body)

    async def all_ask(count: int) -> list[float]:
        each = count // CONNECTIONS
        took = await asyncio.gather(*(ask(running, told, each) for _ in range(CONNECTIONS)))
        return sorted(seconds for some in took for seconds in some)

    await all_ask(WARMING)
    a_second, p99 = [], []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        took = await all_ask(REQUESTS)
        a_second.append(len(took) / (time.perf_counter() - began))
        p99.append(1000 * took[int(0.99 * len(took))])
    return Load(a_second=statistics.median(a_second), p99_ms=statistics.median(p99))


def rows(folder: Path) -> Iterator[Row]:
    """Whole answers and streamed ones."""
    with sandbox(folder) as running:
        for what, more in (("", {}), (", streamed", {"stream": True})):
            found = asyncio.run(load(running, {**QUESTION, **more}))
            yield Row(
                what=f"small chat completions{what}, one process on one core, "
                f"{CONNECTIONS} connections",
                figure=f"{found.a_second:,.0f} a second, p99 {found.p99_ms:.1f} ms",
                budget=f"{A_SECOND} a second, p99 {P99_MS:.0f} ms",
                kept=found.a_second >= A_SECOND and found.p99_ms < P99_MS,
            )
