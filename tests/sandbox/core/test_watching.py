"""Workspaces, alerts, diagnostic settings, budgets, and App Configuration's management."""

from typing import Any
from urllib.parse import parse_qsl

import pytest

from tests.sandbox.core.cloud import ACCOUNT, ARM, GROUP, SUBSCRIPTION, Cloud, code, deployment
from tests.sandbox.core.examples import ACTION_GROUP, EXAMPLES, STORE, WORKSPACE

BODIES = {path: body for _, path, body in EXAMPLES}
BUDGET = f"{GROUP}/providers/Microsoft.Consumption/budgets/monthly"
SETTING = f"{ACCOUNT}/providers/Microsoft.Insights/diagnosticSettings/all"
ALERT = next(path for path in BODIES if "metricAlerts" in path)
DATA_OWNER = "5ae67dd6-50cb-40e7-96ff-dc2bfa4b606b"


def but(path: str, **properties: Any) -> dict[str, Any]:
    return {**BODIES[path], "properties": {**BODIES[path]["properties"], **properties}}


@pytest.fixture
def watched(cloud: Cloud) -> Cloud:
    for path in (WORKSPACE, ACTION_GROUP):
        assert cloud.put(path, BODIES[path]).status == 201
    return cloud


def test_a_short_name_is_short(watched: Cloud) -> None:
    assert watched.put(ACTION_GROUP, but(ACTION_GROUP, groupShortName="x" * 13)).status == 400


def test_an_alert_watches_and_tells_only_what_there_is(watched: Cloud) -> None:
    assert watched.put(ALERT, BODIES[ALERT]).status == 200
    gone = watched.put(ALERT, but(ALERT, scopes=[f"{ACCOUNT}-gone"]))
    assert code(gone) == (404, "ResourceNotFound")
    nobody = but(ALERT, actions=[{"actionGroupId": f"{ACTION_GROUP}-gone"}])
    assert code(watched.put(ALERT, nobody)) == (404, "ResourceNotFound")
    assert watched.put(ALERT, but(ALERT, severity=9)).status == 400


def test_groups_of_categories_and_categories_do_not_mix(watched: Cloud) -> None:
    mixed = [
        {"categoryGroup": "allLogs", "enabled": True},
        {"category": "Audit", "enabled": True},
    ]
    assert watched.put(SETTING, but(SETTING, logs=mixed)).status == 400
    assert watched.put(SETTING, but(SETTING, workspaceId=None)).status == 400


def test_a_category_goes_to_a_workspace_once(watched: Cloud) -> None:
    assert watched.put(SETTING, BODIES[SETTING]).status == 200
    assert code(watched.put(f"{SETTING}-2", BODIES[SETTING])) == (409, "Conflict")


def test_a_workspace_has_two_keys_of_its_own(watched: Cloud) -> None:
    watched.put(f"{WORKSPACE}-2", BODIES[WORKSPACE])
    one, again, other = (
        watched.ask("POST", f"{path}/sharedKeys").body
        for path in (WORKSPACE, WORKSPACE, f"{WORKSPACE}-2")
    )
    assert one == again
    assert len({*one.values(), *other.values()}) == 4


@pytest.mark.parametrize(
    "wrong",
    [
        {"timePeriod": {"startDate": "2026-11-02T00:00:00Z"}},
        {"timePeriod": {"startDate": "soon"}},
        {"timeGrain": "Daily"},
        {"amount": 0},
        {"notifications": {str(n): {"contactEmails": ["a@b"]} for n in range(6)}},
        {"notifications": {"nobody": {}}},
    ],
)
def test_a_wrong_budget_is_refused(cloud: Cloud, wrong: dict[str, Any]) -> None:
    assert cloud.put(BUDGET, but(BUDGET, **wrong)).status == 400


def test_a_stale_etag_in_a_budget_is_refused(cloud: Cloud) -> None:
    first = cloud.put(BUDGET, BODIES[BUDGET]).body["eTag"]
    assert cloud.put(BUDGET, {**BODIES[BUDGET], "eTag": first}).status == 200
    stale = cloud.put(BUDGET, {**BODIES[BUDGET], "eTag": first})
    assert code(stale) == (412, "PreconditionFailed")


def test_a_stale_etag_in_a_header_is_refused(cloud: Cloud) -> None:
    etag = cloud.get(ACCOUNT).headers["ETag"]
    assert (
        cloud.ask("PATCH", ACCOUNT, {"tags": {"a": "b"}}, headers={"if-match": etag}).status == 200
    )
    assert code(cloud.delete(ACCOUNT, headers={"if-match": etag})) == (412, "PreconditionFailed")
    assert cloud.delete(ACCOUNT, headers={"if-match": "*"}).status == 200


def test_lists_come_in_pages_with_a_link_to_the_next(cloud: Cloud) -> None:
    cloud.around.settings.set("page_size", 7)
    models = f"{SUBSCRIPTION}/providers/Microsoft.CognitiveServices/locations/swedencentral/models"
    whole, query = [], {}
    while True:
        page = cloud.get(models, query=query).body
        whole += page["value"]
        assert len(page["value"]) <= 7
        if "nextLink" not in page:
            break
        assert page["nextLink"].startswith(f"https://127.0.0.1:1{models}?")
        query = {"$skipToken": str(len(whole))}
    cloud.around.settings.set("page_size", 1000)
    assert whole == cloud.get(models).body["value"]


def test_a_store_name_is_taken_once(cloud: Cloud) -> None:
    other = f"{SUBSCRIPTION}/resourceGroups/rg-other"
    cloud.put(other, {"location": "swedencentral"})
    cloud.put(STORE, BODIES[STORE])
    again = cloud.put(STORE.replace(GROUP, other), BODIES[STORE])
    assert code(again) == (409, "NameUnavailable")


def test_with_keys_off_a_key_value_needs_pass_through_and_a_role(cloud: Cloud) -> None:
    key_value = f"{STORE}/keyValues/a$dev"
    body = {"properties": {"value": "1"}}
    off = {**BODIES[STORE], "properties": {"disableLocalAuth": True}}
    cloud.put(STORE, off)
    assert code(cloud.put(key_value, body)) == (409, "Conflict")
    off["properties"]["dataPlaneProxy"] = {"authenticationMode": "Pass-through"}
    cloud.put(STORE, off)
    assert code(cloud.put(key_value, body)) == (403, "Forbidden")
    definitions = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions"
    role = {
        "properties": {
            "principalId": "00000000-0000-4000-8000-000000000200",
            "principalType": "Group",
            "roleDefinitionId": f"{definitions}/{DATA_OWNER}",
        }
    }
    name = "55555555-0000-4000-8000-000000000001"
    cloud.put(f"{STORE}/providers/Microsoft.Authorization/roleAssignments/{name}", role)
    assert cloud.put(key_value, body).status == 200
    assert cloud.get(key_value).body["properties"]["value"] == "1"


def test_the_contents_of_a_store_go_with_it(cloud: Cloud) -> None:
    key_value = f"{STORE}/keyValues/a"
    cloud.put(STORE, BODIES[STORE])
    cloud.put(key_value, {"properties": {"value": "1"}})
    keys = cloud.ask("POST", f"{STORE}/listKeys").body["value"]
    cloud.delete(STORE)
    cloud.put(STORE, BODIES[STORE])
    assert cloud.get(key_value).status == 404
    assert cloud.ask("POST", f"{STORE}/listKeys").body["value"] != keys


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/subscriptions/x/resourceGroups", "SubscriptionNotFound"),
        ("GET", f"{GROUP}/providers/Microsoft.Nothing/things/x", "InvalidResourceNamespace"),
        ("GET", f"{GROUP}/providers/Microsoft.Insights/things/x", "InvalidResourceType"),
        ("POST", f"{ACCOUNT}/explode", "InvalidResourceType"),
        ("GET", f"{GROUP}/nonsense", "InvalidResourcePath"),
        ("GET", f"{ACCOUNT}-gone/deployments", "ResourceNotFound"),
    ],
)
def test_a_path_to_nothing_is_told_apart(
    cloud: Cloud, method: str, path: str, expected: str
) -> None:
    assert code(cloud.ask(method, path)) == (404, expected)


def test_a_body_that_is_no_json_is_refused_and_an_odd_one_breaks_nothing(cloud: Cloud) -> None:
    for body in ('"text"', 3, None, {"properties": 5}, {"properties": {"subnets": [None]}}):
        for path in (ACCOUNT, GROUP, WORKSPACE, ALERT, SETTING, BUDGET):
            assert cloud.put(path, body).status in (200, 201, 400, 404), (path, body)


def test_resources_of_a_group_are_listed_by_type(cloud: Cloud) -> None:
    cloud.put(WORKSPACE, BODIES[WORKSPACE])
    wanted = {"$filter": "resourceType eq 'Microsoft.OperationalInsights/workspaces'"}
    found = cloud.get(f"{GROUP}/resources", query=wanted).body["value"]
    assert [each["name"] for each in found] == ["log-test"]


def test_what_goes_between_two_pages_makes_no_later_item_disappear(cloud: Cloud) -> None:
    cloud.around.settings.set("page_size", 2)
    for name in ("a", "b", "c", "d"):
        cloud.put(f"{ACCOUNT}/deployments/{name}", deployment(1))
    first = cloud.get(f"{ACCOUNT}/deployments").body
    cloud.delete(f"{ACCOUNT}/deployments/a")
    url, _, query = first["nextLink"].removeprefix(ARM).partition("?")
    second = cloud.get(url, query=dict(parse_qsl(query))).body
    assert [each["name"] for each in second["value"]] == ["c", "d"]
    assert "nextLink" not in second
