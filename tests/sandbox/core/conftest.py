"""A cloud for each test, in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.sandbox.core import cloud as clouds
from tests.sandbox.core.cloud import Cloud


@pytest.fixture(scope="session")
def token_key() -> str:
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return made.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


@pytest.fixture
def empty(tmp_path: Path, token_key: str) -> Iterator[Cloud]:
    """Nothing but the operator's role."""
    made = clouds.make(tmp_path, token_key)
    yield made
    made.around.store.close()


@pytest.fixture
def cloud(empty: Cloud) -> Cloud:
    """A group with one account."""
    return empty.with_account()
