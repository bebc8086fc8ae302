"""A small cloud without a control plane: what ARM would have stored, and a client of it."""

import io
import time
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
import requests
import urllib3
from azure.appconfiguration import AzureAppConfigurationClient
from azure.core.credentials import AccessToken
from azure.core.pipeline.transport import RequestsTransport
from requests.adapters import BaseAdapter, HTTPAdapter
from starlette.applications import Starlette
from starlette.testclient import TestClient

from sandbox.around import Around, Settings
from sandbox.clock import Clock, stamp
from sandbox.dataplane.events import Events
from sandbox.dataplane.routes import routes
from sandbox.directory import INSIDE_IP, OUTSIDE_IP, SUBSCRIPTION_ID, Directory
from sandbox.identity import Identity
from sandbox.store import Store

GROUP = f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/rg-test"
CS = "Microsoft.CognitiveServices"
ACCOUNT_ID = f"{GROUP}/providers/{CS}/accounts/contoso"
STORE_ID = f"{GROUP}/providers/Microsoft.AppConfiguration/configurationStores/routes"
DATA_OWNER = "5ae67dd6-50cb-40e7-96ff-dc2bfa4b606b"
DATA_READER = "516239f1-63e1-4d78-a4de-a74fb236a071"
OPENAI_USER = "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd"
OPENAI_CONTRIBUTOR = "a001fd3d-188f-4b5d-821b-7da978bf7442"
API_VERSION = "2024-10-21"
START = datetime(2026, 11, 21, 9, tzinfo=UTC)
HELLO: list[Any] = [{"role": "user", "content": "Where is my delivery?"}]


@dataclass
class Cloud:
    around: Around
    now: datetime = START
    tokens: dict[tuple[str, bool, str], str] = field(default_factory=dict)

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def put(self, id: str, type: str, **body: Any) -> None:
        self.around.store.put(id, type, {"id": id, "name": id.rpartition("/")[2], **body})

    def account(self, **properties: Any) -> None:
        self.put(
            ACCOUNT_ID,
            f"{CS}/accounts",
            kind="AIServices",
            location="swedencentral",
            properties={"customSubDomainName": "contoso", "disableLocalAuth": True, **properties},
        )

    def deployment(
        self,
        name: str,
        model: str = "gpt-4.1",
        version: str = "2025-04-14",
        *,
        sku: str = "GlobalStandard",
        capacity: int = 100,
        made: datetime | None = None,
        **properties: Any,
    ) -> None:
        self.put(
            f"{ACCOUNT_ID}/deployments/{name}",
            f"{CS}/accounts/deployments",
            sku={"name": sku, "capacity": capacity},
            systemData={"createdAt": stamp(made)} if made else {},
            properties={
                "model": {"format": "OpenAI", "name": model, "version": version},
                "provisioningState": "Succeeded",
                **properties,
            },
        )

    def allow(self, name: str, role: str, scope: str) -> None:
        principal = self.around.directory.by_name(name)
        assert principal
        id = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}-{role}"
        self.put(
            id,
            "Microsoft.Authorization/roleAssignments",
            properties={
                "principalId": principal.oid,
                "scope": scope,
                "roleDefinitionId": f"/providers/Microsoft.Authorization/roleDefinitions/{role}",
                "createdOn": "2026-11-20T00:00:00Z",
            },
        )

    def token(
        self,
        name: str = "cora-app",
        *,
        inside: bool = True,
        resource: str = "https://cognitiveservices.azure.com",
        lifetime_seconds: int = 3600,
    ) -> str:
        principal = self.around.directory.by_name(name)
        assert principal
        return self.around.identity.token(
            principal,
            resource,
            ip=INSIDE_IP if inside else OUTSIDE_IP,
            issuer="https://127.0.0.1/",
            lifetime_seconds=lifetime_seconds,
        )


@pytest.fixture(scope="session")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    """Made once: an RSA key takes longer than a test."""
    store = Store(tmp_path_factory.mktemp("signer") / "state.db", Clock())
    made = Identity(store, Directory(store))
    store.close()
    return made


@pytest.fixture
def cloud(tmp_path: Path, signer: Identity) -> Iterator[Cloud]:
    """One account with a chat deployment that cora-app may call; the clock stands still."""
    made: list[Cloud] = []
    clock = Clock(lambda: made[0].now if made else START)
    store = Store(tmp_path / "state.db", clock)
    directory = Directory(store)
    settings = Settings(store, "https://127.0.0.1")
    identity = copy(signer)
    identity.directory = directory
    around = Around(
        store=store, clock=clock, identity=identity, settings=settings, directory=directory
    )
    made.append(Cloud(around))
    made[0].account()
    made[0].deployment("chat")
    made[0].allow("cora-app", OPENAI_USER, ACCOUNT_ID)
    yield made[0]
    store.close()


@pytest.fixture
def events(cloud: Cloud) -> Events:
    return Events(cloud.around.store)


@pytest.fixture
def web(cloud: Cloud, events: Events) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=routes(cloud.around, events))) as client:
        yield client
    events.flush()


@pytest.fixture
def client(cloud: Cloud, web: TestClient) -> openai.OpenAI:
    """An application in the virtual network, with a token and the newer path."""
    return openai.OpenAI(
        base_url="http://testserver/acct/contoso/openai/v1/",
        api_key=cloud.token(),
        http_client=web,
        max_retries=0,
    )


@pytest.fixture
def slow(cloud: Cloud) -> Cloud:
    """The same, where things take the time that they take in Azure."""
    cloud.around.settings.set("profile", "azure")
    return cloud


@pytest.fixture(params=["client", "older"])
def tuner(request: pytest.FixtureRequest, cloud: Cloud) -> Any:
    """A client of either style that may fine-tune."""
    cloud.allow("cora-app", OPENAI_CONTRIBUTOR, ACCOUNT_ID)
    return request.getfixturevalue(request.param)


@pytest.fixture
def older(cloud: Cloud, web: TestClient) -> openai.AzureOpenAI:
    """The same application on the path with an api-version."""
    return openai.AzureOpenAI(
        azure_endpoint="http://testserver/acct/contoso/",
        api_version=API_VERSION,
        azure_ad_token_provider=cloud.token,
        http_client=web,
        max_retries=0,
    )


class InProcess(BaseAdapter):
    """Carries what azure-core sends to the application, without a socket between them."""

    def __init__(self, web: TestClient) -> None:
        super().__init__()
        self._web = web

    def send(self, request, *arguments, **options):
        answer = self._web.request(
            request.method, request.url, headers=dict(request.headers), content=request.body or b""
        )
        raw = urllib3.HTTPResponse(
            body=io.BytesIO(answer.content),
            headers=dict(answer.headers),
            status=answer.status_code,
            preload_content=False,
        )
        return HTTPAdapter().build_response(request, raw)

    def close(self) -> None: ...


@dataclass(frozen=True)
class Credential:
    """Tokens of one principal, for whatever scope is asked."""

    cloud: Cloud
    name: str
    inside: bool = True

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        resource = scopes[0].removesuffix("/.default")
        token = self.cloud.token(self.name, inside=self.inside, resource=resource)
        return AccessToken(token, int(time.time()) + 3600)


@pytest.fixture
def transport(web: TestClient) -> RequestsTransport:
    session = requests.Session()
    session.mount("https://", InProcess(web))
    return RequestsTransport(session=session, session_owner=False)


@pytest.fixture
def store_of(
    cloud: Cloud, transport: RequestsTransport
) -> Callable[..., AzureAppConfigurationClient]:
    """A client of the one configuration store, as somebody."""
    cloud.put(STORE_ID, "Microsoft.AppConfiguration/configurationStores", properties={})
    cloud.allow("operator", DATA_OWNER, STORE_ID)
    cloud.allow("cora-app", DATA_READER, STORE_ID)

    def run(name: str = "operator", *, inside: bool = True) -> AzureAppConfigurationClient:
        return AzureAppConfigurationClient(
            "https://testserver/appconfig/routes",
            Credential(cloud, name, inside),
            transport=transport,
            retry_total=0,
        )

    return run


@pytest.fixture
def unhurried(cloud: Cloud, events: Events) -> Iterator[openai.AsyncOpenAI]:
    """An asynchronous application, with a provider of tokens."""
    app = Starlette(routes=routes(cloud.around, events))

    async def token() -> str:
        return cloud.token()

    yield openai.AsyncOpenAI(
        base_url="http://testserver/acct/contoso/openai/v1/",
        api_key=token,
        http_client=httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app)),
        max_retries=0,
    )
    events.flush()
