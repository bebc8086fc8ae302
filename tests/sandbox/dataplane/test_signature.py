import base64
import hashlib
import hmac

import pytest

from sandbox.dataplane.signature import Signature, is_valid, signature

SECRET = base64.b64encode(b"a secret of a test").decode()
PATH = "/kv/x?api-version=2026-04-01"
BODY = b'{"value":"hello"}'
NAMES = ("x-ms-date", "host", "x-ms-content-sha256")
HEADERS = {
    "x-ms-date": "Nov, 21 2026 09:00:00.000000 GMT",
    "host": "127.0.0.1:8443",
    "x-ms-content-sha256": base64.b64encode(hashlib.sha256(BODY).digest()).decode(),
}


def made(*names):
    values = ";".join(HEADERS[name] for name in names)
    told = f"PUT\n{PATH}\n{values}".encode()
    mac = hmac.digest(base64.b64decode(SECRET), told, "sha256")
    return Signature("id", names, base64.b64encode(mac).decode())


def test_a_signature_holds_for_what_was_signed():
    assert is_valid(made(*NAMES), SECRET, "PUT", PATH, HEADERS, BODY)


@pytest.mark.parametrize(
    "change",
    [
        {"method": "DELETE"},
        {"path_and_query": "/kv/y?api-version=2026-04-01"},
        {"body": b'{"value":"goodbye"}'},
        {"headers": {**HEADERS, "host": "elsewhere"}},
        {"secret": "no base64!"},
        {"signed": made("x-ms-date", "host")},
    ],
)
def test_a_signature_holds_for_nothing_else(change):
    right = {
        "signed": made(*NAMES),
        "secret": SECRET,
        "method": "PUT",
        "path_and_query": PATH,
        "headers": HEADERS,
        "body": BODY,
    }
    assert not is_valid(**{**right, **change})


def test_a_header_says_whose_key_signed_what():
    header = "HMAC-SHA256 Credential=abc&SignedHeaders=x-ms-date;Host&Signature=Zm9v=="
    assert signature(header) == Signature("abc", ("x-ms-date", "host"), "Zm9v==")
    assert signature("Bearer x") is None
