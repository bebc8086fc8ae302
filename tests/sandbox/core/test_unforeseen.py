"""What no part of the sandbox expected: answered in the caller's form, and found in the log."""

import asyncio
import sqlite3
from contextlib import closing

import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route, Router
from starlette.testclient import TestClient

from sandbox.lifecycle import repeated
from sandbox.unforeseen import Unforeseen

SECRET = "?ticket=s3cret"
METHODS = ["GET", "PUT"]


async def wrong(request: Request) -> Response:
    raise RuntimeError("nobody thought of this")


async def gone(request: Request) -> Response:
    raise ClientDisconnect


async def misspelled(request: Request) -> Response:
    sqlite3.connect(":memory:").execute("SELECT nothing")
    raise AssertionError


async def full(request: Request) -> Response:
    database = sqlite3.connect(":memory:")
    database.execute("PRAGMA max_page_count=1")
    database.execute("CREATE TABLE a (b)")
    raise AssertionError


async def busy(request: Request) -> Response:
    with closing(sqlite3.connect(request.headers["x-file"])) as one:
        one.execute("BEGIN EXCLUSIVE")
        with closing(sqlite3.connect(request.headers["x-file"], timeout=0)) as other:
            other.execute("CREATE TABLE a (b)")
    raise AssertionError


async def broken_off(request: Request) -> Response:
    async def parts():
        yield b"so far so good"
        raise RuntimeError("and then no more")

    return StreamingResponse(parts())


@pytest.fixture
def asked(tmp_path):
    """Ask whatever stands at the end of a path, on any face."""
    ways = {each.__name__: each for each in (wrong, gone, misspelled, full, busy, broken_off)}

    async def answer(request: Request) -> Response:
        return await ways[request.headers["x-way"]](request)

    app = Unforeseen(Router([Route("/{path:path}", answer, methods=METHODS)]))
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield lambda way, path="/appconfig/st/kv/a": client.put(
            path + SECRET, headers={"x-way": way.__name__, "x-file": str(tmp_path / "a.db")}
        )


@pytest.mark.parametrize("way", [wrong, misspelled])
def test_a_mistake_of_ours_is_a_500_that_the_log_explains_by_its_request(asked, caplog, way):
    answer = asked(way)
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "InternalServerError"
    assert "PUT /appconfig/st/kv/a" in caplog.text
    assert "Traceback" in caplog.text
    assert "s3cret" not in caplog.text


def test_a_full_disk_is_a_503_that_clients_try_again(asked, caplog):
    answer = asked(full)
    assert answer.status_code == 503
    assert "Make room on its disk" in answer.json()["error"]["message"]
    assert "Traceback" not in caplog.text


def test_a_file_that_another_program_holds_is_said_as_that(asked):
    answer = asked(busy)
    assert answer.status_code == 503
    assert "Close what else has its state.db open" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/subscriptions/1/resourcegroups/a", ("error", "message")),
        ("/acct/a/openai/files", ("error", "message")),
        ("/_plumb/faults", ("error",)),
        ("/msi/token", ("error_description",)),
        ("/metadata/identity/oauth2/token", ("error_description",)),
    ],
)
def test_each_face_says_it_in_its_own_form(asked, path, place):
    said = asked(full, path).json()
    for key in place:
        said = said[key]
    assert "Make room on its disk" in said


def test_an_answer_that_breaks_off_is_in_the_log_as_well(asked, caplog):
    assert asked(broken_off).content == b"so far so good"
    assert "PUT /appconfig/st/kv/a" in caplog.text
    assert "and then no more" in caplog.text


def test_a_caller_who_hangs_up_is_no_mistake(asked, caplog):
    asked(gone)
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (KeyError("nobody thought of this"), "KeyError"),
        (OSError(28, "No space left on device"), "No space left on device"),
    ],
)
def test_what_is_done_every_so_often_goes_on_after_a_mistake(caplog, error, said):
    async def run() -> int:
        times, enough = 0, asyncio.Event()

        async def fails() -> None:
            nonlocal times
            times += 1
            if times == 3:
                enough.set()
            raise error

        task = asyncio.create_task(repeated(0, "the alerts", fails))
        await enough.wait()
        task.cancel()
        await task
        return times

    assert asyncio.run(run()) >= 3
    assert "the alerts" in caplog.text
    assert said in caplog.text
