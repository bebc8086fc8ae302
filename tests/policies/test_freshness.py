"""How long a date counts, to the second."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.freshness import outdated

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
LIMITS = st.integers(1, 400)


def written(at):
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


@given(LIMITS, st.integers(0, 10**8))
def test_a_date_counts_until_its_last_second_and_not_one_longer(most, seconds):
    said = outdated(written(NOW - timedelta(seconds=seconds)), most, NOW)
    assert (said is None) == (seconds <= most * 86400)


@given(LIMITS, st.integers(1, 10**8))
def test_what_is_too_old_is_never_shown_as_old_enough(most, seconds):
    said = outdated(written(NOW - timedelta(days=most, seconds=seconds)), most, NOW)
    shown = re.match(r"is (\S+) days old \(limit (\d+)\)", said)
    assert float(shown[1]) > most == int(shown[2])


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        (None, "has no date"),
        ("", "has no date"),
        ("yesterday", "no date in UTC"),
        ("2026-11-20T09:00:00", "no date in UTC"),
        ("2026-11-20T09:00:00+02:00", "no date in UTC"),
        ("2026-11-21T09:05:01Z", "in the future"),
    ],
)
def test_what_is_no_date_in_the_past_never_counts(text, fragment):
    assert fragment in outdated(text, 400, NOW)


def test_clocks_may_differ_a_little():
    assert outdated("2026-11-21T09:05:00Z", 1, NOW) is None
