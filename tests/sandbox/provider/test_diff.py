from __future__ import annotations

import copy
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.provider.diff import Difference, differences, merged, same
from sandbox.provider.values import UNKNOWN

LEAVES = st.booleans() | st.integers(0, 3) | st.sampled_from(["a", "b"])
KEYS = st.sampled_from(["one", "two", "three"])
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
INPUTS = st.dictionaries(KEYS, VALUES, max_size=3)
NOTHING: frozenset[str] = frozenset()


def paths(old, new, replacing=NOTHING, state=None):
    return {
        each.path: f"{each.change}{'_REPLACE' * each.replaces}"
        for each in differences(old, new, state or {}, replacing)
    }


@given(INPUTS)
def test_nothing_differs_from_itself(inputs):
    assert differences(inputs, copy.deepcopy(inputs), {}, NOTHING) == []


@given(INPUTS, INPUTS)
def test_no_difference_is_missed_and_none_is_made_up(old, new):
    assert (differences(old, new, {}, NOTHING) == []) == same(old, new)


@given(INPUTS, INPUTS)
def test_what_is_told_makes_the_new_of_the_old(old, new):
    made = copy.deepcopy(old)
    told = differences(old, new, {}, NOTHING)
    for each in sorted(told, key=lambda each: each.change == "DELETE"):
        apply(each, made, new)
    assert same(made, new)


def apply(each: Difference, made, new):
    *way, last = (
        int(step[1:-1]) if step.startswith("[") else step
        for step in re.findall(r"\w+|\[\d+\]", each.path)
    )
    for step in way:
        made, new = made[step], new[step]
    if each.change != "DELETE":
        if isinstance(made, list) and last == len(made):
            made.append(new[last])
        else:
            made[last] = new[last]
    elif isinstance(made, list):
        made.pop()
    else:
        del made[last]


def test_a_capacity_is_told_alone():
    old = {"sku": {"name": "Standard", "capacity": 10}}
    assert paths(old, {"sku": {"name": "Standard", "capacity": 20}}) == {"sku.capacity": "UPDATE"}


def test_an_element_is_told_by_its_place():
    old, new = {"filters": [{"on": 1}, {"on": 2}]}, {"filters": [{"on": 1}, {"on": 3}, {}]}
    assert paths(old, new) == {"filters[1].on": "UPDATE", "filters[2]": "ADD"}


def test_whatever_is_under_an_input_that_cannot_change_replaces():
    old, new = {"subnet": {"id": "a"}, "tags": {}}, {"subnet": {"id": "b"}, "tags": {"x": "y"}}
    assert paths(old, new, frozenset({"subnet"})) == {
        "subnet.id": "UPDATE_REPLACE",
        "tags.x": "ADD",
    }


def test_what_comes_and_goes_within_such_an_input_replaces_nothing():
    old, new = {"subnet": {"id": "a"}}, {"subnet": {"id": "a", "name": "ai"}}
    assert paths(old, new, frozenset({"subnet"})) == {"subnet.name": "ADD"}
    assert paths(new, old, frozenset({"subnet"})) == {"subnet.name": "DELETE"}
    assert paths({}, old, frozenset({"subnet"})) == {"subnet": "ADD_REPLACE"}
    lists = paths({"names": ["a"]}, {"names": ["b", "c"]}, frozenset({"names"}))
    assert lists == {"names[0]": "UPDATE", "names[1]": "ADD"}


@pytest.mark.parametrize("one", ["East US 2", "eastus2", "EastUS2"])
@pytest.mark.parametrize("other", ["East US 2", "eastus2"])
def test_a_location_has_many_spellings(one, other):
    assert paths({"location": one}, {"location": other}, frozenset({"location"})) == {}


def test_another_location_replaces_where_it_must():
    old, new = {"location": "eastus2"}, {"location": "swedencentral"}
    assert paths(old, new, frozenset({"location"})) == {"location": "UPDATE_REPLACE"}
    assert paths(old, new) == {"location": "UPDATE"}


def test_an_unknown_place_is_another_one():
    old, new = {"location": "eastus2"}, {"location": UNKNOWN}
    assert paths(old, new, frozenset({"location"})) == {"location": "UPDATE_REPLACE"}


def test_a_default_written_down_replaces_nothing():
    state = {"location": "eastus2"}
    new = {"location": "eastus2"}
    assert paths({}, new, frozenset({"location"}), state) == {"location": "ADD"}
    assert paths({}, new, frozenset({"location"})) == {"location": "ADD_REPLACE"}


def test_what_the_provider_notes_for_itself_is_no_difference():
    assert paths({}, {"__createBeforeDelete": True}) == {}


def test_a_flag_is_not_the_number_one():
    assert paths({"a": True}, {"a": 1}) == {"a": "UPDATE"}


@given(INPUTS, INPUTS)
def test_a_refresh_that_finds_nothing_new_leaves_the_inputs(inputs, outputs):
    assert merged(inputs, outputs, copy.deepcopy(outputs)) == inputs


def test_a_refresh_takes_over_what_someone_changed_and_no_default():
    inputs = {"sku": {"name": "S0"}}
    before = {"sku": {"name": "S0", "tier": "Standard"}, "kind": "OpenAI"}
    after = {"sku": {"name": "S1", "tier": "Standard"}, "kind": "OpenAI", "tags": {"by": "hand"}}
    assert merged(inputs, before, after) == {"sku": {"name": "S1"}, "tags": {"by": "hand"}}


def test_a_refresh_forgets_what_is_gone():
    assert merged({"a": 1, "tags": {"x": 1}}, {"a": 1, "tags": {"x": 1}}, {"a": 1}) == {"a": 1}


def test_a_refresh_takes_one_element_over_and_leaves_the_others():
    inputs = [{"name": "Hate"}, {"name": "Sexual"}]
    before = [{"name": "hate", "action": "x"}, {"name": "sexual", "action": "x"}]
    after = [{"name": "hate", "action": "x"}, {"name": "violence", "action": "x"}]
    assert merged(inputs, before, after) == [{"name": "Hate"}, {"name": "violence"}]
