"""Looks at every rule and budget as the sandbox's clock goes on."""

import json
import logging
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final

from sandbox.arm.monitor import ACTIVITY_LOG_ALERT
from sandbox.around import Around
from sandbox.clock import moment, stamp
from sandbox.store import Store, Stored
from sandbox.telemetry import activity_alerts, budgets, inbox
from sandbox.telemetry.evaluation import Finding, Split, findings
from sandbox.telemetry.metrics import MINUTE, floor
from sandbox.telemetry.minutes import BusyMinutes
from sandbox.telemetry.rules import Broken, Rule, enabled, rule
from sandbox.telemetry.schedule import turns

LOG: Final = logging.getLogger("sandbox.telemetry")
NO_SPLIT: Final = "[]"
UNFORESEEN: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


class Watch:
    """May be told of the time by more than one: a tick is done by one at a time."""

    def __init__(self, around: Around) -> None:
        self._around = around
        self._lock = Lock()
        self._closed = False
        self._minute: datetime | None = None
        self._busy = BusyMinutes(around.store)
        around.after_reset.append(self._busy.forget)

    def tick(self) -> None:
        """Evaluate what has become due. Whatever waits in memory must have been written before."""
        with self._lock:
            now = self._around.clock.now()
            minute = floor(now, MINUTE)
            if self._closed or minute == self._minute:
                return
            self._minute = minute
            store = self._around.store
            watched = [*enabled(store), *budgets.all_of(store)]
            for stored in watched:
                self._keep(stored, now, self._looked_at(stored, now))
            self._forget()

    def close(self) -> None:
        """No tick is under way any more once this returns, nor will one be."""
        with self._lock:
            self._closed = True

    def _looked_at(self, stored: Stored, now: datetime) -> str | None:
        """Why a rule or a budget could not be evaluated; nothing where it could."""
        try:
            if stored.type == budgets.BUDGET:
                budgets.look(self._around, stored, now)
            elif stored.type == ACTIVITY_LOG_ALERT:
                activity_alerts.look(self._around.store, stored, self._last(stored), now)
            else:
                self._look(rule(stored), self._last(stored), now)
        except Broken as broken:
            return str(broken)
        except UNFORESEEN as error:
            # One rule that nobody thought of must not keep the others from being looked at.
            LOG.exception("%s", stored.id)
            return f"{type(error).__name__}: see the sandbox's log.txt"
        return None

    def _look(self, wanted: Rule, last: datetime, now: datetime) -> None:
        store, lasting = self._around.store, self._lasting(wanted)
        busy = self._busy.since(last - lasting)
        for turn in turns(last, now, wanted.frequency, lasting, busy):
            settle(store, wanted, findings(self._around, wanted, turn), turn)

    def _keep(self, stored: Stored, now: datetime, error: str | None) -> None:
        self._around.store.execute(
            "INSERT OR REPLACE INTO watched VALUES (?, ?, ?)",
            (stored.id.lower(), stamp(now), error),
        )

    def _last(self, stored: Stored) -> datetime:
        """Up to when a rule has been looked at; at first, when it was written."""
        rows = self._around.store.execute(
            "SELECT until FROM watched WHERE rule_lc = ?", (stored.id.lower(),)
        )
        return moment(rows[0]["until"] if rows else stored.changed_at)

    def _lasting(self, wanted: Rule) -> timedelta:
        profile = self._around.settings.profile
        delay = max(profile.metrics_delay_seconds, profile.logs_delay_seconds)
        periods = max(each.periods for each in wanted.criteria)
        return wanted.window + wanted.frequency * periods + timedelta(seconds=delay)

    def _forget(self) -> None:
        """What is known of rules that are gone."""
        self._around.store.execute(
            "DELETE FROM watched WHERE rule_lc NOT IN (SELECT id_lc FROM resources)"
        )


def settle(store: Store, wanted: Rule, found: list[Finding], at: datetime) -> None:
    """Fire what is new, resolve what no longer holds."""
    known = inbox.open_alerts(store, wanted.id) if wanted.resolves else {}
    holding = {_text(each.split): each for each in found}
    to = list(inbox.receivers(store, wanted.groups))
    with store.transaction():
        for split, each in holding.items():
            if split not in known:
                muted = _muted(store, wanted, split, at)
                said = {**told(wanted, each), "muted": muted}
                inbox.fire(store, wanted.id, split, at, said, () if muted else to)
        for split, number in known.items():
            if split not in holding:
                inbox.resolve(store, number, at, to)


def _muted(store: Store, wanted: Rule, split: str, at: datetime) -> bool:
    """Whether an alert is kept to itself, because one like it was told a short while ago."""
    last = inbox.last_sent(store, wanted.id, split) if wanted.mutes else None
    return last is not None and at < last + wanted.mutes


def told(wanted: Rule, found: Finding) -> dict[str, Any]:
    """An alert, in the words of Azure's common alert schema."""
    criterion = found.criterion
    return {
        "alertRule": wanted.name,
        "alertRuleId": wanted.id,
        "severity": f"Sev{wanted.severity}",
        "signalType": wanted.signal,
        "description": wanted.description,
        "alertTargetIDs": list(wanted.scopes),
        "condition": {
            "metricName": criterion.measures,
            "timeAggregation": criterion.aggregation,
            "operator": criterion.operator,
            "threshold": criterion.threshold,
            "metricValue": found.value,
            "dimensions": [{"name": name, "value": value} for name, value in found.split],
            **({"alertSensitivity": criterion.learned.sensitivity} if criterion.learned else {}),
        },
    }


def _text(split: Split) -> str:
    return json.dumps(split) if split else NO_SPLIT
