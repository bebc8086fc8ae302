import openai
import pytest

from tests.sandbox.dataplane.conftest import ACCOUNT_ID, API_VERSION, GROUP, HELLO, OPENAI_USER

CHAT = f"/acct/contoso/openai/deployments/chat/chat/completions?api-version={API_VERSION}"
COGNITIVE_SERVICES_CONTRIBUTOR = "25fbc0a9-bd7c-42a3-aa1a-3b75d497ee68"


@pytest.fixture
def ask(web):
    """One chat completion with these headers: its status, and its error if it has one."""

    def run(**headers):
        answer = web.post(CHAT, json={"messages": HELLO}, headers=headers)
        body = answer.json()
        return answer.status_code, body.get("error", body)

    return run


def bearer(value):
    return {"Authorization": f"Bearer {value}"}


def endpoint_to(cloud, account_id):
    cloud.put(
        f"{GROUP}/providers/Microsoft.Network/privateEndpoints/pe",
        "Microsoft.Network/privateEndpoints",
        properties={
            "privateLinkServiceConnections": [
                {"name": "pe", "properties": {"privateLinkServiceId": account_id}}
            ]
        },
    )


def test_a_private_account_answers_from_inside_only(cloud, ask):
    cloud.account(publicNetworkAccess="Disabled")
    endpoint_to(cloud, ACCOUNT_ID.upper())
    assert ask(**bearer(cloud.token(inside=True)))[0] == 200
    status, error = ask(**bearer(cloud.token(inside=False)))
    assert status == 403
    assert error == {
        "code": "403",
        "message": "Public access is disabled. Please configure private endpoint.",
    }


def test_a_private_account_without_a_private_endpoint_answers_nobody(cloud, ask):
    cloud.account(publicNetworkAccess="Disabled")
    assert ask(**bearer(cloud.token(inside=True)))[0] == 403


def test_only_addresses_on_the_list_pass_the_firewall(cloud, ask):
    closed = {"defaultAction": "Deny", "ipRules": [{"value": "198.51.100.0/24"}]}
    cloud.account(networkAcls=closed)
    status, error = ask(**bearer(cloud.token(inside=False)))
    assert (status, error["message"]) == (
        403,
        "Access denied due to Virtual Network/Firewall rules.",
    )
    cloud.account(networkAcls={**closed, "ipRules": [{"value": "x"}, {"value": "203.0.113.7"}]})
    assert ask(**bearer(cloud.token(inside=False)))[0] == 200


def test_the_network_is_asked_before_the_token(cloud, ask):
    cloud.account(publicNetworkAccess="Disabled")
    expired = cloud.token(inside=False, lifetime_seconds=-10)
    assert ask(**bearer(expired))[0] == 403


def test_a_key_is_refused_by_name_where_keys_are_off(ask):
    status, error = ask(**{"api-key": "made-up"})
    assert (status, error["code"]) == (403, "AuthenticationTypeDisabled")
    assert ask(**bearer("made-up"))[1]["code"] == "AuthenticationTypeDisabled"


def test_a_key_at_a_private_endpoint_is_refused_by_name_too_and_where_keys_are_on_by_the_network(
    cloud, ask
):
    cloud.account(publicNetworkAccess="Disabled")
    endpoint_to(cloud, ACCOUNT_ID)
    assert ask(**{"api-key": "made-up"})[1]["code"] == "AuthenticationTypeDisabled"
    cloud.account(publicNetworkAccess="Disabled", disableLocalAuth=False)
    assert ask(**{"api-key": "made-up"})[1]["code"] == "403"


def test_where_keys_are_on_both_keys_work_in_either_header(cloud, ask):
    cloud.account(disableLocalAuth=False)
    cloud.around.settings.set(f"keys:{ACCOUNT_ID.lower()}", ["one", "two"])
    assert ask(**{"api-key": "one"})[0] == 200
    assert ask(**bearer("two"))[0] == 200
    status, error = ask(**{"api-key": "three"})
    assert (status, error["code"]) == (401, "401")
    assert error["message"].startswith("Access denied due to invalid subscription key or wrong")


def test_no_credential_at_all_is_a_wrong_key(ask):
    assert ask()[0] == 401


@pytest.mark.parametrize(
    "flaw",
    [
        {"lifetime_seconds": -10},
        {"resource": "https://management.azure.com"},
        {"resource": "https://appconfig.azure.com"},
    ],
)
def test_an_expired_token_or_one_for_another_audience_is_a_401(cloud, ask, flaw):
    status, body = ask(**bearer(cloud.token(**flaw)))
    assert (status, body["statusCode"]) == (401, 401)
    assert body["message"].startswith("Unauthorized. Access token is missing, invalid")


def test_a_forged_token_is_a_401(cloud, ask):
    head, body, _ = cloud.token().split(".")
    assert ask(**bearer(f"{head}.{body}.c2lnbmF0dXJl"))[0] == 401
    assert ask(**bearer("a.b.c"))[0] == 401


def test_foundrys_audience_is_as_good(cloud, ask):
    assert ask(**bearer(cloud.token(resource="https://ai.azure.com")))[0] == 200


def test_a_token_expires_while_it_is_remembered(cloud, ask, monkeypatch):
    token = cloud.token()
    assert ask(**bearer(token))[0] == 200
    monkeypatch.setattr("sandbox.dataplane.authorization.time.time", lambda: 10**11)
    assert ask(**bearer(token))[0] == 401


def test_a_stranger_lacks_the_data_action_and_that_is_a_401(cloud, ask):
    status, error = ask(**bearer(cloud.token("stranger")))
    assert (status, error["code"]) == (401, "PermissionDenied")
    assert error["message"] == (
        "The principal `00000000-0000-4000-8000-000000000400` lacks the required data action "
        "`Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/action` to "
        "perform `POST /openai/deployments/{deployment-id}/chat/completions` operation."
    )


def test_whoever_manages_an_account_may_not_yet_ask_its_models(cloud, ask):
    cloud.allow("operator", COGNITIVE_SERVICES_CONTRIBUTOR, GROUP)
    assert ask(**bearer(cloud.token("operator")))[1]["code"] == "PermissionDenied"


def test_a_role_given_later_is_asked_for_anew_and_one_taken_is_gone(cloud, ask):
    stranger = bearer(cloud.token("stranger"))
    assert ask(**stranger)[0] == 401
    cloud.allow("stranger", OPENAI_USER, GROUP)
    assert ask(**stranger)[0] == 200
    cloud.around.store.delete(
        f"{GROUP}/providers/Microsoft.Authorization/roleAssignments/stranger-{OPENAI_USER}"
    )
    assert ask(**stranger)[0] == 401


def test_a_role_works_late_in_the_azure_profile(cloud, ask):
    cloud.around.settings.set("profile", "azure")
    cloud.put(
        f"{ACCOUNT_ID}/providers/Microsoft.Authorization/roleAssignments/late",
        "Microsoft.Authorization/roleAssignments",
        properties={
            "principalId": cloud.around.directory.by_name("stranger").oid,
            "scope": ACCOUNT_ID,
            "roleDefinitionId": f"/x/{OPENAI_USER}",
            "createdOn": "2026-11-21T09:00:00Z",
        },
    )
    stranger = bearer(cloud.token("stranger"))
    assert ask(**stranger)[1]["code"] == "PermissionDenied"
    cloud.wait(61)
    cloud.around.settings.set("profile", "fast")
    assert ask(**stranger)[0] == 200


@pytest.mark.parametrize("name", ["gone", "chat/x", ".."])
def test_a_deployment_that_is_not_there_is_a_404_that_clients_know(client, name):
    with pytest.raises(openai.NotFoundError) as refused:
        client.chat.completions.create(model=name, messages=HELLO)
    assert refused.value.code == "DeploymentNotFound"


@pytest.mark.parametrize(
    ("state", "changed", "status"),
    [
        ("Creating", "2026-11-21T08:00:00Z", 404),
        ("Failed", "2026-11-21T08:00:00Z", 404),
        ("Creating", "2026-11-21T08:30:00Z", 200),
        ("Succeeded", "2026-11-21T08:00:00Z", 200),
    ],
)
def test_a_deployment_serves_once_it_is_made_and_while_it_is_changed(
    cloud, ask, state, changed, status
):
    stored = cloud.around.store.get(f"{ACCOUNT_ID}/deployments/chat")
    body = {
        **stored.body,
        "systemData": {"createdAt": "2026-11-21T08:00:00Z", "lastModifiedAt": changed},
        "properties": {**stored.body["properties"], "provisioningState": state},
    }
    cloud.around.store.put(stored.id, stored.type, body)
    assert ask(**bearer(cloud.token()))[0] == status


def test_a_retired_model_is_a_410(cloud, ask):
    cloud.wait(3600 * 24 * 365)
    status, error = ask(**bearer(cloud.token()))
    assert (status, error["code"]) == (410, "ModelDeprecated")


def test_a_model_is_not_asked_for_what_it_cannot(cloud, client):
    cloud.deployment("embed", "text-embedding-3-small", "1")
    for wrong in (
        lambda: client.chat.completions.create(model="embed", messages=HELLO),
        lambda: client.embeddings.create(model="chat", input="x"),
        lambda: client.completions.create(model="chat", prompt="x"),
    ):
        with pytest.raises(openai.BadRequestError) as refused:
            wrong()
        assert refused.value.code == "OperationNotSupported"


@pytest.mark.parametrize(
    "path",
    [
        "/acct/contoso/openai/deployments/chat/chat/completions",
        "/acct/contoso/openai/deployments/chat/chat/completions?api-version=tomorrow",
        f"/acct/nobody/openai/deployments/chat/chat/completions?api-version={API_VERSION}",
        f"/acct/contoso/openai/somewhere?api-version={API_VERSION}",
    ],
)
def test_a_path_that_azure_does_not_have_is_a_404(cloud, web, path):
    answer = web.post(path, json={"messages": HELLO}, headers=bearer(cloud.token()))
    assert (answer.status_code, answer.json()["error"]["message"]) == (404, "Resource not found")


def test_a_subdomain_is_found_in_any_casing(cloud, web):
    answer = web.post(
        CHAT.replace("contoso", "Contoso"),
        json={"messages": HELLO},
        headers=bearer(cloud.token()),
    )
    assert answer.status_code == 200


def test_models_are_those_of_the_region(cloud, client):
    ids = {model.id for model in client.models.list()}
    assert "gpt-4.1-2025-04-14" in ids
    assert client.models.retrieve("gpt-4.1-2025-04-14").capabilities["chat_completion"]
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-0")
