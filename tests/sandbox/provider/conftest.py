"""What the provider's tests share: types derived once, a fake ARM, and the provider before it."""

from __future__ import annotations

import base64
import json

import grpc
import pytest
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub

from sandbox.provider.arm_client import ArmClient
from sandbox.provider.registry import Registry
from sandbox.provider.resources import Resources
from sandbox.provider.server import ProviderServer
from tests.sandbox.provider.fake_arm import serving

CLAIMS = {"oid": "who", "appid": "client", "tid": "tenant"}


def token() -> str:
    payload = base64.urlsafe_b64encode(json.dumps(CLAIMS).encode()).decode().rstrip("=")
    return f"header.{payload}.signature"


@pytest.fixture(scope="session")
def registry(tmp_path_factory):
    return Registry(tmp_path_factory.mktemp("types"))


@pytest.fixture
def arm():
    with serving() as fake:
        yield fake


@pytest.fixture
def client(arm, tmp_path):
    made = ArmClient(arm.url, tmp_path / "none.pem", token, second=0)
    yield made
    made.close()


@pytest.fixture
def resources(registry, client):
    return Resources(registry, client)


@pytest.fixture
def provider(arm, registry, tmp_path):
    """The port of a provider that asks the fake."""
    server = ProviderServer(arm.url, tmp_path / "none.pem", token, 0, registry=registry, second=0)
    yield server.start()
    server.stop()


@pytest.fixture
def stub(provider):
    with grpc.insecure_channel(f"127.0.0.1:{provider}") as channel:
        yield ResourceProviderStub(channel)


@pytest.fixture
def patient(arm, registry, tmp_path):
    """A provider that waits as long as it is told to."""
    server = ProviderServer(arm.url, tmp_path / "none.pem", token, 0, registry=registry)
    with grpc.insecure_channel(f"127.0.0.1:{server.start()}") as channel:
        yield ResourceProviderStub(channel)
    server.stop()
