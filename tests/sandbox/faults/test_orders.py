"""Orders: what can be asked for, what comes of it, and what a wrong one is told."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sandbox.faults import Fault, Faults, counted, luck, meets, strikes
from sandbox.orders import ONLY_FOR, ORDERS, Order, instruction, unmet
from sandbox.targets import FACES, parse
from scripts.local import clock as sandbox_clock
from scripts.local import faults as sandbox_faults

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TARGETS = {
    "arm": "arm:deployments",
    "account": "account:ai-test",
    "deployment": "deployment:ai-test/chat",
    "appconfig": "appconfig",
    "identity": "identity",
}


@pytest.mark.parametrize("kind", ORDERS)
@pytest.mark.parametrize("face", FACES)
def test_each_kind_is_done_to_what_it_fits_and_refused_elsewhere_with_the_choices(kind, face):
    target = "arm" if kind == "quota-cut" and face == "arm" else TARGETS[face]
    body = {"target": target, "kind": kind}
    if face in ORDERS[kind].faces:
        made = Order.model_validate(body).fault(NOW)
        assert (made.kind, made.action) == (kind, ORDERS[kind].action)
    else:
        with pytest.raises(ValidationError, match=r"cannot be done to .* Fix: --target"):
            Order.model_validate(body)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"target": "arm", "kind": "sluggish"}, "Fix: throttle, conflict, server-error"),
        ({"target": "cloud", "kind": "slow"}, "Fix: arm, arm:<type or id>"),
        ({"target": "deployment:chat", "kind": "slow"}, "Fix: deployment:<account>/<name>"),
        ({"target": "arm", "kind": "slow", "status": 503}, "Fix: --kind server-error"),
        ({"target": "arm", "kind": "quota-cut", "count": 2}, "Fix: --for, or no limit"),
        ({"target": "arm:accounts", "kind": "quota-cut"}, "Fix: --target arm"),
        ({"target": "arm:acounts", "kind": "slow"}, "Fix: accounts"),
        ({"target": "account:ai-tset", "kind": "slow"}, "Fix: ai-test"),
        ({"target": "deployment:ai-test/chta", "kind": "slow"}, "make one first"),
    ],
)
def test_a_wrong_order_is_told_the_choices(cloud, body, said):
    with pytest.raises(ValueError) as refused:
        instruction(body, cloud.around.store)
    assert said in str(refused.value)


def test_a_target_that_stands_there_is_taken(cloud):
    for target in ("account:ai-*", "account:AI-TEST", "arm:CognitiveServices/accounts", "arm:*x*"):
        wanted = parse(target.replace("arm:C", "arm:*C"))
        assert unmet(wanted, cloud.around.store) == ""


def hits_of(fault: Fault, requests: int) -> list[bool]:
    """Which of so many requests a fault hits, until it is used up."""
    found: list[bool] = []
    left: Fault | None = fault
    while left and len(found) < requests:
        found.append(strikes(left))
        left = counted(left, found[-1])
    return found


@given(st.integers(1, 20), st.integers(0, 5))
def test_a_count_is_hit_exactly_so_often_after_those_that_pass(count, passing):
    hits = hits_of(Fault(times=count, after=passing), 100)
    assert hits == [False] * passing + [True] * count


@given(st.integers(1, 10), st.floats(0.05, 1), st.integers())
def test_a_count_and_a_rate_together_keep_both(count, rate, seed):
    hits = hits_of(Fault(times=count, probability=rate, seed=seed), 2000)
    assert hits.count(True) == count and hits[-1]
    always = hits_of(Fault(probability=rate, seed=seed), len(hits))
    assert hits == always


@given(st.integers(), st.integers(0, 10_000))
def test_luck_is_a_part_of_one_and_the_same_for_the_same_seed(seed, met):
    fault = Fault(seed=seed, met=met)
    assert 0 <= luck(fault) < 1 and luck(fault) == luck(fault.model_copy())


def test_a_rate_hits_about_its_share_whatever_the_seed():
    for seed in range(5):
        hits = sum(luck(Fault(seed=seed, met=met)) < 0.3 for met in range(2000))
        assert 0.25 < hits / 2000 < 0.35


def test_which_requests_are_hit_does_not_change_by_a_restart(cloud):
    store = cloud.around.store

    def hits(restarted: bool) -> list[bool]:
        faults = Faults(store)
        faults.clear()
        faults.add(Fault(probability=0.5, seed=3))
        found = []
        for _ in range(20):
            faults = Faults(store) if restarted else faults
            found.append(faults.take("arm", "GET", "/x") is not None)
        return found

    assert hits(restarted=True) == hits(restarted=False)


def test_a_fault_for_a_while_ends_on_the_sandbox_clock(cloud):
    faults = Faults(cloud.around.store)
    order = Order(target="arm", kind="server-error", for_seconds=900)
    faults.add(order.fault(cloud.clock.now()))
    cloud.pass_time(minutes=14, seconds=59)
    assert faults.take("arm", "GET", "/x")
    cloud.pass_time(seconds=1)
    assert (faults.take("arm", "GET", "/x"), faults.all()) == (None, [])


def test_what_only_a_write_can_meet_lets_reads_pass():
    fault = Order(target="arm", kind="conflict").fault(NOW)
    assert [
        method
        for method in ("GET", "HEAD", "PUT", "PATCH", "POST", "DELETE")
        if meets(fault, "arm", method, "/x", "", "")
    ] == ["PUT", "PATCH", "DELETE"]


def test_no_request_meets_a_cut_quota():
    fault = Order(target="arm", kind="quota-cut").fault(NOW)
    assert not meets(fault, "arm", "PUT", "/x", "", "")


def test_clearing_one_leaves_the_others(cloud):
    faults = Faults(cloud.around.store)
    first, second = faults.add(Fault()), faults.add(Fault())
    assert (faults.clear(first), faults.clear(first)) == (1, 0)
    assert [each["number"] for each in faults.all()] == [second]


def test_the_command_offers_what_the_sandbox_can_do():
    assert list(sandbox_faults.KINDS) == list(ORDERS)
    assert {each.partition(":")[0] for each in sandbox_faults.TARGETS} == set(FACES)
    assert set(sandbox_clock.FIRED) == {"finished", "failed", "purged", "faults", "alerts"}
    assert set(ONLY_FOR) <= Order.model_fields.keys()
