"""Capacity itself, and the steps in which it is handed out."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.exit import Exit
from scripts.preflight.checks.room import room
from scripts.preflight.checks.sku_step import nearest, sku_step
from scripts.subscription.facts import Room, Unknown
from tests.preflight.worlds import (
    GPT,
    HERE,
    MINI,
    PTU,
    STANDARD,
    THERE,
    TUNED,
    holds,
    levels,
    offered,
    offers,
    said,
    seen,
    sku,
    stack,
    standing,
    wants,
)


def rooms(available, sku=STANDARD, location=HERE, tuned=0):
    return Room(location=location, sku=sku, available=available, available_fine_tuned=tuned)


def roomy(wanted, *rooms_, live=(), key=GPT):
    return seen(
        wanted,
        rooms={key: rooms_},
        accounts=(standing(),),
        deployments={"primary": tuple(live)},
    )


def test_quota_is_not_capacity():
    wanted = stack(wants(sku=PTU, capacity=50))
    told = (rooms(40, PTU), rooms(60, PTU, THERE), rooms(900, PTU, "eastus"))
    ((level, text),) = said(room(wanted, roomy(wanted, *told)))
    assert level == "fail"
    assert "swedencentral has 40 left" in text
    assert "there is room in francecentral; or" in text


def test_only_growth_needs_room():
    wanted = stack(wants(capacity=50))
    assert list(room(wanted, roomy(wanted, rooms(0), live=[holds(capacity=50)]))) == []
    assert levels(room(wanted, roomy(wanted, rooms(0), live=[holds(capacity=49)]))) == ["fail"]


def test_what_does_not_grow_needs_nobody_to_tell_of_room():
    wanted = stack(wants(capacity=50))
    dead = Unknown(reason="room: 503", fix="later", code=Exit.NOT_REACHED)
    silent = replace(roomy(wanted, live=[holds(capacity=50)]), rooms={GPT: dead})
    assert list(room(wanted, silent)) == []


def test_room_is_summed_over_deployments_of_one_model_and_sku():
    two = stack(wants("a", capacity=60), wants("b", capacity=60))
    assert levels(room(two, roomy(two, rooms(100)))) == ["fail"]
    assert list(room(two, roomy(two, rooms(120)))) == []


def test_fine_tuned_models_have_room_of_their_own():
    wanted = stack(wants(model=TUNED, sku="Standard", capacity=50))
    tight = roomy(wanted, rooms(1000, "Standard", tuned=10), key=MINI)
    wide = roomy(wanted, rooms(0, "Standard", tuned=50), key=MINI)
    assert levels(room(wanted, tight)) == ["fail"]
    assert list(room(wanted, wide)) == []


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (Unknown(reason="room: 503", fix="later", code=Exit.NOT_REACHED), Exit.NOT_REACHED),
        ((), Exit.CANNOT_TELL),
        ((rooms(1000, location=THERE),), Exit.CANNOT_TELL),
    ],
)
def test_room_that_nobody_tells_is_unknown(told, code):
    wanted = stack(wants())
    (finding,) = room(wanted, seen(wanted, rooms={GPT: told}))
    assert (finding.level, finding.code) == ("unknown", code)


def test_an_account_that_cannot_be_read_makes_too_little_room_unknown():
    wanted = stack(wants(capacity=50))
    blind = seen(
        wanted,
        rooms={GPT: (rooms(0),)},
        deployments={"primary": Unknown(reason="deployments: 500", fix="later")},
    )
    assert levels(room(wanted, blind)) == ["unknown"]


@pytest.mark.parametrize(
    ("capacity", "fix"),
    [
        (14, "capacity: 15"),
        (1, "capacity: 15"),
        (16, "capacity: 15 or 20"),
        (18, "capacity: 20 or 15"),
        (200_000, "capacity: 100000"),
    ],
)
def test_what_is_no_step_is_refused_with_the_nearest_that_is(capacity, fix):
    wanted = stack(wants(sku=PTU, capacity=capacity))
    ((level, text),) = said(sku_step(wanted, seen(wanted)))
    assert level == "fail"
    assert text.endswith(f"Fix: {fix}")
    assert "takes at least 15 in steps of 5, at most 100000" in text


@pytest.mark.parametrize("capacity", [15, 20, 100_000])
def test_what_is_a_step_is_taken(capacity):
    wanted = stack(wants(sku=PTU, capacity=capacity))
    assert list(sku_step(wanted, seen(wanted))) == []


def test_where_azure_lists_the_capacities_nothing_else_is_taken():
    wanted = stack(wants(capacity=30))
    listed = offers(GPT, sku(STANDARD, "pool", allowed=(50, 10, 100)))
    ((_, text),) = said(sku_step(wanted, seen(wanted, models={HERE: (listed,)})))
    assert "takes 10, 50, 100; wanted 30" in text
    assert text.endswith("Fix: capacity: 50 or 10")


def test_models_that_nobody_tells_leave_the_step_unknown():
    wanted = stack(wants())
    blind = seen(wanted, models={HERE: Unknown(reason="models: 500", fix="later")})
    assert levels(sku_step(wanted, blind)) == ["unknown"]
    assert list(sku_step(wanted, seen(wanted, models={HERE: offered()}))) == []


@given(st.integers(1, 500), st.integers(1, 60), st.integers(1, 60), st.integers(0, 500))
def test_nothing_legal_is_nearer_than_what_is_offered(capacity, minimum, step, more):
    one = sku(STANDARD, "pool", minimum=minimum, step=step, maximum=minimum + more)
    legal = range(minimum, minimum + more + 1, step)
    near = nearest(capacity, one)
    assert set(near) <= set(legal)
    assert abs(near[0] - capacity) == min(abs(each - capacity) for each in legal)
    assert (near == [capacity]) == (capacity in legal)
