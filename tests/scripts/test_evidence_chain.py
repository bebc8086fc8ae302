"""Whatever is done to recorded evidence, it is found, and the place is named."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.canonical import entry_hash
from components.evidence_entry import NOTHING_BEFORE
from components.evidence_file import Recorded
from scripts.readiness.evidence_chain import first_break, rewritten
from tests.components.evidence_examples import DATA, entry

KINDS = [*DATA, *DATA]


def chain():
    made, before = [], NOTHING_BEFORE
    for number, kind in enumerate(KINDS, 1):
        made.append(copy.deepcopy(entry(kind, seq=number, prev=before)))
        before = made[-1]["hash"]
    return made


WHOLE = chain()
PLACES = st.integers(0, len(WHOLE) - 1)


def recorded(entries):
    return [Recorded(10 * place, each) for place, each in enumerate(entries, 1)]


def rehashed(entries):
    """As somebody would who knows how the hashes are made."""
    before, made = NOTHING_BEFORE, []
    for number, each in enumerate(entries, 1):
        moved = each | {"seq": number, "prev": before}
        before = entry_hash(moved)
        made.append(moved | {"hash": before})
    return made


def leaves(value, place=()):
    """The places of all that is no map or list."""
    if isinstance(value, dict):
        return [found for key, held in value.items() for found in leaves(held, (*place, key))]
    if isinstance(value, list):
        return [found for key, held in enumerate(value) for found in leaves(held, (*place, key))]
    return [place]


def at(entries, place):
    held = entries
    for key in place[:-1]:
        held = held[key]
    return held, place[-1]


def test_what_was_recorded_is_whole():
    assert first_break(recorded(WHOLE)) is None
    assert first_break([]) is None


@given(st.sampled_from(leaves(WHOLE)), st.integers() | st.text() | st.booleans() | st.none())
def test_an_edited_value_is_found_in_its_entry(place, value):
    entries = copy.deepcopy(WHOLE)
    held, key = at(entries, place)
    if held[key] == value and isinstance(held[key], bool) == isinstance(value, bool):
        return
    held[key] = value
    found = first_break(recorded(entries))
    assert found
    assert found.line == 10 * (place[0] + 1)
    assert "was changed after it was recorded" in found.what


@given(st.sampled_from([place for place in leaves(WHOLE) if len(place) > 2]))
def test_a_value_that_is_taken_away_is_found_in_its_entry(place):
    entries = copy.deepcopy(WHOLE)
    held, key = at(entries, place)
    del held[key]
    found = first_break(recorded(entries))
    assert found
    assert found.line == 10 * (place[0] + 1)


@given(st.integers(0, len(WHOLE) - 2))
def test_a_removed_entry_is_named(place):
    found = first_break(recorded(WHOLE[:place] + WHOLE[place + 1 :]))
    assert found
    assert found.what.startswith(f"entry {place + 1} is gone: entry {place + 2} stands")
    assert found.line == 10 * (place + 1)


@given(PLACES, PLACES)
def test_two_entries_that_changed_places_are_named(one, other):
    first, second = sorted((one, other))
    if first == second:
        return
    entries = list(WHOLE)
    entries[first], entries[second] = entries[second], entries[first]
    found = first_break(recorded(entries))
    assert found
    assert found.line == 10 * (first + 1)
    said = f"entry {second + 1} stands where {first + 1} was, which is on line {10 * (second + 1)}"
    assert found.what.startswith(said)


@given(PLACES, PLACES)
def test_a_copied_entry_is_named(source, place):
    entries = [*WHOLE[:place], WHOLE[source], *WHOLE[place:]]
    found = first_break(recorded(entries))
    assert found
    number = source + 1
    assert f"entry {number} stands here and on line" in found.what


@given(PLACES)
def test_an_entry_that_was_put_in_with_a_right_hash_is_found(place):
    before = WHOLE[place - 1]["hash"] if place else NOTHING_BEFORE
    forged = entry("cost", seq=place + 1, prev=before, measuredAt="2026-11-21T00:00:00Z")
    found = first_break(recorded([*WHOLE[:place], forged, *WHOLE[place:]]))
    assert found
    assert (
        found.what
        == f"entry {place + 1} stands here and on line {10 * (place + 1)}: one was put in"
    )


@given(st.integers(0, len(WHOLE) - 2))
def test_an_entry_that_was_written_anew_is_found_by_the_one_after_it(place):
    changed = WHOLE[place] | {"measuredAt": "2026-11-21T00:00:00Z"}
    entries = list(WHOLE)
    entries[place] = changed | {"hash": entry_hash(changed)}
    found = first_break(recorded(entries))
    assert found
    assert found.line == 10 * (place + 2)
    assert (
        found.what == f"entry {place + 2} was recorded after another one than now stands before it"
    )


@given(PLACES)
def test_a_chain_that_was_written_anew_is_found_by_an_earlier_copy(place):
    edited = [*WHOLE[:place], WHOLE[place] | {"measuredAt": "2026-11-21T00:00:00Z"}]
    anew = recorded(rehashed(edited + WHOLE[place + 1 :]))
    assert first_break(anew) is None
    found = rewritten(anew, recorded(WHOLE))
    assert found
    assert (found.line, found.what) == (10 * (place + 1), f"entry {place + 1} is not what it was")


@given(PLACES)
def test_what_was_cut_off_is_found_by_an_earlier_copy(place):
    cut = recorded(WHOLE[:place])
    assert first_break(cut) is None
    found = rewritten(cut, recorded(WHOLE))
    assert found
    assert found.what == f"entry {place + 1} is gone, and whatever came after it"


@given(PLACES)
def test_more_entries_are_no_rewriting(place):
    assert rewritten(recorded(WHOLE), recorded(WHOLE[:place])) is None


@pytest.mark.parametrize("odd", [{}, {"hash": 1}, {"seq": [], "hash": None}])
def test_an_odd_entry_was_never_recorded(odd):
    assert first_break(recorded([odd]))
    assert first_break(recorded([*WHOLE, odd]))
