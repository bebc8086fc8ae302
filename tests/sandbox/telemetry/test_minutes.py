"""Minutes with traffic are read once, and all of them are known."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.telemetry import inbox
from sandbox.telemetry.metrics import MINUTE, floor
from sandbox.telemetry.minutes import BusyMinutes
from sandbox.telemetry.watch import Watch
from tests.sandbox.telemetry.test_alerts import METRIC_ALERT, throttling


@given(st.lists(st.lists(st.integers(0, 300), max_size=5), max_size=4), st.integers(0, 300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_whatever_is_written_between_two_looks_is_known_at_the_second(observed, looks, back):
    observed.around.store.execute("DELETE FROM events")
    busy, written = BusyMinutes(observed.around.store), set()
    since = observed.now - timedelta(minutes=back)
    for ago in looks:
        for minutes in ago:
            observed.traffic(ago=timedelta(minutes=minutes))
            written.add(floor(observed.now - timedelta(minutes=minutes), MINUTE))
        found = busy.since(since)
        assert found == sorted(each for each in written if each >= floor(since, MINUTE))


def test_a_rule_sees_what_happens_after_a_reset(observed):
    watch = Watch(observed.around)
    observed.traffic(50)
    observed.put(METRIC_ALERT, throttling())
    watch.tick()
    observed.around.store.execute("DELETE FROM events")
    for forget in observed.around.after_reset:
        forget()
    observed.cloud.pass_time(minutes=30)
    observed.traffic(11, status=429)
    observed.cloud.pass_time(hours=1)  # the burst is over by the time that anybody looks
    watch.tick()
    (alert,) = inbox.shown(observed.around.store)["value"]
    assert alert["monitorCondition"] == "Resolved"


def test_telemetry_counts_from_when_it_arrived_as_well(observed):
    busy = BusyMinutes(observed.around.store)
    observed.row("AppTraces", ago=timedelta(hours=1), Message="late")
    now = floor(observed.now, MINUTE)
    assert busy.since(observed.now - timedelta(days=1)) == [now - timedelta(hours=1)]
