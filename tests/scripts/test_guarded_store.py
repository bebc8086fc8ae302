"""What really goes over the wire when a guarded store writes."""

import io
import json
from datetime import UTC, datetime

import pytest
import requests
import urllib3
from azure.appconfiguration import AzureAppConfigurationClient
from azure.core.credentials import AccessToken
from azure.core.pipeline.transport import RequestsTransport
from requests.adapters import BaseAdapter, HTTPAdapter

from scripts.guarded_store import LIMITS, GuardedStore, NotReached

KEY, DATE = "plumb:lock/primary", "Sat, 21 Nov 2026 20:00:00 GMT"
BODY = json.dumps({"key": KEY, "label": "prod", "value": "mine", "etag": "new"}).encode()


class Wire(BaseAdapter):
    """Keeps what is asked, and answers one thing."""

    def __init__(self):
        super().__init__()
        self.asked = []
        self.status = 200

    def send(self, request, **_):
        self.asked.append(request)
        if not self.status:
            raise requests.ConnectionError("refused")
        headers = {"Date": DATE, "Content-Type": "application/vnd.microsoft.appconfig.kv+json"}
        body = io.BytesIO(BODY)
        raw = urllib3.HTTPResponse(
            body=body, headers=headers, status=self.status, preload_content=False
        )
        return HTTPAdapter().build_response(request, raw)

    def close(self): ...


@pytest.fixture
def wire():
    return Wire()


@pytest.fixture
def store(wire):
    class Credential:
        def get_token(self, *scopes, **_):
            return AccessToken("t", 4_000_000_000)

    session = requests.Session()
    session.mount("https://", wire)
    transport = RequestsTransport(session=session, session_owner=False)
    client = AzureAppConfigurationClient(
        "https://routes.azconfig.io", Credential(), transport=transport, **LIMITS
    )
    return GuardedStore(client, "prod")


@pytest.mark.parametrize(
    ("write", "guard"),
    [
        (lambda store: store.add(KEY, "mine"), ("If-None-Match", "*")),
        (lambda store: store.replace(KEY, "mine", "old"), ("If-Match", '"old"')),
        (lambda store: store.remove(KEY, "old"), ("If-Match", '"old"')),
    ],
)
def test_every_write_says_what_must_be_there(store, wire, write, guard):
    told = write(store)
    (request,) = wire.asked
    assert (request.headers.get(guard[0]), "label=prod" in request.url) == (guard[1], True)
    assert (told.entry.etag, told.at) == ("new", datetime(2026, 11, 21, 20, tzinfo=UTC))


@pytest.mark.parametrize("etag", ["", None, "*"])
def test_a_write_over_whatever_is_there_is_not_possible(store, wire, etag):
    for write in (lambda: store.replace(KEY, "mine", etag), lambda: store.remove(KEY, etag)):
        with pytest.raises(ValueError, match="names the entry's own etag"):
            write()
    assert wire.asked == []


def test_what_was_not_as_it_had_to_be_is_told_with_the_stores_time(store, wire):
    wire.status = 412
    for told in (store.add(KEY, "mine"), store.replace(KEY, "mine", "old"), store.remove(KEY, "x")):
        assert (told.entry, told.at.hour) == (None, 20)
    wire.status = 404
    assert store.read(KEY).entry is None


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (403, r"refuses \(403\). Fix: the role App Configuration Data Owner"),
        (503, "answers 503"),
        (429, "answers 429"),
        (0, "is not reached: refused"),
    ],
)
def test_what_does_not_answer_is_said_in_a_sentence_and_asked_once(store, wire, status, says):
    wire.status = status
    with pytest.raises(NotReached, match=says):
        store.replace(KEY, "mine", "old")
    assert len(wire.asked) == 1
