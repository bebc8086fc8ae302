"""What the bench holds `plumb load` against is true by itself."""

from itertools import islice

import pytest

from bench.known_latency import STANDS_STILL_AFTER_S, delays
from bench.load import A_SECOND, FROZEN_S, STANDING_STILL_S, standstill_p99_s
from scripts.measure.percentiles import percentile


def test_p99_of_a_standstill_is_what_theory_says():
    thaws_s = STANDS_STILL_AFTER_S + FROZEN_S
    waited = []
    for number, delay in enumerate(islice(delays(), int(A_SECOND * STANDING_STILL_S))):
        at = number / A_SECOND
        answered = at + delay
        if STANDS_STILL_AFTER_S <= answered < thaws_s:
            answered = thaws_s
        waited.append(answered - at)
    assert percentile(waited, 0.99).value == pytest.approx(standstill_p99_s(), abs=0.02)
