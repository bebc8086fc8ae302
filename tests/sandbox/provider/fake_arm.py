"""An ARM of one page: it stores what is PUT, and answers what a test tells it to."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SUBSCRIPTION = "00000000-0000-4000-8000-000000000001"

Body = dict[str, Any]


@dataclass(frozen=True)
class Told:
    """One answer that a test wants: the body may hold `{arm}` for the server's address."""

    status: int
    body: Body = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    stores: bool = False
    """Whether the write happens all the same."""


class FakeArm:
    """Resources by id, whatever its case."""

    def __init__(self) -> None:
        self.url = ""
        self.stored: dict[str, Body] = {}
        self.asked: list[tuple[str, str]] = []
        self.written: list[Body] = []
        self.authorizations: list[str] = []
        self._told: list[tuple[str, re.Pattern[str], list[Told]]] = []
        self._lock = threading.Condition()

    def tell(self, method: str, path: str, *answers: Told) -> None:
        """What to answer to the next requests for a path, one after the other."""
        self._told.append((method, re.compile(path), list(answers)))

    def wait_for(self, method: str) -> None:
        """Returns once such a request has come."""
        with self._lock:
            self._lock.wait_for(lambda: any(each == method for each, _ in self.asked), timeout=10)

    def wait_for_more(self, than: int) -> None:
        """Returns once more than this many requests have come; fails if they do not."""
        with self._lock:
            assert self._lock.wait_for(lambda: len(self.asked) > than, timeout=5)

    def answer(self, method: str, path: str, body: Body) -> Told:
        with self._lock:
            self.asked.append((method, path))
            self._lock.notify_all()
            for told, pattern, answers in self._told:
                if told == method and pattern.search(path) and answers:
                    answer = answers.pop(0)
                    if answer.stores:
                        self._write(path, body)
                    return answer
            return getattr(self, f"_{method.lower()}")(path, body)

    def _get(self, path: str, _body: Body) -> Told:
        if path == "/subscriptions":
            return Told(200, {"value": [{"subscriptionId": SUBSCRIPTION}]})
        found = self.stored.get(path.lower())
        missing = {"error": {"code": "ResourceNotFound", "message": f"no {path}"}}
        return Told(200, found) if found else Told(404, missing)

    def _put(self, path: str, body: Body) -> Told:
        return Told(200, self._write(path, body))

    def _post(self, path: str, _body: Body) -> Told:
        return Told(200, {"key1": "one", "key2": "two"})

    def _delete(self, path: str, _body: Body) -> Told:
        gone = [id for id in self.stored if id == path.lower() or id.startswith(f"{path.lower()}/")]
        for id in gone:
            del self.stored[id]
        return Told(200 if gone else 204)

    def _write(self, path: str, body: Body) -> Body:
        self.written.append(body)
        types = path.rpartition("/providers/")[2].split("/")
        made = body | {
            "id": path,
            "name": path.rpartition("/")[2],
            "type": "/".join([types[0], *types[1::2]]),
            "properties": {"provisioningState": "Succeeded"} | body.get("properties", {}),
        }
        self.stored[path.lower()] = made
        return made


@contextmanager
def serving() -> Iterator[FakeArm]:
    """A fake on a free port."""
    arm = FakeArm()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 16  # headers and body in one packet, or each answer takes 40 ms

        def log_message(self, *_: object) -> None:
            pass

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"{}")
            arm.authorizations.append(self.headers.get("Authorization", ""))
            answer = arm.answer(self.command, self.path.partition("?")[0], body)
            content = json.dumps(answer.body).encode()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value.replace("{arm}", arm.url))
            self.send_header("Content-Length", "0" if answer.status == 204 else str(len(content)))
            self.end_headers()
            if answer.status != 204:
                self.wfile.write(content)

        do_GET = do_PUT = do_POST = do_DELETE = _answer

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    arm.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield arm
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
