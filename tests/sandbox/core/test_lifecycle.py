"""The process: one a folder, killed at any time, and back with all that it had."""

import json
import os
import socket
import sqlite3
import ssl
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from tests.sandbox.core.cloud import ACCOUNT, ACCOUNT_BODY, GROUP, deployment
from tests.sandbox.running import ROOT, RunningSandbox, sandbox_in, start

LOOPBACK = {"0100007F", "0000000000000000FFFF00000100007F"}
"""127.0.0.1 as the kernel writes it, on IPv4 and on a socket for both."""
CHAT = f"{ACCOUNT}/deployments/chat-v1"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "sandbox"
    made.mkdir()
    return made


def client(sandbox: RunningSandbox) -> httpx.Client:
    """One with the operator's token, in no need of the environment."""
    trust = ssl.create_default_context(cafile=str(sandbox.folder / "ca.pem"))
    asked = httpx.get(
        sandbox.description["identity"],
        params={"resource": sandbox.arm, "api-version": "2019-08-01"},
        headers={"X-IDENTITY-HEADER": sandbox.variables()["IDENTITY_HEADER"]},
        trust_env=False,
    )
    return httpx.Client(
        base_url=sandbox.arm,
        verify=trust,
        trust_env=False,
        headers={"Authorization": f"Bearer {asked.json()['access_token']}"},
        params={"api-version": "2025-06-01"},
    )


def serve(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A start that is expected to fail."""
    return subprocess.run(
        [sys.executable, "-m", "sandbox", "serve", "--dir", str(folder), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_down_and_up_keeps_ports_secrets_trust_and_state(folder: Path) -> None:
    kept: list[Any] = []
    for number in range(2):
        with sandbox_in(folder) as sandbox, client(sandbox) as azure:
            if number == 0:
                azure.put(GROUP, json={"location": "swedencentral"}).raise_for_status()
            assert azure.get(GROUP).status_code == 200
            description = {**sandbox.description, "pid": 0}
            kept.append((description, (folder / "ca.pem").read_text()))
        assert not (folder / "sandbox.json").exists()
    assert kept[0] == kept[1]


def test_a_killed_process_takes_its_operations_up_again(folder: Path) -> None:
    sandbox, process = start(folder)
    try:
        with client(sandbox) as azure:
            azure.put(GROUP, json={"location": "swedencentral"}).raise_for_status()
            azure.put(ACCOUNT, json=ACCOUNT_BODY).raise_for_status()
            sandbox.control("POST", "/profile", {"profile": "azure"})
            sandbox.control("POST", "/clock", {"freeze": True})
            begun = azure.put(CHAT, json=deployment())
            assert begun.status_code == 201
    finally:
        process.kill()
        process.wait()
    with sandbox_in(folder) as again, client(again) as azure:
        operation = begun.headers["Azure-AsyncOperation"]
        assert azure.get(operation).json()["status"] == "InProgress"
        assert azure.put(f"{CHAT}b", json=deployment()).status_code == 409
        again.control("POST", "/clock", {"advance": "2s"})
        assert azure.get(operation).json()["status"] == "Succeeded"
        assert azure.put(f"{CHAT}b", json=deployment()).status_code == 201


def test_a_second_process_on_one_folder_is_refused(folder: Path) -> None:
    with sandbox_in(folder):
        refused = serve(folder)
    assert refused.returncode == 2
    assert "another sandbox runs in" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.mark.parametrize("face", ["arm", "identity", "provider"])
def test_a_taken_port_is_said_in_one_line(folder: Path, taken_port: int, face: str) -> None:
    refused = serve(folder, f"--{face}-port", str(taken_port))
    assert refused.returncode == 2
    assert f"port {taken_port} is taken" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert not (folder / "sandbox.json").exists()


def test_a_database_of_another_version_is_not_touched(folder: Path) -> None:
    with sqlite3.connect(folder / "state.db") as database:
        database.execute("PRAGMA user_version=99")
    database.close()
    refused = serve(folder)
    assert refused.returncode == 2
    assert "another version of the sandbox (99" in refused.stderr
    assert "Fix: delete it" in refused.stderr


def test_a_file_that_is_no_database_is_named(folder: Path) -> None:
    (folder / "state.db").write_bytes(b"not a database" * 100)
    refused = serve(folder)
    assert (refused.returncode, "does not open" in refused.stderr) == (2, True)


def test_what_holds_secrets_is_for_this_user_only(folder: Path) -> None:
    with sandbox_in(folder):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        loose = [
            each.name
            for each in folder.iterdir()
            if each.name != "log.txt" and stat.S_IMODE(each.stat().st_mode) & 0o077
        ]
        assert loose == []


def test_it_listens_on_the_loopback_only_and_for_its_own_name(folder: Path) -> None:
    with sandbox_in(folder) as sandbox, client(sandbox) as azure:
        foreign = azure.get("/subscriptions", headers={"Host": "evil.example:443"})
        assert foreign.status_code == 421
        assert addresses(sandbox.description["pid"]) <= LOOPBACK


def addresses(pid: int) -> set[str]:
    """The addresses, in hex, on which a process listens."""
    sockets = set()
    for each in Path(f"/proc/{pid}/fd").iterdir():
        target = os.readlink(each)
        if target.startswith("socket:["):
            sockets.add(target[8:-1])
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            parts = line.split()
            if parts[3] == "0A" and parts[9] in sockets:
                found.add(parts[1].partition(":")[0])
    return found


def test_the_control_api_wants_its_secret_and_says_what_is_wrong(folder: Path) -> None:
    with sandbox_in(folder) as sandbox, client(sandbox) as azure:
        assert azure.get("/_plumb/health").status_code == 403
        secret = {"X-Plumb-Secret": sandbox.description["control_secret"]}
        wrong = {
            "/clock": {"advance": "soon"},
            "/profile": {"profile": "slow"},
            "/faults": {"x": 1},
        }
        for path, body in wrong.items():
            answer = azure.post(f"/_plumb{path}", json=body, headers=secret)
            assert answer.status_code == 400, path
            assert json.loads(answer.text)["error"]
