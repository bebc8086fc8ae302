"""Accounts: names, soft delete, purge, and what they answer about themselves."""

import pytest

from tests.sandbox.core.cloud import (
    ACCOUNT,
    ACCOUNT_BODY,
    COGNITIVE,
    DELETED,
    GROUP,
    SUBSCRIPTION,
    Cloud,
    code,
    deployment,
)
from tests.sandbox.core.examples import PROJECT

CHAT = f"{ACCOUNT}/deployments/chat-v1"
OTHER = f"{COGNITIVE}/accounts/ai-other"
USAGES = f"{SUBSCRIPTION}/providers/Microsoft.CognitiveServices/locations/swedencentral/usages"
CHECK = f"{SUBSCRIPTION}/providers/Microsoft.CognitiveServices/checkDomainAvailability"


def account(**properties: object) -> dict[str, object]:
    return {**ACCOUNT_BODY, "properties": {**ACCOUNT_BODY["properties"], **properties}}


def test_the_endpoint_is_a_path_of_the_sandbox(cloud: Cloud) -> None:
    found = cloud.get(ACCOUNT).body["properties"]["endpoint"]
    assert found == "https://127.0.0.1:1/acct/ai-test/"


def test_the_identity_of_an_account_stays_the_same_and_is_somebody(cloud: Cloud) -> None:
    before = cloud.get(ACCOUNT).body["identity"]["principalId"]
    after = cloud.put(ACCOUNT, account(publicNetworkAccess="Disabled")).body["identity"]
    assert after["principalId"] == before
    assert cloud.around.directory.by_oid(before) is not None


def test_unset_public_network_access_means_enabled(cloud: Cloud) -> None:
    assert cloud.get(ACCOUNT).body["properties"]["publicNetworkAccess"] == "Enabled"


def test_an_account_stays_in_its_region(cloud: Cloud) -> None:
    moved = cloud.put(ACCOUNT, {**ACCOUNT_BODY, "location": "East US"})
    assert code(moved) == (409, "InvalidResourceLocation")
    assert "already exists in location 'swedencentral'" in moved.body["error"]["message"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"kind": "Nonsense"}, (400, "InvalidApiSetId")),
        ({"sku": {"name": "P9"}}, (400, "InvalidSkuId")),
        ({"location": "moon"}, (400, "LocationNotAvailableForResourceType")),
        ({"location": None}, (400, "LocationRequired")),
        ({"properties": {"customSubDomainName": "-no-"}}, (400, "CustomDomainInvalid")),
        ({"properties": {"publicNetworkAccess": "Maybe"}}, (400, "BadRequest")),
        ({"properties": {"restore": True}}, (404, "CanNotRestoreANonExistingResource")),
    ],
)
def test_a_wrong_account_is_refused(
    cloud: Cloud, change: dict[str, object], expected: tuple[int, str]
) -> None:
    assert code(cloud.put(OTHER, {**ACCOUNT_BODY, **change})) == expected


def test_a_subdomain_is_taken_once_and_never_changed(cloud: Cloud) -> None:
    assert code(cloud.put(OTHER, ACCOUNT_BODY)) == (409, "CustomDomainInUse")
    changed = cloud.put(ACCOUNT, account(customSubDomainName="another"))
    assert changed.status == 400


def test_a_deleted_account_keeps_its_name_its_subdomain_and_its_quota(cloud: Cloud) -> None:
    cloud.put(CHAT, deployment(40))
    assert cloud.delete(ACCOUNT).status == 200
    assert cloud.get(ACCOUNT).status == 404
    assert code(cloud.put(ACCOUNT, ACCOUNT_BODY)) == (409, "FlagMustBeSetForRestore")
    assert code(cloud.put(OTHER, ACCOUNT_BODY)) == (409, "CustomDomainInUse")
    assert used(cloud, "OpenAI.GlobalStandard.gpt-5.4") == 40


def test_after_forty_eight_hours_all_of_it_is_free_again(cloud: Cloud) -> None:
    cloud.put(CHAT, deployment(40))
    cloud.delete(ACCOUNT)
    cloud.pass_time(hours=48)
    assert used(cloud, "OpenAI.GlobalStandard.gpt-5.4") == 0
    assert cloud.put(ACCOUNT, ACCOUNT_BODY).status == 201


def test_a_purged_account_is_forgotten(cloud: Cloud) -> None:
    identity = cloud.get(ACCOUNT).body["identity"]["principalId"]
    cloud.delete(ACCOUNT)
    assert cloud.get(DELETED).body["properties"]["scheduledPurgeDate"]
    assert cloud.delete(DELETED).status == 200
    assert cloud.get(DELETED).status == 404
    assert cloud.around.directory.by_oid(identity) is None
    assert cloud.put(ACCOUNT, ACCOUNT_BODY).status == 201


def test_a_restored_account_brings_its_deployments_back(cloud: Cloud) -> None:
    cloud.put(CHAT, deployment(40))
    cloud.delete(ACCOUNT)
    restored = cloud.put(ACCOUNT, account(restore=True))
    assert restored.status == 201
    assert "deletionDate" not in restored.body["properties"]
    assert cloud.get(CHAT).status == 200


def test_the_group_goes_and_its_accounts_are_soft_deleted(cloud: Cloud) -> None:
    cloud.put(PROJECT, {"location": "swedencentral", "properties": {}})
    assert cloud.delete(GROUP).status == 200
    deleted = cloud.get(f"{SUBSCRIPTION}/providers/Microsoft.CognitiveServices/deletedAccounts")
    assert [each["name"] for each in deleted.body["value"]] == ["ai-test"]
    cloud.put(GROUP, {"location": "swedencentral"})
    assert code(cloud.put(ACCOUNT, ACCOUNT_BODY)) == (409, "FlagMustBeSetForRestore")


def test_an_account_with_projects_is_not_deleted(cloud: Cloud) -> None:
    cloud.put(PROJECT, {"location": "swedencentral", "properties": {}})
    refused = cloud.delete(ACCOUNT)
    assert code(refused) == (409, "CannotDeleteResource")
    assert PROJECT in refused.body["error"]["message"]


def test_keys_are_there_only_while_local_authentication_is_on(cloud: Cloud) -> None:
    assert cloud.ask("POST", f"{ACCOUNT}/listKeys").status == 400
    cloud.put(ACCOUNT, account(disableLocalAuth=False))
    keys = cloud.ask("POST", f"{ACCOUNT}/listKeys").body
    renewed = cloud.ask("POST", f"{ACCOUNT}/regenerateKey", {"keyName": "Key2"}).body
    assert renewed["key1"] == keys["key1"]
    assert renewed["key2"] != keys["key2"]


def test_domain_availability_is_told_before_an_account_is_made(cloud: Cloud) -> None:
    def available(name: str) -> bool:
        asked = {"subdomainName": name, "type": "Microsoft.CognitiveServices/accounts"}
        return bool(cloud.ask("POST", CHECK, asked).body["isSubdomainAvailable"])

    assert (available("ai-test"), available("new")) == (False, True)


def test_a_project_needs_an_account_that_allows_it(cloud: Cloud) -> None:
    cloud.put(ACCOUNT, account(allowProjectManagement=False))
    project = {"location": "swedencentral", "properties": {}}
    assert code(cloud.put(PROJECT, project)) == (400, "BadRequest")


def test_credentials_of_a_connection_never_come_out(cloud: Cloud) -> None:
    cloud.put(PROJECT, {"location": "swedencentral", "properties": {}})
    connection = {
        "properties": {
            "authType": "ApiKey",
            "category": "AppInsights",
            "target": "x",
            "credentials": {"key": "a secret"},
        }
    }
    made = cloud.put(f"{PROJECT}/connections/traces", connection)
    assert "a secret" not in str(made.body)
    assert "a secret" not in str(cloud.get(f"{PROJECT}/connections/traces").body)


def used(cloud: Cloud, pool: str) -> int:
    rows = cloud.get(USAGES).body["value"]
    return next(each["currentValue"] for each in rows if each["name"]["value"] == pool)
