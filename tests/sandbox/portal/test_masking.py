"""Secrets do not reach the page, whatever they are called and wherever they hide."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.portal.masking import HIDDEN, masked


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "clientSecret",
        "adminPassword",
        "connectionString",
        "ConnectionString",
        "InstrumentationKey",
        "primaryKey",
        "secondary_key",
        "apiKey",
        "api-key",
        "key1",
        "accessToken",
        "sharedKey",
        "storageAccountKey1",
        "keys",
    ],
)
def test_a_secret_is_hidden_by_its_name(name: str) -> None:
    assert masked({"properties": {name: "sesame"}}) == {"properties": {name: HIDDEN}}


@pytest.mark.parametrize(
    "name",
    ["key", "keyName", "keyVaultUri", "tokensPerMinute", "secretRotationDays", "etag", "name"],
)
def test_what_only_sounds_like_a_secret_is_shown(name: str) -> None:
    assert masked({name: "shown"}) == {name: "shown"}


def test_all_beneath_credentials_is_hidden_and_its_shape_is_not() -> None:
    body = {"credentials": {"key": "sesame", "list": ["sesame"], "off": None, "on": True}}
    assert masked(body) == {
        "credentials": {"key": HIDDEN, "list": [HIDDEN], "off": None, "on": True}
    }


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "Endpoint=https://x;AccountKey=sesame==;b=1",
            f"Endpoint=https://x;AccountKey={HIDDEN};b=1",
        ),
        ("InstrumentationKey=sesame;A=b", f"InstrumentationKey={HIDDEN};A=b"),
        ("https://x/y?sv=1&sig=sesame&z=2", f"https://x/y?sv=1&sig={HIDDEN}&z=2"),
        ("Authorization: Bearer sesame", f"Authorization: Bearer {HIDDEN}"),
        ("eyJhbGciOiJSUzI1NiJ9.eyJzdWIi.sesame", HIDDEN),
        ("https://user:sesame@host/x", f"https://{HIDDEN}@host/x"),
    ],
)
def test_a_secret_within_a_text_is_hidden(text: str, shown: str) -> None:
    assert masked({"value": text}) == {"value": shown}


def test_of_a_webhook_only_the_host_is_shown() -> None:
    body = {"serviceUri": "https://hooks.example.com/services/T0/sesame"}
    assert masked(body) == {"serviceUri": f"https://hooks.example.com/{HIDDEN}"}


bodies = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(bodies, st.text("abc", min_size=3))
def test_a_known_secret_is_nowhere_in_what_is_shown(body: Any, secret: str) -> None:
    hidden = masked({"a": [f"x{secret}y", body]}, {secret})
    assert secret not in json.dumps(list(values(hidden)))


@given(bodies)
def test_masking_twice_is_masking_once(body: Any) -> None:
    assert masked(masked(body)) == masked(body)


def values(body: Any) -> list[Any]:
    if isinstance(body, dict):
        return [each for value in body.values() for each in values(value)]
    if isinstance(body, list):
        return [each for value in body for each in values(value)]
    return [body]
