"""A sandbox's state without a network, and a visitor who has been let in."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from sandbox.around import Around
from sandbox.clock import stamp
from sandbox.dataplane.events import INSERT, Event
from sandbox.dataplane.key_values import KeyValue, KeyValues
from sandbox.portal.routes import routes
from tests.sandbox.core import cloud as clouds
from tests.sandbox.core.cloud import ACCOUNT, GROUP, START, Cloud, deployment
from tests.sandbox.core.conftest import token_key as token_key

STORE = f"{GROUP}/providers/Microsoft.AppConfiguration/configurationStores/routes-test"
FLAG: dict[str, Any] = {
    "id": "chat-router",
    "enabled": True,
    "variants": [
        {
            "name": name,
            "configuration_value": {"account": "primary", "deployment": deployment},
        }
        for name, deployment in (("stable", "chat-v3"), ("candidate", "chat-v4"))
    ],
    "allocation": {
        "default_when_enabled": "stable",
        "default_when_disabled": "stable",
        "percentile": [
            {"variant": "stable", "from": 0, "to": 90},
            {"variant": "candidate", "from": 90, "to": 100},
        ],
        "seed": "chat/r-0001",
    },
    "telemetry": {"enabled": True, "metadata": {"rollout": "r-0001", "step": "2"}},
}


@dataclass
class Visitor:
    """A browser, and what it looks at."""

    web: TestClient
    around: Around

    @property
    def here(self) -> str:
        return f"/_portal/{self.around.sessions.place}/"

    def see(self, path: str = "", **query: str) -> str:
        answer = self.web.get(self.here + path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.text


def put(around: Around, id: str, type: str, **body: Any) -> None:
    around.store.put(id, type, {"id": id, "name": id.rpartition("/")[2], "type": type, **body})


def asked(around: Around, name: str, status: int = 200, **more: Any) -> None:
    """One request to a deployment of the account, as the data plane notes it."""
    event = Event(
        at=stamp(around.clock.now()),
        account_lc=ACCOUNT.lower(),
        deployment=name,
        model="gpt-5.4",
        version="2026-03-05",
        operation="ChatCompletions_Create",
        status=status,
        stream=False,
        **more,
    )
    around.store.execute(INSERT, event)


@pytest.fixture
def cloud(tmp_path: Path, token_key: str) -> Iterator[Cloud]:
    """An account with a deployment that is asked, and a route to it."""
    made = clouds.make(tmp_path, token_key).with_account()
    assert made.put(f"{ACCOUNT}/deployments/chat-v3", deployment(10)).status == 201
    put(made.around, STORE, "Microsoft.AppConfiguration/configurationStores", properties={})
    flag = KeyValue(key=".appconfig.featureflag/chat-router", label="test", value=json.dumps(FLAG))
    KeyValues(made.around.store).put(STORE, flag)
    asked(made.around, "chat-v3", prompt_tokens=2000, completion_tokens=500)
    asked(made.around, "chat-v3", 429)
    made.around.journal.append(
        {
            "method": "PUT",
            "id": f"{ACCOUNT}/deployments/chat-v3",
            "status": 409,
            "code": "RequestConflict",
            "principal": "",
            "start": START.isoformat(),
            "end": START.isoformat(),
        }
    )
    yield made
    made.around.store.close()


@pytest.fixture
def stranger(cloud: Cloud) -> Iterator[TestClient]:
    """Somebody without a cookie."""
    app = Starlette(routes=routes(cloud.around))
    with TestClient(app, base_url="http://127.0.0.1") as web:
        yield web


@pytest.fixture
def visitor(cloud: Cloud, stranger: TestClient) -> Visitor:
    ticket = cloud.around.sessions.ticket()
    assert stranger.get("/_portal/", params={"token": ticket}).status_code == 200
    return Visitor(stranger, cloud.around)
