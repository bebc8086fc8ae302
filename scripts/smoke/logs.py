"""The workspace's logs: what of a run has arrived there."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from azure.core.exceptions import AzureError, HttpResponseError
from azure.monitor.query import LogsQueryClient, LogsQueryResult

from scripts.client.flag import user_hash
from scripts.smoke.facts import Rows
from scripts.smoke.telemetry import RUN
from scripts.smoke.traces import What

PAUSES_S: Final = (1.0, 2.0, 5.0, 10.0, 15.0)
"""Between looks; the last one again and again."""
SPANS: Final = """AppDependencies
| where tostring(Properties["{attribute}"]) == "{run}"
| summarize n = count(), items = max(ItemCount)"""
EVALUATIONS: Final = """AppEvents
| where Name == "FeatureEvaluation" and tostring(Properties["TargetingId"]) in ({users})
| summarize n = count(), items = max(ItemCount)"""


@dataclass(frozen=True, kw_only=True)
class Logs:
    """The workspace's logs."""

    client: LogsQueryClient
    workspace: str
    clock: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = field(default=time.sleep)

    def look(self, what: What, query: str, until_s: float) -> Rows:
        """Asks until rows are there, at most until `until_s` on the clock."""
        begun, pauses = self.clock(), iter(PAUSES_S)
        pause = PAUSES_S[0]
        while True:
            found = self._once(what, query)
            waited_s = round(self.clock() - begun, 1)
            left_s = until_s - self.clock()
            if found.count or found.forbidden or left_s <= 0:
                return found.model_copy(update={"waited_s": waited_s})
            pause = next(pauses, pause)
            self.wait(min(pause, left_s))

    def _once(self, what: What, query: str) -> Rows:
        try:
            answer = self.client.query_workspace(
                self.workspace, query, timespan=timedelta(hours=2), server_timeout=30
            )
        except HttpResponseError as error:
            said = " ".join(str(error.message).split())
            return Rows(what=what, error=said, forbidden=error.status_code in (401, 403))
        except AzureError as error:
            return Rows(what=what, error=" ".join(str(error).split()))
        if not isinstance(answer, LogsQueryResult):
            return Rows(what=what, error="the query was answered in part only")
        row = answer.tables[0].rows[0] if answer.tables and answer.tables[0].rows else (0, 0)
        return Rows(what=what, count=int(row[0] or 0), item_count=int(row[1] or 0))


def span_query(run_id: str) -> str:
    return SPANS.format(attribute=RUN, run=run_id)


def evaluation_query(users: Sequence[str]) -> str:
    """The library's events name a user as the client does: by a hash."""
    return EVALUATIONS.format(users=", ".join(f'"{user_hash(each)}"' for each in users))
