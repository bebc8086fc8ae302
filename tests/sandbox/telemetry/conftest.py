"""A cloud with an account, a workspace and an application's component; the clock stands still."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.identity import DefaultAzureCredential
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.sandbox.core import cloud as clouds
from tests.sandbox.running import RunningSandbox
from tests.sandbox.telemetry.clients import deploy
from tests.sandbox.telemetry.observed import Observed


@pytest.fixture(scope="session")
def token_key() -> str:
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return made.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


@pytest.fixture
def observed(tmp_path: Path, token_key: str) -> Iterator[Observed]:
    made = Observed(clouds.make(tmp_path, token_key).with_account())
    made.prepare()
    yield made
    made.cloud.around.store.close()


@pytest.fixture
def credential(sandbox: RunningSandbox) -> Iterator[DefaultAzureCredential]:
    with DefaultAzureCredential() as made:
        yield made


@pytest.fixture
def deployed(sandbox: RunningSandbox, credential: DefaultAzureCredential) -> RunningSandbox:
    """An account that is logged, and an application's component that takes Entra's tokens only."""
    deploy(sandbox, credential)
    return sandbox
