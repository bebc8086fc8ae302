"""Who may do what: tokens, roles, delays, locks."""

import pytest

from sandbox.arm.kind import Answer
from sandbox.directory import AI_DEVELOPERS, CORA_APP, DEVELOPER, OPERATOR, STRANGER
from sandbox.identity import Caller, Unauthenticated
from sandbox.rbac import allowed
from sandbox.roles import ROLES
from tests.sandbox.core.cloud import (
    ACCOUNT,
    ACCOUNT_BODY,
    ARM,
    DELETED,
    GROUP,
    SUBSCRIPTION,
    Cloud,
    code,
    deployment,
)

OPENAI_USER = "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd"
OPENAI_CONTRIBUTOR = "a001fd3d-188f-4b5d-821b-7da978bf7442"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
AI_CONTRIBUTOR = "25fbc0a9-bd7c-42a3-aa1a-3b75d497ee68"
CHAT_ACTION = "Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/action"
CHAT = f"{ACCOUNT}/deployments/chat-v1"
NUMBERS = iter(range(10**6))


def grant(cloud: Cloud, scope: str, principal: str, role: str, **more: object) -> Answer:
    name = f"22222222-0000-4000-8000-{next(NUMBERS):012d}"
    definitions = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions"
    wanted = {"principalId": principal, "roleDefinitionId": f"{definitions}/{role}", **more}
    path = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}"
    return cloud.put(path, {"properties": wanted})


def caller(cloud: Cloud, oid: str) -> Caller:
    found = cloud.around.directory.by_oid(oid)
    assert found is not None
    return Caller(oid, found.groups, "", "", found.client_id)


def test_without_a_token_the_challenge_says_where_to_get_one(cloud: Cloud) -> None:
    answer = cloud.get(ACCOUNT, headers={"authorization": ""})
    assert code(answer) == (401, "AuthenticationFailed")
    assert answer.headers["WWW-Authenticate"].startswith(f'Bearer authorization_uri="{ARM}/')


@pytest.mark.parametrize("reason", ["expired", "audience", "invalid"])
def test_a_token_that_is_not_good_is_refused_on_every_call(cloud: Cloud, reason: str) -> None:
    operator = cloud.around.directory.by_oid(OPERATOR)
    assert operator is not None
    lifetime = -10 if reason == "expired" else 60
    resource = "https://graph.example" if reason == "audience" else ARM
    token = cloud.around.identity.token(
        operator, resource, ip="", issuer="", lifetime_seconds=lifetime
    )
    forged = token[:-8] + "AAAAAAAA" if reason == "invalid" else token
    with pytest.raises(Unauthenticated, match=reason):
        cloud.around.identity.caller(f"Bearer {forged}", [ARM])
    assert cloud.get(ACCOUNT, headers={"authorization": f"Bearer {forged}"}).status == 401


def test_no_role_no_answer_and_the_action_is_named(cloud: Cloud) -> None:
    refused = cloud.get(ACCOUNT, who=STRANGER)
    assert code(refused) == (403, "AuthorizationFailed")
    message = refused.body["error"]["message"]
    assert f"with object id '{STRANGER}'" in message
    assert "'Microsoft.CognitiveServices/accounts/read'" in message


def test_an_api_version_is_asked_for_after_the_token(cloud: Cloud) -> None:
    assert code(cloud.get(ACCOUNT, query={"api-version": ""})) == (
        400,
        "MissingApiVersionParameter",
    )


def test_a_role_of_a_group_is_its_members(cloud: Cloud) -> None:
    assert cloud.get(ACCOUNT, who=DEVELOPER).status == 403
    assert grant(cloud, ACCOUNT, AI_DEVELOPERS, OPENAI_USER, principalType="Group").status == 201
    assert cloud.get(ACCOUNT, who=DEVELOPER).status == 200
    assert allowed(cloud.around.store, caller(cloud, DEVELOPER), ACCOUNT, data_action=CHAT_ACTION)


def test_a_role_is_seen_at_once_and_holds_after_a_while(cloud: Cloud) -> None:
    cloud.profile("azure")
    made = grant(cloud, ACCOUNT, CORA_APP, OPENAI_USER, principalType="ServicePrincipal")
    assert cloud.get(made.body["id"]).status == 200
    assert cloud.get(ACCOUNT, who=CORA_APP).status == 403
    cloud.pass_time(seconds=60)
    assert cloud.get(ACCOUNT, who=CORA_APP).status == 200


def test_a_contributor_deploys_but_hands_out_no_roles_and_asks_no_model(cloud: Cloud) -> None:
    grant(cloud, GROUP, CORA_APP, CONTRIBUTOR)
    assert cloud.put(CHAT, deployment(), who=CORA_APP).status == 201
    role = f"{GROUP}/providers/Microsoft.Authorization/roleAssignments/{OPENAI_USER}"
    assert cloud.put(role, {}, who=CORA_APP).status == 403
    who = caller(cloud, CORA_APP)
    assert not allowed(cloud.around.store, who, ACCOUNT, data_action=CHAT_ACTION)


def test_an_openai_contributor_writes_deployments_and_policies_only(cloud: Cloud) -> None:
    grant(cloud, ACCOUNT, CORA_APP, OPENAI_CONTRIBUTOR)
    assert cloud.put(CHAT, deployment(), who=CORA_APP).status == 201
    policy = {"properties": {}}
    assert cloud.put(f"{ACCOUNT}/raiPolicies/p", policy, who=CORA_APP).status == 201
    assert cloud.put(f"{ACCOUNT}/raiBlocklists/b", policy, who=CORA_APP).status == 403
    assert cloud.put(ACCOUNT, ACCOUNT_BODY, who=CORA_APP).status == 403


def test_a_purge_takes_a_right_on_the_subscription(cloud: Cloud) -> None:
    grant(cloud, GROUP, CORA_APP, AI_CONTRIBUTOR)
    cloud.delete(ACCOUNT)
    assert cloud.delete(DELETED, who=CORA_APP).status == 403
    grant(cloud, SUBSCRIPTION, CORA_APP, AI_CONTRIBUTOR)
    assert cloud.delete(DELETED, who=CORA_APP).status == 200


def test_the_same_role_twice_is_a_conflict(cloud: Cloud) -> None:
    assert grant(cloud, ACCOUNT, CORA_APP, OPENAI_USER).status == 201
    assert code(grant(cloud, ACCOUNT, CORA_APP, OPENAI_USER)) == (409, "RoleAssignmentExists")
    assert grant(cloud, GROUP, CORA_APP, OPENAI_USER).status == 201


@pytest.mark.parametrize(
    ("principal", "more", "expected"),
    [
        ("33333333-0000-4000-8000-000000000000", {}, "PrincipalNotFound"),
        (CORA_APP, {"principalType": "User"}, "UnmatchedPrincipalType"),
        ("nobody", {}, "InvalidPrincipalId"),
    ],
)
def test_a_role_for_nobody_is_refused(
    cloud: Cloud, principal: str, more: dict[str, str], expected: str
) -> None:
    assert code(grant(cloud, ACCOUNT, principal, OPENAI_USER, **more)) == (400, expected)


def test_a_stranger_to_the_directory_gets_a_role_if_its_type_is_given(cloud: Cloud) -> None:
    unknown = "33333333-0000-4000-8000-000000000000"
    given = grant(cloud, ACCOUNT, unknown, OPENAI_USER, principalType="ServicePrincipal")
    assert given.status == 201


def test_assignments_are_listed_above_at_and_beneath(cloud: Cloud) -> None:
    grant(cloud, ACCOUNT, CORA_APP, OPENAI_USER)
    listed = f"{GROUP}/providers/Microsoft.Authorization/roleAssignments"
    assert len(cloud.get(listed).body["value"]) == 2
    assert len(cloud.get(listed, query={"$filter": "atScope()"}).body["value"]) == 1
    mine = {"$filter": f"principalId eq '{CORA_APP}'"}
    assert len(cloud.get(listed, query=mine).body["value"]) == 1


def test_a_lock_holds_what_is_beneath_it_and_above(cloud: Cloud) -> None:
    cloud.put(CHAT, deployment())
    lock = f"{ACCOUNT}/providers/Microsoft.Authorization/locks/keep"
    cloud.put(lock, {"properties": {"level": "CanNotDelete"}})
    for path in (CHAT, ACCOUNT, GROUP):
        assert code(cloud.delete(path)) == (409, "ScopeLocked"), path
    assert cloud.put(CHAT, deployment(20)).status == 200
    assert cloud.delete(lock).status == 200
    assert cloud.delete(CHAT).status == 200


def test_a_read_only_lock_forbids_writes(cloud: Cloud) -> None:
    lock = f"{GROUP}/providers/Microsoft.Authorization/locks/still"
    cloud.put(lock, {"properties": {"level": "ReadOnly"}})
    assert code(cloud.put(CHAT, deployment())) == (409, "ScopeLocked")


def test_every_role_can_be_looked_up_by_its_guid(cloud: Cloud) -> None:
    base = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions"
    for guid, role in ROLES.items():
        assert cloud.get(f"{base}/{guid}").body["properties"]["roleName"] == role.name
    asked = cloud.get(base, query={"$filter": "roleName eq 'Owner'"}).body["value"]
    assert [each["properties"]["roleName"] for each in asked] == ["Owner"]


def test_somebody_is_told_what_their_roles_let_them_do_at_a_scope(cloud: Cloud) -> None:
    grant(cloud, GROUP, CORA_APP, OPENAI_USER)
    grant(cloud, GROUP, CORA_APP, CONTRIBUTOR)
    path = "/providers/Microsoft.Authorization/permissions"
    owner = cloud.get(f"{SUBSCRIPTION}{path}").body["value"]
    here = cloud.get(f"{GROUP}{path}", who=CORA_APP).body["value"]
    assert [each["actions"] for each in owner] == [["*"]]
    assert [each["notActions"] != [] for each in here] == [False, True]
    assert cloud.get(f"{SUBSCRIPTION}{path}", who=CORA_APP).status == 403
    assert cloud.get(f"{GROUP}{path}/one").status == 404
