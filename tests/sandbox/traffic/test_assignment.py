"""Users stand where FeatureManagement puts them."""

from itertools import pairwise

import pytest
from featuremanagement import FeatureManager, TargetingContext
from hypothesis import given
from hypothesis import strategies as st

from sandbox.traffic.assignment import box, variant


@pytest.mark.parametrize(
    ("user", "seed", "expected"),
    [
        ("user-1", "chat-router/r-2026-11-21", 43.142964),
        ("user-2", "chat-router/r-2026-11-21", 18.348225),
        ("é-ü", "chat-router/r-2026-11-21", 74.939564),
        ("", "chat-router/r-2026-11-21", 76.320061),
        ("user-1", "chat/r-0001", 89.665131),
        ("user-1", "allocation\nchat-router", 86.716797),
    ],
)
def test_a_user_has_a_place_from_0_to_100(user, seed, expected):
    assert box(user, seed) == pytest.approx(expected, abs=1e-6)


@given(
    st.text(max_size=8),
    st.lists(st.integers(0, 100), min_size=1, max_size=3, unique=True).map(sorted),
    st.booleans(),
    st.none() | st.text(min_size=1, max_size=5),
)
def test_a_variant_is_the_one_that_the_library_gives(user, edges, named, seed):
    names = ["a", "b", "c", "d"]
    bounds = [0, *[each for each in edges if 0 < each < 100], 100]
    flag = {
        "id": "chat",
        "enabled": True,
        "variants": [{"name": name, "configuration_value": name} for name in names],
        "allocation": {
            "default_when_enabled": "d",
            "percentile": [
                {"variant": names[at], "from": low, "to": high}
                for at, (low, high) in enumerate(pairwise(bounds))
            ],
            **({"user": [{"variant": "c", "users": [user]}]} if named else {}),
            **({"seed": seed} if seed else {}),
        },
    }
    manager = FeatureManager({"feature_management": {"feature_flags": [flag]}})
    theirs = manager.get_variant("chat", TargetingContext(user_id=user, groups=[]))
    assert theirs is not None
    assert variant(flag, user) == theirs.name


def test_a_flag_that_is_off_gives_what_it_says_for_that():
    flag = {"id": "x", "enabled": False, "allocation": {"default_when_disabled": "old"}}
    assert variant(flag, "anybody") == "old"
