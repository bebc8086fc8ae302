"""How busy a deployment is, from what it did second by second."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sandbox.dataplane.account import Deployment
from sandbox.dataplane.content_filter import SERVICE_DEFAULT
from sandbox.dataplane.limiter import Load, Provisioned, ProvisionedLimiter, Standard
from sandbox.portal.bars import Bar
from sandbox.portal.load import MINUTES, Busy, Second, busy, course

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PTU = Provisioned(tokens=60_000, output_ratio=8)


def deployment(**changed: Any) -> Any:
    wanted = {
        "name": "chat",
        "model": "gpt-5.4",
        "version": "2026-03-05",
        "limits": Standard(tokens=10_000, requests=60),
        "spills_to": "",
        "retires": None,
        "policy": SERVICE_DEFAULT,
        **changed,
    }
    made = object.__new__(Deployment)
    for name, value in wanted.items():
        object.__setattr__(made, name, value)
    return made


def seen(*seconds: Second, **changed: Any) -> Busy:
    sku = {"name": "GlobalStandard", "capacity": 10}
    return busy("/id", "ai", sku, "Succeeded", deployment(**changed), seconds, NOW)


def ago(seconds: float, **did: int) -> Second:
    return Second(at=NOW - timedelta(seconds=seconds), **did)


def test_only_the_last_minute_counts_towards_a_limit_by_the_minute() -> None:
    shown = seen(ago(90, ok=5, prompt=9000), ago(30, ok=2, prompt=3000, completion=1000))
    assert (shown.load.used, shown.load.limit, shown.load.percent) == (4000, 10_000, 40)
    assert shown.requests is not None
    assert (shown.requests.used, shown.requests.limit) == (2, 60)
    assert shown.answered == 7


def test_provisioned_throughput_drains_and_has_no_limit_of_requests() -> None:
    full = seen(ago(0, ok=1, prompt=20_000, completion=5000), limits=PTU)
    half = seen(ago(30, ok=1, prompt=20_000, completion=5000), limits=PTU)
    gone = seen(ago(600, ok=1, prompt=20_000, completion=5000), limits=PTU)
    assert [each.load.percent for each in (full, half, gone)] == [100, 50, 0]
    assert full.requests is None


@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 9000), st.integers(0, 900)), max_size=30)
)
def test_the_page_and_the_limiter_agree_on_provisioned_throughput(
    asked: list[tuple[int, int, int]],
) -> None:
    limiter = ProvisionedLimiter(PTU)
    seconds = []
    for back, prompt, completion in sorted(asked, reverse=True):
        at = NOW - timedelta(seconds=back)
        load = Load(prompt=prompt, completion=completion)
        if not hasattr(admitted := limiter.admit(load, at.timestamp()), "correct"):
            continue
        admitted.correct(load, at.timestamp())
        seconds.append(Second(at=at, ok=1, prompt=prompt, completion=completion))
    shown = seen(*seconds, limits=PTU).load.share
    assert abs(shown - limiter.utilisation(NOW.timestamp())) < 1e-6


def test_a_model_that_retires_soon_is_told_and_a_later_one_is_not() -> None:
    soon, later = NOW + timedelta(days=10), NOW + timedelta(days=200)
    assert seen(retires=soon).retires_in == timedelta(days=10)
    assert seen(retires=later).retires_in is None


@given(st.lists(st.tuples(st.floats(0, 60 * MINUTES - 1), st.integers(0, 9), st.integers(0, 9))))
def test_no_request_is_lost_in_the_course(did: list[tuple[float, int, int]]) -> None:
    drawn = course([ago(back, ok=ok, throttled=no) for back, ok, no in did], NOW)
    assert len(drawn.minutes) == MINUTES
    assert sum(each.all for each in drawn.minutes) == sum(ok + no for _, ok, no in did)
    assert all(mark.y >= -0.01 and mark.y + mark.height <= 100.01 for mark in drawn.marks)


def test_what_is_older_or_ahead_of_a_clock_set_back_is_not_drawn() -> None:
    assert course([ago(60 * MINUTES, ok=1), ago(-5, ok=1)], NOW).peak == 0


@given(st.floats(0, 1e9), st.floats(0, 1e9))
def test_a_bar_fits_and_is_full_only_if_it_is(used: float, limit: float) -> None:
    bar = Bar(used=used, limit=limit, unit="x")
    assert 0 <= bar.width <= 100
    assert (bar.percent >= 100) == (bar.share >= 1)
    assert (bar.width > 0) == (used > 0)


def test_a_bar_says_when_it_becomes_tight() -> None:
    levels = [Bar(used=used, limit=100, unit="x").level for used in (0, 79, 80, 94, 95, 130)]
    assert levels == ["calm", "calm", "high", "high", "full", "full"]
