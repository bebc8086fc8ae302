"""What each deployment has let in lately, for as long as it counts."""

from datetime import UTC, datetime, timedelta
from typing import Final

from sandbox.clock import moment, stamp
from sandbox.dataplane import limiter
from sandbox.dataplane.inference import Asked
from sandbox.dataplane.limiter import Load
from sandbox.store import Store

LONGEST: Final = timedelta(seconds=limiter.TOKEN_WINDOW)

LATELY: Final = (
    "SELECT at, prompt_tokens, cached_tokens, completion_tokens FROM events "
    "WHERE account_lc = ? AND at > ? AND deployment = ? AND status = 200 AND rate_cost > 0 "
    "ORDER BY at"
)
"""What came in a batch cost nothing by the minute."""

Key = tuple[str, str, datetime]
"""Account, deployment, and when that was made: another of the same name begins anew."""


class Limits:
    """The state of all deployments' limits: in memory, and after a start from the events."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._limiters: dict[Key, limiter.Limiter] = {}

    def forget(self) -> None:
        """All of it: the deployments are gone."""
        self._limiters.clear()

    def of(self, asked: Asked) -> limiter.Limiter:
        """The deployment's own; a change of capacity keeps what was taken already."""
        if asked.enqueued or not asked.variants.rate_limits:
            return limiter.UNLIMITED
        deployment = asked.deployment
        key = (asked.account.id.lower(), deployment.name.lower(), deployment.made)
        before = self._limiters.get(key)
        found = limiter.for_limits(deployment.limits, before)
        if before is None:
            self._recall(found, asked)
        self._limiters[key] = found
        return found

    def _recall(self, gate: limiter.Limiter, asked: Asked) -> None:
        """Take once more what was let in before the sandbox was started."""
        now = datetime.fromtimestamp(asked.now, UTC)
        since = max(now - LONGEST, asked.deployment.made)
        rows = self._store.execute(
            LATELY, (asked.account.id.lower(), stamp(since), asked.deployment.name)
        )
        for row in rows:
            load = Load(
                prompt=row["prompt_tokens"],
                completion=row["completion_tokens"],
                cached=row["cached_tokens"],
            )
            gate.take(load, min(asked.now, moment(row["at"]).timestamp()))
