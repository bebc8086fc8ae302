"""azure-monitor-query, unmodified, sync and async, against a running sandbox."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from azure.core.exceptions import HttpResponseError
from azure.identity import DefaultAzureCredential
from azure.identity.aio import DefaultAzureCredential as AsyncCredential
from azure.monitor.query import LogsBatchQuery, LogsQueryClient, LogsQueryStatus
from azure.monitor.query.aio import LogsQueryClient as AsyncLogsQueryClient

from tests.sandbox.core.cloud import ACCOUNT
from tests.sandbox.running import RunningSandbox
from tests.sandbox.telemetry.clients import DAY, get, talk
from tests.sandbox.telemetry.observed import WORKSPACE


def test_the_logs_tell_each_request(
    deployed: RunningSandbox, credential: DefaultAzureCredential
) -> None:
    seen = talk(deployed, credential, 8)
    workspace = get(deployed, credential, WORKSPACE)["customerId"]
    query = "AzureDiagnostics | summarize n = count() by ResultSignature"
    with LogsQueryClient(credential, endpoint=f"{deployed.arm}/loganalytics") as logs:
        answer = logs.query_workspace(workspace, query, timespan=DAY)
        assert answer.status == LogsQueryStatus.SUCCESS
        counted = {row["ResultSignature"]: row["n"] for row in answer.tables[0].rows}
        assert counted == {
            status: seen.count(int(status)) for status in sorted(map(str, set(seen)))
        }
        (table,) = logs.query_resource(ACCOUNT, query, timespan=DAY).tables
        assert sum(row["n"] for row in table.rows) == len(seen)
        moment = (
            logs.query_workspace(
                workspace, "AzureDiagnostics | summarize max(TimeGenerated)", timespan=DAY
            )
            .tables[0]
            .rows[0][0]
        )
        assert datetime.now(UTC) - moment < timedelta(hours=1)


def test_an_unknown_operator_is_an_error_that_names_it(
    deployed: RunningSandbox, credential: DefaultAzureCredential
) -> None:
    workspace = get(deployed, credential, WORKSPACE)["customerId"]
    with LogsQueryClient(credential, endpoint=f"{deployed.arm}/loganalytics") as logs:
        with pytest.raises(HttpResponseError, match="operator 'evaluate'") as no:
            logs.query_workspace(workspace, "AppTraces | evaluate autocluster()", timespan=None)
        assert no.value.status_code == 400
        good, bad = logs.query_batch(
            [
                LogsBatchQuery(workspace, "AppTraces | count", timespan=DAY),
                LogsBatchQuery(workspace, "AppTraces | render", timespan=DAY),
            ]
        )
        assert good.tables[0].rows[0][0] == 0
        assert bad.status == LogsQueryStatus.FAILURE


def test_the_logs_are_asked_asynchronously_as_well(
    deployed: RunningSandbox, credential: DefaultAzureCredential
) -> None:
    seen = talk(deployed, credential, 3)
    workspace = get(deployed, credential, WORKSPACE)["customerId"]

    async def asked() -> int:
        endpoint = f"{deployed.arm}/loganalytics"
        # aiohttp reads SSL_CERT_FILE when it is imported, which another test may have done.
        trust = {"connection_verify": str(deployed.folder / "ca.pem")}
        async with (
            AsyncCredential(**trust) as who,
            AsyncLogsQueryClient(who, endpoint=endpoint, **trust) as logs,
        ):
            answer = await logs.query_workspace(
                workspace,
                "AzureDiagnostics | join kind=inner (AzureDiagnostics | distinct CorrelationId) "
                "on CorrelationId | summarize calls = make_set(CorrelationId) "
                "| mv-expand calls to typeof(string)",
                timespan=DAY,
            )
            assert answer.status == LogsQueryStatus.SUCCESS
            return len(answer.tables[0].rows)

    assert asyncio.run(asked()) == len(seen)
