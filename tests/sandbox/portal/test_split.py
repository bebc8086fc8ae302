"""A route's split, from whatever stands in its flag."""

import json
from copy import deepcopy
from typing import Any

import pytest
from featuremanagement import FeatureManager, TargetingContext
from hypothesis import given
from hypothesis import strategies as st

from sandbox.dataplane.key_values import KeyValue
from sandbox.portal.split import Route, route, routes, shares
from tests.sandbox.portal.conftest import FLAG

KEY = ".appconfig.featureflag/chat-router"


def item(flag: Any, key: str = KEY, label: str = "test") -> KeyValue:
    return KeyValue(key=key, label=label, value=flag if isinstance(flag, str) else json.dumps(flag))


def changed(**allocation: Any) -> dict[str, Any]:
    flag = deepcopy(FLAG)
    flag["allocation"] |= allocation
    return flag


def test_a_route_shows_who_gets_what() -> None:
    shown = route("store", item(FLAG))
    assert (shown.name, shown.label, shown.enabled, shown.problem) == ("chat", "test", True, "")
    assert [(each.variant, each.percent, each.target) for each in shown.shares] == [
        ("stable", 90, "primary/chat-v3"),
        ("candidate", 10, "primary/chat-v4"),
    ]


def test_a_candidate_without_a_share_is_shown_with_none() -> None:
    flag = changed(percentile=[{"variant": "stable", "from": 0, "to": 100}])
    assert shares(flag) == {"stable": 100, "candidate": 0}


def test_who_is_in_no_range_gets_the_default() -> None:
    flag = changed(percentile=[{"variant": "candidate", "from": 0, "to": 30}])
    assert shares(flag) == {"stable": 70, "candidate": 30}


def test_of_two_ranges_the_first_decides() -> None:
    ranges = [("candidate", 0, 50), ("stable", 0, 100)]
    flag = changed(percentile=[{"variant": a, "from": b, "to": c} for a, b, c in ranges])
    assert shares(flag) == {"stable": 50, "candidate": 50}


def test_a_route_that_is_off_sends_all_to_its_default() -> None:
    assert shares({**FLAG, "enabled": False}) == {"stable": 100, "candidate": 0}


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["stable", "candidate"]), st.integers(0, 100), st.integers(0, 100)
        )
    )
)
def test_shares_come_to_all_callers(ranges: list[tuple[str, int, int]]) -> None:
    flag = changed(percentile=[{"variant": a, "from": b, "to": c} for a, b, c in ranges])
    assert sum(shares(flag).values()) == pytest.approx(100)


def test_what_is_shown_is_what_callers_get() -> None:
    ranges = [("candidate", 10, 40), ("stable", 0, 90)]
    flag = changed(percentile=[{"variant": a, "from": b, "to": c} for a, b, c in ranges])
    manager = FeatureManager({"feature_management": {"feature_flags": [flag]}})
    got = [
        manager.get_variant("chat-router", TargetingContext(user_id=f"user-{n}")).name
        for n in range(2000)
    ]
    assert got.count("candidate") / 20 == pytest.approx(shares(flag)["candidate"], abs=4)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "[]",
        "7",
        "not json",
        "null",
        '{"variants": 7}',
        '{"enabled": 1, "allocation": []}',
        "[" * 9999,
        json.dumps(changed(percentile=[{"variant": "a", "from": "x", "to": 1}])),
    ],
)
def test_a_flag_that_is_none_is_said_to_be_none(value: str) -> None:
    shown = route("store", item(value))
    assert isinstance(shown, Route)
    assert shown.problem or sum(each.percent for each in shown.shares) == pytest.approx(100)


def test_only_flags_are_routes() -> None:
    others = [KeyValue(key="color", value="{}"), item(FLAG)]
    assert [each.name for each in routes("store", others)] == ["chat"]
