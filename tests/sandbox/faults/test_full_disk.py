"""A disk without room: said as what it is, survived, and nothing acknowledged is lost."""

import asyncio
import resource
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from sandbox.dataplane.events import Event, Events
from scripts.local.sandbox import NotReached
from tests.sandbox.core.cloud import ACCOUNT, ACCOUNT_BODY, GROUP, deployment
from tests.sandbox.core.test_lifecycle import client
from tests.sandbox.dataplane.conftest import OPENAI_CONTRIBUTOR
from tests.sandbox.faults.conftest import role
from tests.sandbox.running import RunningSandbox, sandbox_in, start

LARGE = {"location": "swedencentral", "tags": {f"tag{n}": "x" * 200 for n in range(15)}}
UNLIMITED = resource.RLIM_INFINITY


def room(process: subprocess.Popen[bytes], bytes: int) -> None:
    """As large as a file of the process may become: beyond it a write fails as on a full disk."""
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (bytes, UNLIMITED))


@pytest.fixture
def crowded(tmp_path: Path) -> Iterator[tuple[RunningSandbox, subprocess.Popen[bytes]]]:
    """A sandbox whose files are as large as they may be."""
    running, process = start(tmp_path)
    try:
        with client(running) as azure:
            azure.put(GROUP, json=LARGE).raise_for_status()
        room(process, max(each.stat().st_size for each in tmp_path.glob("state.db*")))
        yield running, process
    finally:
        process.kill()
        process.wait()


def groups(azure: Any) -> set[str]:
    return {each["name"] for each in azure.get(GROUP.rpartition("/")[0]).json()["value"]}


def test_a_full_disk_is_said_survived_and_costs_nothing_that_was_acknowledged(crowded):
    sandbox, process = crowded
    acknowledged = {"rg-test"}
    with client(sandbox) as azure:
        answers = []
        for number in range(60):
            answers.append(azure.put(f"{GROUP}-{number}", json=LARGE))
            if answers[-1].status_code == 201:
                acknowledged.add(f"rg-test-{number}")
        refused = [each for each in answers if each.status_code != 201]
        assert refused and {each.status_code for each in refused} == {503}
        assert "Make room on its disk" in refused[-1].json()["error"]["message"]
        assert groups(azure) == acknowledged
        assert not sandbox_log(sandbox).count("Traceback")
        room(process, UNLIMITED)
        azure.put(f"{GROUP}-later", json=LARGE).raise_for_status()
    process.kill()
    process.wait()
    with sandbox_in(sandbox.folder) as again, client(again) as azure:
        assert groups(azure) == acknowledged | {"rg-test-later"}


def sandbox_log(sandbox: RunningSandbox) -> str:
    return (sandbox.folder / "log.txt").read_text()


STORE = f"{GROUP}/providers/Microsoft.AppConfiguration/configurationStores/st-test"
DATA_OWNER = "5ae67dd6-50cb-40e7-96ff-dc2bfa4b606b"
CHAT = "/acct/ai-test/openai/v1/chat/completions"
FILES = "/acct/ai-test/openai/v1/files"


def data_client(sandbox: RunningSandbox, audience: str) -> Any:
    """A client of a data plane, with the operator's token for it."""
    made = client(sandbox)
    made.headers["Authorization"] = f"Bearer {token(sandbox, audience).json()['access_token']}"
    return made


def token(sandbox: RunningSandbox, audience: str) -> httpx.Response:
    return httpx.get(
        sandbox.description["identity"],
        params={"resource": audience, "api-version": "2019-08-01"},
        headers={"X-IDENTITY-HEADER": sandbox.variables()["IDENTITY_HEADER"]},
        trust_env=False,
    )


@pytest.fixture
def furnished(tmp_path: Path) -> Iterator[tuple[RunningSandbox, subprocess.Popen[bytes]]]:
    """A sandbox with a store and a model, in which the operator may do everything."""
    running, process = start(tmp_path)
    operator = running.description["principals"]["operator"]["oid"]
    try:
        with client(running) as azure:
            for path, body in (
                (GROUP, LARGE),
                (STORE, {"location": "swedencentral", "sku": {"name": "standard"}}),
                role(STORE, DATA_OWNER, operator),
                (ACCOUNT, ACCOUNT_BODY),
                (f"{ACCOUNT}/deployments/chat", deployment(100)),
                role(ACCOUNT, OPENAI_CONTRIBUTOR, operator),
            ):
                azure.put(path, json=body).raise_for_status()
        yield running, process
    finally:
        process.kill()
        process.wait()


def test_every_face_says_that_the_disk_is_full_and_keeps_what_it_acknowledged(furnished):
    sandbox, process = furnished
    counted = {"plane": "identity", "path": "token", "action": "delay", "seconds": 0}
    acknowledged = {}
    with (
        data_client(sandbox, "https://appconfig.azure.com") as store,
        data_client(sandbox, "https://cognitiveservices.azure.com") as models,
    ):
        sandbox.control("POST", "/faults", {**counted, "times": 1000})
        room(process, max(each.stat().st_size for each in sandbox.folder.glob("state.db*")))
        for number in range(200):
            body = {"value": str(number) * 2000}
            written = store.put(f"/appconfig/st-test/kv/key-{number}", json=body)
            if written.status_code != 200:
                break
            acknowledged[f"key-{number}"] = body["value"]
        uploaded = models.post(
            FILES, files={"file": ("a.jsonl", b"{}" * 40_000)}, data={"purpose": "batch"}
        )
        given = token(sandbox, "https://appconfig.azure.com")
        for refused in (written, uploaded):
            assert refused.status_code == 503
            assert "Make room on its disk" in refused.json()["error"]["message"]
        assert given.status_code == 503
        assert "Make room on its disk" in given.json()["error_description"]
        with pytest.raises(NotReached, match="Make room on its disk"):
            sandbox.control("POST", "/faults", counted)
        said = {"model": "chat", "messages": [{"role": "user", "content": "Hello"}]}
        assert models.post(CHAT, json=said).status_code == 200
        assert kept(store) == acknowledged
        assert not sandbox_log(sandbox).count("Traceback")
    process.kill()
    process.wait()
    with (
        sandbox_in(sandbox.folder) as again,
        data_client(again, "https://appconfig.azure.com") as store,
    ):
        assert kept(store) == acknowledged
        assert store.put("/appconfig/st-test/kv/later", json={"value": "1"}).status_code == 200


def kept(store: Any) -> dict[str, str]:
    found = store.get("/appconfig/st-test/kv").json()["items"]
    return {each["key"]: each["value"] for each in found}


def test_two_sandboxes_side_by_side_know_nothing_of_each_other(tmp_path):
    folders = [tmp_path / name for name in ("one", "two")]
    for each in folders:
        each.mkdir()
    with sandbox_in(folders[0]) as one, sandbox_in(folders[1]) as two:
        with client(one) as azure, client(two) as other:
            for path, body in ((GROUP, LARGE), (ACCOUNT, ACCOUNT_BODY)):
                assert azure.put(path, json=body).status_code == 201
                assert other.put(path, json=body).status_code == 201
            one.control("POST", "/faults", {"target": "arm", "kind": "throttle"})
            one.control("POST", "/clock", {"advance": "48h"})
            assert azure.get(GROUP).status_code == 429
            assert other.get(GROUP).status_code == 200
            assert two.control("GET", "/clock")["now"] < one.control("GET", "/clock")["now"]
            one.control("POST", "/reset", {})
            assert groups(other) == {"rg-test"}
            chat = f"{ACCOUNT}/deployments/chat"
            assert other.put(chat, json=deployment(1)).status_code == 201
        own = {each.name for each in folders[1].iterdir()}
    assert own and {each["oid"] for each in one.description["principals"].values()} == {
        each["oid"] for each in two.description["principals"].values()
    }
    secrets = [
        {each["inside_header"] for each in sandbox.description["principals"].values()}
        for sandbox in (one, two)
    ]
    assert not secrets[0] & secrets[1]


def test_a_store_that_could_not_commit_can_be_written_to_again(empty):
    store = empty.around.store
    store.execute("PRAGMA max_page_count=1")
    with pytest.raises(sqlite3.OperationalError, match="full"), store.transaction():
        for number in range(2000):
            store.put(f"/{number}", "A", {"x": "y" * 1000})
    store.execute("PRAGMA max_page_count=1000000")
    assert store.get("/0") is None
    with store.transaction():
        store.put("/0", "A", {})
    assert store.get("/0")


def test_rows_wait_while_the_disk_is_full_and_are_written_afterwards(empty):
    store = empty.around.store
    events = Events(store)
    store.execute("PRAGMA query_only=1")
    waiting = Event("2026", "a", "chat", "m", "1", "Chat", 200, False)

    async def ask() -> None:
        events.add(waiting)
        events.flush()
        events.add(waiting)
        events.flush()

    asyncio.run(ask())
    store.execute("PRAGMA query_only=0")
    events.flush()
    assert store.execute("SELECT count(*) FROM events")[0][0] == 2
