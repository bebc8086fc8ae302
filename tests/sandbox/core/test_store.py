"""The store and the clock."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.clock import Clock, moment, stamp
from sandbox.ids import parent_of, parse, within
from tests.sandbox.core.cloud import ACCOUNT, GROUP, Cloud

START = datetime(2026, 11, 21, tzinfo=UTC)
NAME = st.text("abcXYZ019-_.", min_size=1, max_size=8)


def test_a_transaction_is_all_or_nothing_and_a_nested_one_joins_it(empty: Cloud) -> None:
    store = empty.around.store
    with pytest.raises(RuntimeError), store.transaction():
        store.put("/a", "t", {})
        with store.transaction():
            store.put("/b", "t", {})
        raise RuntimeError
    assert (store.get("/a"), store.get("/b")) == (None, None)


def test_what_is_beneath_a_resource_is_not_what_only_begins_like_it(empty: Cloud) -> None:
    store = empty.around.store
    for id in ("/s/ai", "/s/ai/x", "/s/ai-2", "/s/ai-2/x", "/s/aiz"):
        store.put(id, "t", {})
    assert [each.id for each in store.beneath("/S/AI")] == ["/s/ai/x"]


@given(st.lists(st.tuples(NAME, NAME), min_size=1, max_size=4))
def test_an_id_survives_being_taken_apart(pairs: list[tuple[str, str]]) -> None:
    path = "/".join(f"{kind}/{name}" for kind, name in pairs)
    id = f"{GROUP}/providers/Microsoft.X/{path}"
    parsed = parse(id)
    assert parsed is not None
    assert str(parsed) == id
    assert within(id, parsed.parent)
    assert parent_of(id) == parsed.parent


def test_an_extension_hangs_on_what_stands_before_the_last_providers() -> None:
    parsed = parse(f"{ACCOUNT}/providers/Microsoft.Authorization/locks/keep")
    assert parsed is not None
    assert (parsed.scope, parsed.type) == (ACCOUNT, "Microsoft.Authorization/locks")


def test_a_restarted_clock_goes_on_where_it_was() -> None:
    now = START
    clock = Clock(lambda: now)
    clock.advance(timedelta(hours=48))
    again = Clock(lambda: now)
    again.restore(clock.state())
    assert again.now() == START + timedelta(hours=48)
    again.run(0)
    now += timedelta(days=1)
    assert again.now() == START + timedelta(hours=48)
    frozen = Clock(lambda: now)
    frozen.restore(again.state())
    assert frozen.now() == again.now()


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_stamps_are_read_back_and_sort_as_the_moments_do(when: datetime) -> None:
    assert moment(stamp(when)) == when
    assert (stamp(when) < stamp(START)) == (when < START)
