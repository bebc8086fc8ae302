"""One writer an account, whatever gets lost, dies or is slow."""

import json
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts import lock
from scripts.guarded_store import Entry, NotReached
from scripts.lock import MARGIN_S, TTL_S, Claim, Held, Hold, Lost
from scripts.lock_files import LockFiles
from tests.lock_store import START, FakeStore, HeldClock

KEY = "plumb:lock/primary"


@pytest.fixture
def clock():
    return HeldClock()


@pytest.fixture
def store(clock):
    return FakeStore(clock)


def hold(store, purpose="rollout chat"):
    return Hold(store, "primary", purpose, store.clock)


def claim_in(store):
    return Claim.read(store.entries[KEY].value)


def test_who_comes_first_has_it_and_the_next_is_told_who_and_why(store):
    first, second = hold(store), hold(store, "autoscale")
    assert (first.take(), first.is_ours) == (None, True)
    holder = second.take()
    assert (holder.purpose, holder.nonce, second.is_ours) == ("rollout chat", first.nonce, False)


def test_the_entry_says_who_where_why_and_until_when(store):
    hold(store).take()
    said = json.loads(store.entries[KEY].value)
    assert set(said) == {"holder", "purpose", "host", "acquired", "expires", "nonce"}
    assert (said["acquired"], said["expires"]) == ("2026-11-21T20:00:00Z", "2026-11-21T20:01:30Z")


def test_what_was_given_back_is_free(store):
    first, second = hold(store), hold(store)
    first.take()
    first.release()
    assert (store.entries, first.is_ours) == ({}, False)
    assert second.take() is None


@pytest.mark.parametrize(("seconds", "taken"), [(TTL_S, False), (TTL_S + 1, True)])
def test_the_dead_are_taken_over_once_the_stores_clock_says_that_it_is_over(
    store, clock, seconds, taken
):
    hold(store).take()
    clock.sleep(seconds)
    second = hold(store)
    second.take()
    assert second.is_ours is taken


def test_a_machine_whose_clock_is_wrong_neither_takes_early_nor_holds_long(store, clock):
    dead = hold(store)
    dead.take()
    ahead = replace(hold(store), clock=HeldClock(10_000.0))
    assert ahead.take().nonce == dead.nonce
    clock.sleep(TTL_S - MARGIN_S)
    assert not dead.is_ours


def test_renewal_puts_the_end_off(store, clock):
    first = hold(store)
    first.take()
    for _ in range(10):
        clock.sleep(lock.RENEW_S)
        first.renew()
    assert first.is_ours
    assert claim_in(store).acquired == "2026-11-21T20:00:00Z"
    assert claim_in(store).expires == "2026-11-21T20:06:30Z"


def test_two_renewals_may_fail_and_the_third_is_too_late(store, clock):
    first = hold(store)
    first.take()
    store.loses = lambda: "request"
    for ours in (True, True, False):
        clock.sleep(lock.RENEW_S)
        first.renew()
        assert first.is_ours is ours


def test_what_somebody_took_away_by_hand_is_lost_and_never_written_again(store, clock):
    first = hold(store)
    first.take()
    store.entries.clear()
    clock.sleep(lock.RENEW_S)
    first.renew()
    first.renew()
    assert (first.is_ours, store.entries) == (False, {})


def test_what_another_holds_is_not_given_back_by_us(store, clock):
    first, second = hold(store), hold(store)
    first.take()
    store.entries.clear()
    second.take()
    first.release()
    assert claim_in(store).nonce == second.nonce


@pytest.mark.parametrize("lost", ["request", "answer"])
def test_an_answer_lost_on_its_way_is_found_by_asking_again(store, lost):
    first, said = hold(store), iter(["", lost])
    store.loses = lambda: next(said, "")
    with pytest.raises(NotReached):
        first.take()
    assert not first.is_ours
    assert first.take() is None
    assert first.is_ours


def test_an_entry_that_is_none_of_ours_is_left_alone(store):
    store.entries[KEY] = Entry(value="{}", etag="theirs")
    assert hold(store).take() == lock.UNREADABLE
    assert store.entries[KEY].etag == "theirs"


def test_a_block_has_its_accounts_in_name_order_and_gives_them_back(store, clock):
    with lock.held(store, ["secondary", "primary", "secondary"], "up", clock=clock) as lease:
        assert [each.account for each in lease.holds] == ["primary", "secondary"]
        assert list(store.entries) == ["plumb:lock/primary", "plumb:lock/secondary"]
        lease.check()
    assert store.entries == {}
    assert not lease.is_ours


def test_a_block_gives_back_what_it_has_when_the_next_account_is_not_to_be_had(store, clock):
    Hold(store, "secondary", "rollout chat", HeldClock()).take()
    with (
        pytest.raises(Held, match=r"^secondary is locked by .+ \(rollout chat\) since 2026-11-21"),
        lock.held(store, ["primary", "secondary"], "up", wait_s=10, clock=clock),
    ):
        raise AssertionError("it has it")
    assert clock.seconds == 10
    assert list(store.entries) == ["plumb:lock/secondary"]


def test_a_block_waits_for_whoever_is_about_to_end(store, clock):
    other = hold(store)
    other.take()
    store.before = lambda: other.release() if clock.seconds >= 8 and other.is_ours else None
    with lock.held(store, ["primary"], "up", clock=clock) as lease:
        lease.check()
    assert clock.seconds == 8


def test_a_store_that_is_silent_ends_the_wait_too(store, clock):
    store.loses = lambda: "request"
    with (
        pytest.raises(NotReached, match="lost on the way there"),
        lock.held(store, ["primary"], "up", wait_s=10, clock=clock),
    ):
        raise AssertionError("it has it")


def test_whoever_has_lost_it_is_stopped_before_the_next_write(store, clock):
    with lock.held(store, ["primary"], "up", clock=clock) as lease:
        clock.sleep(TTL_S)
        with pytest.raises(Lost, match="the lock of primary is lost"):
            lease.check()


@dataclass
class Race:
    """Controllers whose requests come between each other's, in the order that was drawn."""

    data: st.DataObject
    clock: HeldClock = field(default_factory=HeldClock)
    depth: int = 0

    def __post_init__(self):
        self.store = FakeStore(self.clock, before=self.interrupt, loses=self.lose)
        self.holds = [hold(self.store, f"controller {number}") for number in range(3)]
        self.busy = set()

    def lose(self):
        return self.data.draw(st.sampled_from(["", "", "", "request", "answer"]))

    def interrupt(self):
        if self.depth < 2:
            self.step()

    def step(self):
        """One thing that one of those does who do nothing yet; or time goes by."""
        self.depth += 1
        acts = ["wait", "nothing", "take", "renew", "release"]
        act, number = self.data.draw(st.tuples(st.sampled_from(acts), st.integers(0, 2)))
        if act == "wait":
            self.clock.sleep(self.data.draw(st.sampled_from([0.3, 29.7, 61.2, 95.0])))
        elif act != "nothing" and number not in self.busy:
            self.busy.add(number)
            chosen = self.holds[number]
            try:
                if act == "take" and not chosen.is_ours:
                    chosen.take()
                elif act == "renew":
                    chosen.renew()
                elif act == "release":
                    chosen.release()
            except NotReached:
                pass
            self.busy.remove(number)
        self.depth -= 1
        assert sum(each.is_ours for each in self.holds) <= 1


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_two_controllers_never_both_hold_it(data):
    race = Race(data)
    for _ in range(12):
        race.step()


def test_where_there_is_no_store_files_do_and_keep_the_same_rules(tmp_path):
    clock = HeldClock()
    files = LockFiles(tmp_path / "locks", lambda: START)
    first, second = (Hold(files, "primary", purpose, clock) for purpose in ("up", "rollout"))
    assert first.take() is None
    assert second.take().purpose == "up"
    first.renew()
    assert first.is_ours
    first.release()
    assert second.take() is None
    assert not files.replace(KEY, "{}", "another").entry
    assert not files.remove(KEY, "another").entry


def test_a_folder_that_cannot_be_written_is_not_reached(tmp_path):
    (tmp_path / "locks").write_text("a file")
    with pytest.raises(NotReached, match=r"cannot be written"):
        LockFiles(tmp_path / "locks").add(KEY, "{}")
