"""What callers tell of their calls: heard here, and sent to Application Insights."""

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from azure.core.credentials import TokenCredential
from opentelemetry import _logs as otel_logs
from opentelemetry.sdk._logs import LoggerProvider, ReadableLogRecord
from opentelemetry.sdk._logs.export import (
    LogRecordExporter,
    LogRecordExportResult,
    SimpleLogRecordProcessor,
)
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from scripts.smoke.facts import Sent
from scripts.smoke.traces import What

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.trace import Tracer

RUN: Final = "plumb.smoke_run"
"""The attribute by which a run knows its own spans again."""
QUIET: Final = (
    "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL",
    "APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED",
    "APPLICATIONINSIGHTS_SDKSTATS_DISABLED",
)
"""The exporter reports on itself to Microsoft, and asks there for orders, unless these are set."""
PUBLISHER: Final = "Monitoring Metrics Publisher on Application Insights"
"""Who may send."""


class Kept(SpanProcessor):
    """Spans as they end, each marked as of this run."""

    def __init__(self, run_id: str) -> None:
        self._run_id = run_id
        self.spans: list[ReadableSpan] = []

    def on_start(self, span: Span, parent_context: "Context | None" = None) -> None:
        span.set_attribute(RUN, self._run_id)

    def on_end(self, span: ReadableSpan) -> None:
        self.spans.append(span)


class Records(LogRecordExporter):
    """Log records as they come."""

    def __init__(self) -> None:
        self.kept: list[ReadableLogRecord] = []

    def export(self, batch: Sequence[ReadableLogRecord]) -> LogRecordExportResult:
        self.kept += batch
        return LogRecordExportResult.SUCCESS

    def shutdown(self) -> None:
        """Nothing to let go."""

    def force_flush(self, timeout_millis: int = 0) -> bool:
        return True


class Heard:
    """What OpenTelemetry hears in this process, as it would in an application's."""

    def __init__(self, run_id: str) -> None:
        self._kept = Kept(run_id)
        provider = TracerProvider(sampler=ALWAYS_ON)
        provider.add_span_processor(self._kept)
        self.tracer: Tracer = provider.get_tracer("plumb smoke")
        self._records = Records()
        logs = LoggerProvider()
        logs.add_log_record_processor(SimpleLogRecordProcessor(self._records))
        # The flag library logs its evaluations to whatever the process has set up.
        otel_logs.set_logger_provider(logs)

    @property
    def spans(self) -> Sequence[ReadableSpan]:
        return list(self._kept.spans)

    @property
    def evaluations(self) -> Sequence[ReadableLogRecord]:
        return list(self._records.kept)


def send(
    heard: Heard, connection_string: str, credential: TokenCredential, *, with_evaluations: bool
) -> Iterator[Sent]:
    """Hands over what was heard, as whoever runs this: there is no key that would do."""
    for name in QUIET:
        os.environ.setdefault(name, "true")
    logging.getLogger("azure.monitor.opentelemetry.exporter").setLevel(logging.CRITICAL)
    # Here, not above: the exporter reads those variables.
    from azure.monitor.opentelemetry.exporter import (
        AzureMonitorLogExporter,
        AzureMonitorTraceExporter,
    )

    answers: list[Any] = []
    told = {
        "connection_string": connection_string,
        "credential": credential,
        "disable_offline_storage": True,
        "retry_total": 1,
        "raw_response_hook": lambda answer: answers.append(answer.http_response),
    }
    yield _sent("span", heard.spans, AzureMonitorTraceExporter(**told).export, answers)
    if with_evaluations:
        export = AzureMonitorLogExporter(**told).export
        yield _sent("evaluation", heard.evaluations, export, answers)


def _sent(
    what: What, items: Sequence[Any], export: Callable[[Any], Any], answers: list[Any]
) -> Sent:
    answers.clear()
    if not items:
        return Sent(what=what, nothing=True)
    result = export(items)
    if result.name == "SUCCESS":
        return Sent(what=what)
    if not answers:
        return Sent(what=what, error="Application Insights was not reached")
    answer = answers[-1]
    return Sent(
        what=what,
        error=f"{answer.status_code} {_words(answer)}",
        role=PUBLISHER if answer.status_code in (401, 403) else "",
    )


def _words(answer: Any) -> str:
    try:
        return str(answer.json()["errors"][0]["message"])
    except (KeyError, IndexError, TypeError, ValueError):
        return " ".join(answer.text().split())[:200]
