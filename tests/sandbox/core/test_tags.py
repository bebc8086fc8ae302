"""Tags, apart from what they are on."""

import pytest

from sandbox import seed
from sandbox.directory import DEVELOPER
from tests.sandbox.core.cloud import ACCOUNT, ACCOUNT_BODY, GROUP, SUBSCRIPTION, Cloud, code
from tests.sandbox.core.examples import SUBNET

OWN = "providers/Microsoft.Resources/tags/default"


def tagged(**tags: str) -> dict[str, object]:
    return {"properties": {"tags": tags}}


def tags(cloud: Cloud, scope: str) -> object:
    return cloud.get(f"{scope}/{OWN}").body["properties"]["tags"]


@pytest.mark.parametrize("scope", [ACCOUNT, GROUP, SUBSCRIPTION])
def test_tags_are_merged_replaced_and_taken_away_wherever_they_are(
    cloud: Cloud, scope: str
) -> None:
    path = f"{scope}/{OWN}"
    assert cloud.put(path, tagged(a="1", b="2")).status == 200
    cloud.ask("PATCH", path, {"operation": "Merge", **tagged(b="3", c="4")})
    assert tags(cloud, scope) == {"a": "1", "b": "3", "c": "4"}
    cloud.ask("PATCH", path, {"operation": "Delete", **tagged(a="1", c="other")})
    assert tags(cloud, scope) == {"b": "3", "c": "4"}
    cloud.ask("PATCH", path, {"operation": "Replace", **tagged(d="5")})
    assert tags(cloud, scope) == {"d": "5"}
    assert cloud.delete(path).status == 200
    assert tags(cloud, scope) == {}


def test_the_tags_of_a_resource_are_its_own(cloud: Cloud) -> None:
    cloud.put(ACCOUNT, {**ACCOUNT_BODY, "tags": {"by": "hand"}})
    assert tags(cloud, ACCOUNT) == {"by": "hand"}
    cloud.put(f"{ACCOUNT}/{OWN}", tagged(by="az"))
    assert cloud.get(ACCOUNT).body["tags"] == {"by": "az"}


def test_wrong_tags_are_refused(cloud: Cloud) -> None:
    path = f"{ACCOUNT}/{OWN}"
    many = tagged(**{f"tag{number}": "x" for number in range(51)})
    assert code(cloud.put(path, many)) == (400, "InvalidTagCount")
    assert code(cloud.ask("PATCH", path, tagged(a="1"))) == (400, "BadRequest")
    assert code(cloud.put(path, {"properties": {"tags": {"a": 1}}})) == (400, "BadRequest")
    assert code(cloud.put(f"{ACCOUNT}/{OWN[:-7]}other", {})) == (404, "ResourceNotFound")
    assert code(cloud.get(f"{SUBNET}/{OWN}")) == (404, "ResourceNotFound")


def test_who_may_not_tag_is_refused(cloud: Cloud) -> None:
    answer = cloud.put(f"{ACCOUNT}/{OWN}", tagged(a="1"), who=DEVELOPER)
    assert code(answer) == (403, "AuthorizationFailed")
    assert "'Microsoft.Resources/tags/write'" in answer.body["error"]["message"]


def test_a_read_only_lock_holds_tags_too(cloud: Cloud) -> None:
    lock = {"properties": {"level": "ReadOnly"}}
    cloud.put(f"{ACCOUNT}/providers/Microsoft.Authorization/locks/keep", lock)
    assert code(cloud.put(f"{ACCOUNT}/{OWN}", tagged(a="1"))) == (409, "ScopeLocked")


def test_a_reset_forgets_the_tags_of_the_subscription(cloud: Cloud) -> None:
    cloud.put(f"{SUBSCRIPTION}/{OWN}", tagged(a="1"))
    cloud.around.store.forget()
    seed.plant(cloud.around)
    assert tags(cloud, SUBSCRIPTION) == {}
