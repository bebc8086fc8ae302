"""RAI policies and blocklists."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.catalog import CONTENT_FILTERS
from sandbox.arm.cognitiveservices import rai_policies
from tests.sandbox.core.cloud import ACCOUNT, Cloud, code, deployment

STRICT = f"{ACCOUNT}/raiPolicies/strict"
BRAND = f"{ACCOUNT}/raiBlocklists/brand"
PAIRS = [(each.name, source) for each in CONTENT_FILTERS for source in each.sources]
NOTHING = rai_policies.Facts(blocklists=frozenset(), policies=frozenset())


def policy(*pairs: tuple[str, str], **properties: Any) -> dict[str, Any]:
    filters = [{"name": name, "source": source, "enabled": True} for name, source in pairs]
    return {"properties": {"contentFilters": filters, **properties}}


@given(st.permutations(PAIRS), st.booleans())
def test_filters_come_back_in_azures_order_and_casing(
    pairs: list[tuple[str, str]], lower: bool
) -> None:
    given = [(name.lower(), source.lower()) if lower else (name, source) for name, source in pairs]
    made = rai_policies.put(policy(*given), None, NOTHING)
    filters = made["properties"]["contentFilters"]
    assert [(each["name"], each["source"]) for each in filters] == PAIRS


@pytest.mark.parametrize(
    "pair",
    [
        ("Jailbreak", "Completion"),
        ("Protected Material Text", "Prompt"),
        ("SelfHarm", "Nowhere"),
        ("Nonsense", "Prompt"),
    ],
)
def test_an_impossible_filter_is_refused_with_azures_code(
    cloud: Cloud, pair: tuple[str, str]
) -> None:
    assert code(cloud.put(STRICT, policy(pair))) == (400, "Resource has invalid content filter")


def test_the_two_built_in_policies_are_always_listed(cloud: Cloud) -> None:
    cloud.put(STRICT, policy())
    listed = cloud.get(f"{ACCOUNT}/raiPolicies").body["value"]
    names = [each["name"] for each in listed]
    assert names == ["Microsoft.Default", "Microsoft.DefaultV2", "strict"]
    assert cloud.get(f"{ACCOUNT}/raiPolicies/microsoft.defaultv2").status == 200


def test_a_policy_in_use_stays_and_an_unused_one_goes(cloud: Cloud) -> None:
    cloud.put(STRICT, policy())
    chat = f"{ACCOUNT}/deployments/chat"
    assert cloud.put(chat, deployment(raiPolicyName="strict")).status == 201
    assert cloud.delete(STRICT).status == 409
    cloud.delete(chat)
    assert cloud.delete(STRICT).status == 204


def test_a_blocklist_in_use_stays_and_a_missing_one_is_refused(cloud: Cloud) -> None:
    listed = [{"blocklistName": "brand", "source": "Prompt", "blocking": True}]
    assert cloud.put(STRICT, policy(customBlocklists=listed)).status == 400
    cloud.put(BRAND, {"properties": {"description": ""}})
    assert cloud.put(STRICT, policy(customBlocklists=listed)).status == 201
    assert cloud.delete(BRAND).status == 409


def test_many_items_go_in_and_out_at_once(cloud: Cloud) -> None:
    cloud.put(BRAND, {"properties": {}})
    items = [{"name": name, "properties": {"pattern": name}} for name in ("one", "two")]
    assert cloud.ask("POST", f"{BRAND}/addRaiBlocklistItems", items).status == 200
    assert cloud.ask("POST", f"{BRAND}/deleteRaiBlocklistItems", ["one"]).status == 204
    left = cloud.get(f"{BRAND}/raiBlocklistItems").body["value"]
    assert [each["name"] for each in left] == ["two"]


def test_an_item_is_a_term_or_a_valid_expression(cloud: Cloud) -> None:
    cloud.put(BRAND, {"properties": {}})
    item = {"properties": {"pattern": "([", "isRegex": True}}
    assert cloud.put(f"{BRAND}/raiBlocklistItems/odd", item).status == 400
