"""One request to a model, and the row that it leaves among the events."""

import json
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from starlette.requests import Request

from sandbox.clock import stamp
from sandbox.dataplane import errors
from sandbox.dataplane.account import Account, Deployment
from sandbox.dataplane.errors import Refusal
from sandbox.dataplane.events import Event
from sandbox.dataplane.inference import Served
from sandbox.dataplane.operations import Operation

HUNG_UP: Final = 499
"""What an answer is counted as that its caller did not wait for (unverified)."""

LONGEST_NAME: Final = 64
"""Of a deployment, in Azure. What is longer was never one."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """As far as it got."""

    request: Request
    operation: Operation
    account: Account
    principal: str
    """Who asks, if that is known; empty for a key."""
    body: bytes
    id: str
    now: datetime
    started: float
    """Seconds on a clock that only measures."""

    @property
    def api_version(self) -> str | None:
        return self.request.query_params.get("api-version")

    @property
    def milliseconds(self) -> float:
        return (time.perf_counter() - self.started) * 1000

    def answered(
        self, served: Served, first_ms: float, *, spilled: bool, status: int = 200
    ) -> Event:
        return Event(
            at=stamp(self.now),
            account_lc=self.account.id.lower(),
            deployment=served.deployment.name,
            model=served.deployment.model,
            version=served.deployment.version,
            operation=self.operation.name,
            status=status,
            stream=not isinstance(served.body, bytes),
            prompt_tokens=served.used.prompt,
            cached_tokens=served.used.cached,
            completion_tokens=served.used.completion,
            ttft_ms=first_ms,
            ttlt_ms=self.milliseconds,
            rate_cost=served.cost,
            utilisation=served.utilisation,
            is_spillover=spilled,
            filtered=served.filtered,
            principal=self.principal,
            correlation_id=self.id,
            details=json.dumps(served.stopped_by) if served.stopped_by else "{}",
        )

    def refused(
        self, refusal: Refusal, deployment: Deployment | None, name: str, *, spilled: bool = False
    ) -> Event:
        """Whoever was asked for: a network, a key or a name may have stopped it before that."""
        code = (refusal.body.get("error") or {}).get("code")
        return Event(
            at=stamp(self.now),
            account_lc=self.account.id.lower(),
            deployment=deployment.name if deployment else name[:LONGEST_NAME],
            model=deployment.model if deployment else "",
            version=deployment.version if deployment else "",
            operation=self.operation.name,
            status=refusal.status,
            stream=False,
            ttlt_ms=self.milliseconds,
            is_spillover=spilled,
            filtered=code == "content_filter",
            principal=self.principal,
            correlation_id=self.id,
            details=json.dumps(errors.stopped_by(refusal)),
        )
