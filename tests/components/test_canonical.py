"""One hash for one value, whoever writes it down and through whichever hands it goes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.canonical import (
    NotCanonical,
    built_in_filter_hash,
    canonical,
    entry_hash,
    filter_hash,
    hash_of,
)

ENTRY = {
    "data": {"durationMin": 20, "errorRate": 0.002, "p95Ms": 2140.5},
    "identity": {
        "capacity": 150,
        "model": "gpt-5.5",
        "sku": "DataZoneStandard",
        "version": "2026-04-24",
    },
    "kind": "loadTest",
    "measuredAt": "2026-11-20T09:00:00Z",
    "prev": "0" * 64,
    "seq": 1,
    "subject": {"account": "primary", "deployment": "chat-v4"},
    "tool": {"name": "plumb load", "version": "1.0.0"},
}
HASH = "21d423ee4bf2453a70bbc27cb004ff3c4cd4f5caf208cdb8370b79c24223c799"

POLICY = {
    "basePolicyName": "Microsoft.DefaultV2",
    "mode": "Blocking",
    "contentFilters": [
        {"name": "Hate", "source": "Prompt", "severityThreshold": "Low", "blocking": True},
        {"name": "Hate", "source": "Completion", "severityThreshold": "Low", "blocking": True},
        {"name": "Jailbreak", "source": "Prompt", "blocking": True},
    ],
    "customBlocklists": [{"blocklistName": "brand", "source": "Prompt", "blocking": True}],
}

VALUES = st.recursive(
    st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False).filter(lambda each: abs(each) <= 2**53)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def floats(value):
    """What the engine makes of it: every number a float."""
    if isinstance(value, dict):
        return {key: floats(held) for key, held in reversed(value.items())}
    if isinstance(value, list):
        return [floats(held) for held in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def test_an_entry_has_the_hash_that_was_agreed_on():
    assert entry_hash(ENTRY) == HASH
    assert entry_hash(floats(ENTRY)) == HASH
    assert entry_hash({**ENTRY, "hash": "any"}) == HASH


def test_a_built_in_filter_has_the_hash_that_was_agreed_on():
    agreed = "e3eddd33317216048b1125c3dc35f16ea98ac42cfbd0b7767c6b065bc566f0c3"
    assert built_in_filter_hash("Microsoft.DefaultV2") == agreed


@given(VALUES)
def test_the_hash_survives_the_engine_and_any_order_of_keys(value):
    assert canonical(floats(value)) == canonical(value)
    assert json.loads(canonical(value)) == value


@given(VALUES, VALUES)
def test_two_values_have_two_forms(one, other):
    assert (canonical(one) == canonical(other)) == (
        json.dumps(floats(one), sort_keys=True) == json.dumps(floats(other), sort_keys=True)
    ) or "-0.0" in json.dumps([floats(one), floats(other)])


def test_there_is_no_minus_zero():
    assert canonical([-0.0, 0.0, 0]) == "[0,0,0]"


def test_text_stays_as_it_is():
    assert canonical({"ä": 'é"\n'}) == '{"ä":"é\\"\\n"}'


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": [1, None]}, r"a\[1\] is null"),
        (float("nan"), "it is no number"),
        ({"a": {"b": float("inf")}}, r"a\.b is no number"),
        (2**53 + 1, "more digits"),
        (1e300, "more digits"),
        ({1: 2}, "key 1"),
        ({"a": object()}, "a is of type object"),
        ("\ud800", "no Unicode"),
    ],
)
def test_what_does_not_travel_has_no_hash(value, message):
    with pytest.raises(NotCanonical, match=message):
        hash_of(value)


def test_the_order_of_a_filters_lines_does_not_count():
    turned = {**POLICY, "contentFilters": POLICY["contentFilters"][::-1]}
    assert filter_hash(turned) == filter_hash(POLICY)


def test_a_filters_name_and_what_is_null_do_not_count():
    lines = [{**line, "action": None} for line in POLICY["contentFilters"]]
    same = {**POLICY, "contentFilters": lines, "type": "UserManaged"}
    assert filter_hash(same) == filter_hash(POLICY)


@pytest.mark.parametrize(
    "change",
    [
        {"mode": "Asynchronous_filter"},
        {"basePolicyName": "Microsoft.Default"},
        {"customBlocklists": []},
        {"contentFilters": POLICY["contentFilters"][:2]},
        {"contentFilters": [{**POLICY["contentFilters"][0], "severityThreshold": "High"}]},
    ],
)
def test_a_changed_filter_has_another_hash(change):
    assert filter_hash({**POLICY, **change}) != filter_hash(POLICY)


@given(st.dictionaries(st.sampled_from([*POLICY, "x"]), st.none() | VALUES))
def test_no_filter_is_too_odd_to_be_hashed(policy):
    assert len(filter_hash(policy)) == 64
