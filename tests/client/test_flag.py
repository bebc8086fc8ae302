"""Whom a route's flag leads where, evaluated by Microsoft's own FeatureManagement."""

import threading

import pytest

from scripts.client.flag import Choice, Flag, user_hash
from scripts.client.route import Route
from tests.client.world import answer, whole

VALUES = {
    "stable": {"deployment": "chat-v3", "account": "primary"},
    "candidate": {"deployment": "chat-v4", "account": "primary"},
}


def definition(
    percent=5, *, seed="chat-router/r-2026-11-21", enabled=True, etag="e1", **allocation
):
    shares = [{"variant": "candidate", "from": 0, "to": percent}] if percent else []
    return {
        "id": "chat-router",
        "enabled": enabled,
        "conditions": {"client_filters": []},
        "variants": [{"name": k, "configuration_value": v} for k, v in VALUES.items()],
        "allocation": {
            "default_when_enabled": "stable",
            "default_when_disabled": "stable",
            "percentile": [*shares, {"variant": "stable", "from": percent, "to": 100}],
            **({"seed": seed} if seed else {}),
            **allocation,
        },
        "telemetry": {"enabled": True, "metadata": {"ETag": etag}},
    }


class Store:
    """A configuration as the provider keeps it: the flag that was there at the last refresh."""

    def __init__(self, *flags):
        self.flags = list(flags)
        self.kept = self.flags
        self.refreshed = 0
        self.down = False

    def get(self, key):
        return {"feature_flags": self.kept} if key == "feature_management" else None

    def refresh(self):
        self.refreshed += 1
        if self.down:
            raise OSError("the store is down")
        self.kept = self.flags


def made(store, **more):
    return Flag("chat-router", lambda: store, publish=lambda event: None, **more)


def flag(*args, **kwargs):
    read = made(Store(definition(*args, **kwargs)))
    read.refresh()
    return read


def variant(flag, user):
    choice = flag.choose(user)
    return choice and choice.variant


@pytest.mark.parametrize(
    ("seed", "user", "box"),
    [
        ("chat-router/r-2026-11-21", "user-1", 43.142964),
        ("chat-router/r-2026-11-21", "user-2", 18.348225),
        ("chat-router/r-2026-11-21", "alice@example.com", 73.264443),
        ("chat-router/r-2026-11-21", "é-ü", 74.939564),
        ("chat/r-0001", "user-1", 89.665131),
        ("chat/r-0001", "user-2", 5.534441),
        (None, "user-1", 86.716797),
    ],
)
def test_a_user_stands_where_the_hash_puts_them(seed, user, box):
    assert variant(flag(int(box), seed=seed), user) == "stable"
    assert variant(flag(int(box) + 1, seed=seed), user) == "candidate"


def test_a_growing_share_keeps_those_who_were_in_it():
    users = [f"user-{n}" for n in range(2000)]
    shown = [
        {user for user in users if variant(read, user) == "candidate"}
        for read in (flag(percent, seed="chat-router/r-2026-11-21a") for percent in (5, 25, 50))
    ]
    assert shown[0] < shown[1] < shown[2]
    assert [len(each) / 20 for each in shown] == pytest.approx([5, 25, 50], abs=2)


def test_a_tester_is_shown_the_candidate_whatever_its_share():
    testers = [{"variant": "candidate", "users": ["qa@contoso.com"]}]
    assert variant(flag(0, user=testers), "qa@contoso.com") == "candidate"


@pytest.mark.parametrize("nobody", [None, ""])
def test_whom_nobody_knows_is_on_stable_and_in_no_cohort(nobody):
    assert flag(100).choose(nobody) == Choice(
        value=VALUES["stable"], variant=None, etag="e1", candidate=VALUES["candidate"]
    )


def test_a_disabled_flag_leads_everybody_to_what_it_names_for_that():
    read = flag(100, enabled=False, default_when_disabled="candidate")
    assert variant(read, "user-1") == "candidate"
    assert read.choose(None).value == VALUES["candidate"]


def test_a_choice_names_the_flag_as_it_was():
    assert flag(etag="e7").choose("user-1").etag == "e7"


@pytest.mark.parametrize(
    "wrong",
    [
        {"percentile": [{"variant": "stable", "from": 0, "to": 5.0}]},
        {"percentile": [{"variant": "stable", "from": 0, "to": 12.5}]},
        {"percentile": [{"variant": "gone", "from": 0, "to": 100}]},
        {"percentile": [], "default_when_enabled": "gone"},
    ],
)
def test_a_flag_that_is_written_wrongly_says_nothing_and_raises_nothing(wrong, caplog):
    read = flag(**wrong)
    assert [read.choose("user-1"), read.choose("user-1")] == [None, None]
    assert caplog.text.count("flag chat-router says nothing") == 1


def test_a_store_that_is_down_at_the_start_is_asked_again_later():
    now, store, tries = [0.0], Store(definition()), []

    def load():
        tries.append(now[0])
        if store.down:
            raise TimeoutError("the store is down")
        return store

    store.down = True
    read = Flag("chat-router", load, clock=lambda: now[0], publish=lambda event: None)
    for now[0] in (0.0, 10.0, 29.0, 30.0):
        read.refresh()
        assert read.choose("user-1") is None
    assert tries == [0.0, 30.0]
    store.down, now[0] = False, 60.0
    read.refresh()
    assert variant(read, "user-1") == "stable"


def test_what_was_read_last_holds_while_the_store_is_down():
    store = Store(definition(100))
    read = made(store)
    read.refresh()
    store.down = True
    read.refresh()
    assert variant(read, "user-1") == "candidate"


def test_a_change_is_seen_with_the_next_refresh_and_not_before():
    store = Store(definition(0))
    read = made(store)
    read.refresh()
    store.flags = [definition(100, etag="e2")]
    assert variant(read, "user-1") == "stable"
    read.refresh()
    assert variant(read, "user-1") == "candidate"
    assert read.choose("user-1").etag == "e2"


def test_while_the_provider_swaps_its_flags_nobody_is_without_one():
    store = Store(definition(100))
    read = made(store)
    read.refresh()
    store.kept = []  # as the provider has it for a moment of every refresh
    assert variant(read, "user-1") == "candidate"


def test_other_flags_of_the_store_are_not_this_one():
    other = definition(100) | {"id": "triage-router"}
    alone, both = made(Store(other)), made(Store(other, definition(0)))
    for read in (alone, both):
        read.refresh()
    assert alone.choose("user-1") is None
    assert variant(both, "user-1") == "stable"


def test_a_flag_that_was_deleted_keeps_its_last_word():
    store = Store(definition(100))
    read = made(store)
    read.refresh()
    store.flags = []
    read.refresh()
    assert variant(read, "user-1") == "candidate"


def test_a_flag_kept_fresh_is_not_looked_at_by_calls():
    store = Store(definition())
    read = made(store)
    stop = read.keep_fresh(every_s=3600)
    read.refresh()
    assert store.refreshed == 0
    assert variant(read, "user-1") == "stable"
    stop()
    read.refresh()
    assert store.refreshed == 1


def test_a_flag_kept_fresh_is_looked_at_by_a_thread_of_its_own():
    store, looked = Store(definition()), threading.Event()
    store.refresh = looked.set
    stop = made(store).keep_fresh(every_s=0.001)
    assert looked.wait(60)
    stop()


def test_every_call_looks_at_the_flag_first(world):
    store = Store(definition(0))
    accounts = {"primary": world.target("primary", "")}
    route = Route(name="chat", fallback=[world.target()], accounts=accounts, flag=made(store))
    world.answers = [answer(), whole("Paris")]
    router = world.router(route=route)
    assert world.ask(router, user="user-1").variant == "stable"
    store.flags = [definition(100)]
    assert world.read(router, user="user-1")[1].variant == "candidate"


def test_only_one_looks_at_a_time():
    store = Store(definition())
    read = made(store)
    read.refresh()
    store.refresh = lambda: read.refresh()  # as another thread would meanwhile
    read.refresh()
    assert store.refreshed == 0


def test_telemetry_that_fails_changes_nobodys_variant(caplog):
    def fail(event):
        raise RuntimeError("no exporter")

    read = Flag("chat-router", lambda: Store(definition(100)), publish=fail)
    read.refresh()
    assert variant(read, "user-1") == "candidate"
    assert "is not published: RuntimeError('no exporter')" in caplog.text


def test_each_evaluation_is_told_and_by_a_hash_of_the_user(monkeypatch):
    import featuremanagement.azuremonitor

    told = []
    monkeypatch.setattr(featuremanagement.azuremonitor, "publish_telemetry", told.append)
    read = Flag("chat-router", lambda: Store(definition(100)))
    read.refresh()
    read.choose("alice@example.com")
    read.choose(None)
    (event,) = told
    assert (event.user, event.variant.name) == (user_hash("alice@example.com"), "candidate")
