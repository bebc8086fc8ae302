"""What somebody sends who means harm, or mistypes: refused, and nothing is worse afterwards."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from sandbox import managed_identity, server
from sandbox.directory import CORA_APP, DEVELOPER, INSIDE_IP, OPERATOR, STRANGER
from sandbox.faults import Faults
from tests.sandbox.core.cloud import ARM, GROUP, SUBSCRIPTION, Cloud, code

SECRET = "secret"
GROUPS = f"{SUBSCRIPTION}/resourceGroups"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-test"
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
DEEP = 100_000
ODD = {
    "not-a-number": b'{"location":"swedencentral","tags":{"a":NaN}}',
    "too-large": b'{"location":"swedencentral","tags":{"a":1e999}}',
    "half-a-pair": b'{"location":"swedencentral","tags":{"a":"\\ud800"}}',
    "nested": b'{"location":"swedencentral","tags":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "nested-just-readable": b'{"location":"x","tags":' + b"[" * 800 + b"]" * 800 + b"}",
    "no-utf-8": b'{"location":"\xff"}',
}


@pytest.fixture
def web(cloud: Cloud) -> Iterator[TestClient]:
    """The whole HTTPS listener, without a network."""
    app = server.app(cloud.around, Faults(cloud.around.store), SECRET)
    with TestClient(app, base_url=ARM, headers={"X-Plumb-Secret": SECRET}) as client:
        yield client


@pytest.fixture
def identity(cloud: Cloud) -> Iterator[TestClient]:
    app = managed_identity.app(cloud.around)
    with TestClient(app, base_url="http://127.0.0.1:2") as client:
        yield client


def bearer(cloud: Cloud) -> dict[str, str]:
    principal = cloud.around.directory.by_oid(OPERATOR)
    assert principal is not None
    token = cloud.around.identity.token(principal, ARM, ip=INSIDE_IP, issuer="test")
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("body", ODD.values(), ids=ODD)
def test_a_body_that_no_answer_could_show_is_never_kept(
    cloud: Cloud, web: TestClient, body: bytes
) -> None:
    version, mine = {"api-version": "2024-03-01"}, bearer(cloud)
    answer = web.put(f"{GROUPS}/rg-odd", content=body, params=version, headers=mine)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "InvalidRequestContent")
    listed = web.get(GROUPS, params=version, headers=mine)
    assert [each["name"] for each in listed.json()["value"]] == ["rg-test"]


def test_a_body_that_is_only_deep_is_taken(cloud: Cloud, web: TestClient) -> None:
    deep = b'{"a":' * 50 + b"1" + b"}" * 50
    answer = web.put(
        f"{GROUPS}/rg-deep",
        content=b'{"location":"swedencentral","odd":' + deep + b"}",
        params={"api-version": "2024-03-01"},
        headers=bearer(cloud),
    )
    assert answer.status_code == 201


@pytest.mark.parametrize("token", ["abc", "-5", "1e3", "²"])
def test_a_page_that_nobody_named_is_refused(cloud: Cloud, token: str) -> None:
    assert code(cloud.get(GROUPS, query={"$skiptoken": token})) == (400, "BadRequest")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/clock", b'{"rate": NaN}'),
        ("/clock", b'{"rate": 1e999}'),
        ("/clock", b'{"rate": -1}'),
        ("/clock", b'{"advance": "999999999999999d"}'),
        ("/clock", b'{"advance": "3000000d"}'),
        ("/settings", b'{"page_size": 0}'),
        ("/settings", b'{"page_size": -3}'),
        ("/principals", b'{"name": ""}'),
        ("/principals", b'{"name": "\\ud800"}'),
        ("/principals", b"[" * DEEP),
        ("/faults", b'{"path": "("}'),
        ("/faults", b'{"action": "delay", "seconds": 1e999}'),
    ],
)
def test_no_wish_of_the_control_api_ends_the_sandbox(
    web: TestClient, path: str, body: bytes
) -> None:
    answer = web.post(f"/_plumb{path}", content=body)
    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    assert web.get("/_plumb/health").status_code == 200
    assert web.get("/_plumb/faults").json() == {"value": []}


def test_a_setting_without_a_value_is_what_it_was_before(cloud: Cloud, web: TestClient) -> None:
    for wanted in (1, None):
        assert web.post("/_plumb/settings", json={"page_size": wanted}).status_code == 200
    assert cloud.get(GROUPS).status == 200
    assert cloud.around.settings.get("page_size", 50) == 50


@pytest.mark.parametrize(
    "form",
    [
        b"\xff\xfe",
        b"grant_type=client_credentials&client_id=%s&client_secret=%%C3%%B6",
        b"grant_type=client_credentials&client_id=%s&client_secret=%%ff",
    ],
)
def test_a_token_request_in_strange_letters_is_refused(
    cloud: Cloud, web: TestClient, form: bytes
) -> None:
    cora = cloud.around.directory.by_oid(CORA_APP)
    assert cora is not None
    answer = web.post(
        "/tenant/oauth2/v2.0/token",
        content=form.replace(b"%s", cora.client_id.encode()).replace(b"%%", b"%"),
    )
    assert answer.status_code in (400, 401)
    assert "error_description" in answer.json()


def ask(client: TestClient, secret: str | None, client_id: str) -> Any:
    """A token for another identity; without a secret as a virtual machine asks."""
    params = {"resource": ARM, "client_id": client_id}
    if secret:
        return client.get("/msi/token", params=params, headers={"X-IDENTITY-HEADER": secret})
    return client.get(managed_identity.IMDS_PATH, params=params, headers={"Metadata": "true"})


def test_an_identity_is_worn_only_by_who_may_assign_it(cloud: Cloud, identity: TestClient) -> None:
    made = cloud.put(IDENTITY, {"location": "swedencentral"}).body["properties"]
    assignment = f"{GROUP}/providers/Microsoft.Authorization/roleAssignments/{made['clientId']}"
    role = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{OWNER}"
    wanted = {"principalId": made["principalId"], "roleDefinitionId": role}
    assert cloud.put(assignment, {"properties": wanted}).status == 201
    for oid in (STRANGER, DEVELOPER, CORA_APP):
        principal = cloud.around.directory.by_oid(oid)
        assert principal is not None
        assert ask(identity, principal.inside_header, made["clientId"]).status_code == 400, oid
    assert ask(identity, None, made["clientId"]).status_code == 400
    operator = cloud.around.directory.by_oid(OPERATOR)
    assert operator is not None
    answer = ask(identity, operator.inside_header, made["clientId"]).json()
    assert answer["client_id"] == made["clientId"]


def test_nobody_wears_a_person_or_an_application(cloud: Cloud, identity: TestClient) -> None:
    operator, cora = (cloud.around.directory.by_oid(oid) for oid in (OPERATOR, CORA_APP))
    assert operator is not None
    assert cora is not None
    assert ask(identity, operator.inside_header, cora.client_id).status_code == 400
    assert ask(identity, None, operator.client_id).status_code == 400
