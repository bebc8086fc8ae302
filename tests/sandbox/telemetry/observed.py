"""A cloud that is watched: traffic and telemetry are written down as if they had happened."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sandbox.around import Around
from sandbox.clock import stamp
from sandbox.dataplane.events import INSERT, Event
from sandbox.telemetry import ingestion
from sandbox.telemetry.envelopes import Row
from sandbox.telemetry.kql.answer import Answer
from sandbox.telemetry.logs import Reach, ask
from tests.sandbox.core.cloud import ACCOUNT, GROUP, Cloud, deployment

WORKSPACE = f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces/log-test"
COMPONENT = f"{GROUP}/providers/Microsoft.Insights/components/appi-test"
ACTION_GROUP = f"{GROUP}/providers/Microsoft.Insights/actionGroups/ag-test"
SETTING = f"{ACCOUNT}/providers/Microsoft.Insights/diagnosticSettings/to-logs"


@dataclass
class Observed:
    cloud: Cloud

    @property
    def around(self) -> Around:
        return self.cloud.around

    @property
    def now(self) -> datetime:
        return self.cloud.clock.now()

    def prepare(self) -> None:
        """All that telemetry can be about."""
        self.put(f"{ACCOUNT}/deployments/chat", deployment(100))
        self.put(WORKSPACE, {"location": "swedencentral"})
        self.put(
            COMPONENT,
            {
                "location": "swedencentral",
                "kind": "web",
                "properties": {"WorkspaceResourceId": WORKSPACE, "DisableLocalAuth": True},
            },
        )
        receivers = [{"name": "email-0", "emailAddress": "oncall@example.invalid"}]
        self.put(
            ACTION_GROUP,
            {"properties": {"groupShortName": "test", "emailReceivers": receivers}},
        )

    def put(self, path: str, body: dict[str, Any]) -> None:
        made = self.cloud.put(path, body)
        assert made.status in (200, 201), made.body

    def send_logs(self, *categories: str, metrics: bool = False) -> None:
        logs = [{"category": each, "enabled": True} for each in categories]
        sent = [{"category": "AllMetrics", "enabled": True}] if metrics else []
        properties = {"workspaceId": WORKSPACE, "logs": logs, "metrics": sent}
        self.put(SETTING, {"properties": properties})

    def traffic(
        self,
        number: int = 1,
        *,
        ago: timedelta = timedelta(),
        deployment: str = "chat",
        **event: Any,
    ) -> None:
        """So many requests at one moment of the past."""
        values = {
            "model": "gpt-5.4",
            "version": "2026-03-05",
            "operation": "ChatCompletions_Create",
            "status": 200,
            "stream": False,
            **event,
        }
        made = Event(
            at=stamp(self.now - ago), account_lc=ACCOUNT.lower(), deployment=deployment, **values
        )
        for _ in range(number):
            self.around.store.execute(INSERT, made)

    def row(self, table: str, *, ago: timedelta = timedelta(), **body: Any) -> None:
        """One row of an application's telemetry."""
        component = self.around.store.get(COMPONENT)
        assert component
        made = Row(table=table, at=self.now - ago, body={"ItemCount": 1, **body})
        ingestion.insert(self.around.store, component, made, made.at, made.at)

    def ask(self, query: str, *, window: timedelta | None = None) -> Answer:
        return ask(
            self.around,
            query,
            Reach(workspaces=(WORKSPACE.lower(),)),
            now=self.now,
            window=(self.now - window, self.now) if window else None,
        )
