"""A content filter passes exactly if it is nowhere weaker than the one of production."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from components import catalog
from policies.rules.security.filters import content_filter_strength
from tests.policies.rules.filter_cases import ENTRIES
from tests.policies.worlds import context, resource

SOURCES = ["Prompt", "Completion", "PreToolCall"]
NAMES = [fact.name for fact in catalog.CONTENT_FILTERS]
THRESHOLDS = {"Low": 1, "Medium": 2, "High": 3}
WANTED = {(entry["name"], entry["source"]) for entry in ENTRIES}
POSSIBLE = {(fact.name, source) for fact in catalog.CONTENT_FILTERS for source in fact.sources}
GRADED = {fact.name for fact in catalog.CONTENT_FILTERS if fact.graded}

entries = st.fixed_dictionaries(
    {"name": st.sampled_from([*NAMES, "SelfHarm"]), "source": st.sampled_from(SOURCES)},
    optional={
        "enabled": st.booleans(),
        "blocking": st.booleans(),
        "severityThreshold": st.sampled_from([*THRESHOLDS, "Extreme"]),
    },
)
close = st.lists(st.tuples(st.integers(0, len(ENTRIES) - 1), entries), max_size=2)


def pair(entry):
    return entry["name"], entry["source"]


def is_enough(entry):
    if pair(entry) not in WANTED:
        return True
    graded = entry["name"] in GRADED
    strict = not graded or THRESHOLDS.get(entry.get("severityThreshold"), 9) <= 2
    return entry.get("enabled") is True and entry.get("blocking") is True and strict


def is_sound(found):
    counted = Counter(map(pair, found))
    return (
        counted.keys() >= WANTED
        and counted.keys() <= POSSIBLE
        and max(counted.values()) == 1
        and all(map(is_enough, found))
    )


def said(found):
    policy = resource(catalog.RAI_POLICY, "strict", {"properties": {"contentFilters": found}})
    return list(content_filter_strength(policy, context()))


@given(close, st.lists(entries, max_size=1), st.sets(st.integers(0, len(ENTRIES) - 1), max_size=1))
def test_a_filter_passes_exactly_if_it_is_nowhere_too_weak(changes, more, without):
    found = list(ENTRIES)
    for place, entry in changes:
        found[place] = {**entry, **dict(zip(("name", "source"), pair(found[place]), strict=True))}
    found = [entry for place, entry in enumerate(found) if place not in without] + more
    assert bool(said(found)) is not is_sound(found)


@given(st.permutations(ENTRIES))
def test_the_order_of_a_filter_is_nobodys_business(found):
    assert said(found) == []
