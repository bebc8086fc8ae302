"""What was refused before any deployment was reached leaves a row as well."""

import openai
import pytest

from sandbox.portal import activity
from tests.sandbox.dataplane.conftest import ACCOUNT_ID, HELLO


@pytest.fixture
def rows(cloud, events):
    def run():
        events.flush()
        found = cloud.around.store.execute(
            "SELECT status, deployment, model, principal, operation FROM events ORDER BY number"
        )
        return [tuple(row) for row in found]

    return run


@pytest.fixture(params=["client", "older"])
def either(request):
    """Both styles of path."""
    return request.getfixturevalue(request.param)


def ask(client, model="chat", error=openai.AuthenticationError):
    with pytest.raises(error):
        client.chat.completions.create(model=model, messages=HELLO)


def test_a_token_that_does_not_hold_and_a_missing_role_are_counted_as_401(cloud, client, rows):
    client.api_key = "e.y.J"
    ask(client)
    client.api_key = cloud.token("stranger")
    ask(client)
    operation = "ChatCompletions_Create"
    assert rows() == [(401, "", "", "", operation), (401, "", "", "", operation)]


def test_a_key_where_keys_are_off_and_a_caller_from_outside_are_counted_as_403(cloud, client, rows):
    client.api_key = "k" * 32
    ask(client, error=openai.PermissionDeniedError)
    cloud.account(publicNetworkAccess="Disabled")
    client.api_key = cloud.token(inside=False)
    ask(client, error=openai.PermissionDeniedError)
    assert [row[:3] for row in rows()] == [(403, "", ""), (403, "", "")]


def test_a_deployment_that_is_not_there_is_counted_under_the_name_it_was_called_by(
    cloud, either, rows
):
    ask(either, "chat-v9", openai.NotFoundError)
    principal = cloud.around.directory.by_name("cora-app")
    (row,) = rows()
    assert row[:4] == (404, "chat-v9", "", principal.oid)


def test_a_retired_model_is_counted_under_its_deployment(cloud, client, rows):
    cloud.deployment("old", "gpt-4o", "2024-05-13")
    cloud.wait(30 * 86_400)
    client.api_key = cloud.token()
    ask(client, "old", openai.APIStatusError)
    assert rows()[0][:3] == (410, "old", "gpt-4o")


def test_a_body_without_a_model_is_counted(cloud, web, rows):
    web.post(
        "/acct/contoso/openai/v1/chat/completions",
        content=b"{",
        headers={"Authorization": f"Bearer {cloud.token()}"},
    )
    assert rows()[0][:2] == (400, "")


def test_a_name_that_is_none_is_not_kept_in_full(client, rows):
    ask(client, "x" * 10_000, openai.NotFoundError)
    assert rows()[0][1] == "x" * 64


def test_what_is_for_no_account_is_in_nobodys_rows(client, rows):
    ask(
        client.with_options(base_url="http://testserver/acct/nobody/openai/v1/"),
        "chat",
        openai.NotFoundError,
    )
    assert rows() == []


def test_the_page_shows_a_refusal_under_its_account(cloud, client, events):
    client.api_key = "e.y.J"
    ask(client)
    events.flush()
    found = cloud.around.store.execute("SELECT * FROM events")
    (shown,) = activity.of_models(found, {})
    assert (shown.target, shown.id, shown.status) == ("contoso", ACCOUNT_ID.lower(), 401)
