"""ARM without a network: requests go straight to the router, the clock stands still."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sandbox import seed
from sandbox.arm import frame, router
from sandbox.arm.kind import Answer
from sandbox.around import Around, Settings
from sandbox.clock import Clock
from sandbox.directory import (
    INSIDE_IP,
    OPERATOR,
    SUBSCRIPTION_ID,
    Directory,
)
from sandbox.faults import Failure
from sandbox.identity import KEY_SETTING, Identity
from sandbox.store import Store

START = datetime(2026, 11, 21, 12, tzinfo=UTC)
ARM = "https://127.0.0.1:1"
SUBSCRIPTION = f"/subscriptions/{SUBSCRIPTION_ID}"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg-test"
COGNITIVE = f"{GROUP}/providers/Microsoft.CognitiveServices"
ACCOUNT = f"{COGNITIVE}/accounts/ai-test"
DELETED = (
    f"{SUBSCRIPTION}/providers/Microsoft.CognitiveServices/locations/swedencentral"
    "/resourceGroups/rg-test/deletedAccounts/ai-test"
)

ACCOUNT_BODY: dict[str, Any] = {
    "location": "swedencentral",
    "kind": "AIServices",
    "sku": {"name": "S0"},
    "identity": {"type": "SystemAssigned"},
    "properties": {
        "customSubDomainName": "ai-test",
        "disableLocalAuth": True,
        "allowProjectManagement": True,
    },
}


def deployment(
    capacity: int = 10,
    *,
    model: str = "gpt-5.4",
    version: str = "2026-03-05",
    sku: str = "GlobalStandard",
    **properties: Any,
) -> dict[str, Any]:
    wanted = {"format": "OpenAI", "name": model, "version": version}
    return {
        "sku": {"name": sku, "capacity": capacity},
        "properties": {"model": wanted, **properties},
    }


@dataclass
class Cloud:
    """An empty subscription, and a way to ask it."""

    around: Around
    clock: Clock

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        who: str = OPERATOR,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        failure: Failure | None = None,
    ) -> Answer:
        frame.settle(self.around)
        principal = self.around.directory.by_oid(who)
        assert principal is not None
        token = self.around.identity.token(principal, ARM, ip=INSIDE_IP, issuer="test")
        answer, _ = router.answer(
            self.around,
            method=method,
            path=path,
            query={"api-version": "2025-06-01", **(query or {})},
            headers={"authorization": f"Bearer {token}", **(headers or {})},
            raw=encoded(body),
            failure=failure,
        )
        return answer

    def put(self, path: str, body: Any = None, **more: Any) -> Answer:
        return self.ask("PUT", path, body or {}, **more)

    def get(self, path: str, **more: Any) -> Answer:
        return self.ask("GET", path, **more)

    def delete(self, path: str, **more: Any) -> Answer:
        return self.ask("DELETE", path, **more)

    def with_account(self) -> "Cloud":
        assert self.put(GROUP, {"location": "swedencentral"}).status == 201
        made = self.put(ACCOUNT, ACCOUNT_BODY)
        assert made.status == 201, made.body
        return self

    def pass_time(self, **span: float) -> None:
        self.clock.advance(timedelta(**span))

    def profile(self, name: str) -> None:
        self.around.settings.set("profile", name)


def encoded(body: Any) -> bytes:
    return b"" if body is None else json.dumps(body).encode()


def make(folder: Path, key: str) -> Cloud:
    """A cloud in a folder; the token key is given, since making one takes 100 ms."""
    clock = Clock(lambda: START)
    store = Store(folder / "state.db", clock)
    store.set_setting(KEY_SETTING, key)
    directory = Directory(store)
    around = Around(
        store=store,
        clock=clock,
        identity=Identity(store, directory),
        settings=Settings(store, ARM),
        directory=directory,
    )
    seed.plant(around)
    return Cloud(around, clock)


def code(answer: Answer) -> tuple[int, str]:
    """Status and error code of a refusal."""
    body = answer.body or {}
    return answer.status, body.get("error", {}).get("code", "")
