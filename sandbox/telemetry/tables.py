"""The tables of a workspace, each a view over what happened.

The SQL takes :tenant, :from, :until and :seen (stamps), :workspaces (a JSON list), :resource (an
id prefix in lower case with a slash, or nothing) and :sinks (a JSON list of sinks).
"""

from collections.abc import Sequence
from typing import Final

from sandbox.telemetry import metric_list
from sandbox.telemetry.kql.compiler import Table
from sandbox.telemetry.kql.steps import Column
from sandbox.telemetry.kql.tree import Type

Columns = Sequence[tuple[str, Type]]

IN_SCOPE: Final = "(:resource = '' OR instr(lower({}) || '/', :resource) = 1)"
SINKS: Final = (
    "(SELECT json_extract(value, '$.resource') AS id, json_extract(value, '$.since') AS since, "
    "json_extract(value, '$.category') AS category FROM json_each(:sinks))"
)
EVENTS: Final = (
    f"{SINKS} AS s JOIN events AS e ON e.account_lc = lower(s.id) AND e.at >= s.since "
    "AND e.at >= :from AND e.at <= MIN(:until, :seen)"
)

# Segments of /subscriptions/S/resourceGroups/G/providers/N/T/R, by cutting at known words.
GROUP_OF: Final = (
    "substr(substr({0}, instr(lower({0}), '/resourcegroups/') + 16), 1, "
    "instr(substr({0}, instr(lower({0}), '/resourcegroups/') + 16) || '/', '/') - 1)"
)
SUBSCRIPTION_OF: Final = "substr({0}, 16, 36)"
NAME_OF: Final = "replace({0}, rtrim({0}, replace({0}, '/', '')), '')"

RUN: Final[Columns] = (
    ("Properties", "dynamic"),
    ("Measurements", "dynamic"),
    ("OperationName", "string"),
    ("OperationId", "string"),
    ("ParentId", "string"),
    ("SyntheticSource", "string"),
    ("SessionId", "string"),
    ("UserId", "string"),
    ("UserAuthenticatedId", "string"),
    ("UserAccountId", "string"),
    ("AppVersion", "string"),
    ("AppRoleName", "string"),
    ("AppRoleInstance", "string"),
    ("ClientType", "string"),
    ("ClientIP", "string"),
    ("ResourceGUID", "string"),
    ("IKey", "string"),
    ("SDKVersion", "string"),
    ("ItemCount", "int"),
)
"""What every row of an application's telemetry has."""

APPLICATION: Final[dict[str, Columns]] = {
    "AppDependencies": (
        ("Id", "string"),
        ("Target", "string"),
        ("DependencyType", "string"),
        ("Name", "string"),
        ("Data", "string"),
        ("Success", "bool"),
        ("ResultCode", "string"),
        ("DurationMs", "real"),
    ),
    "AppRequests": (
        ("Id", "string"),
        ("Source", "string"),
        ("Name", "string"),
        ("Url", "string"),
        ("Success", "bool"),
        ("ResultCode", "string"),
        ("DurationMs", "real"),
    ),
    "AppEvents": (("Name", "string"),),
    "AppTraces": (("Message", "string"), ("SeverityLevel", "int")),
    "AppExceptions": (
        ("ProblemId", "string"),
        ("ExceptionType", "string"),
        ("OuterMessage", "string"),
        ("Details", "dynamic"),
        ("SeverityLevel", "int"),
    ),
    "AppMetrics": (("Name", "string"), ("Sum", "real"), ("Min", "real"), ("Max", "real")),
}

DIAGNOSTICS: Final[Columns] = (
    ("TenantId", "string"),
    ("TimeGenerated", "datetime"),
    ("ResourceId", "string"),
    ("Category", "string"),
    ("ResourceGroup", "string"),
    ("SubscriptionId", "string"),
    ("ResourceProvider", "string"),
    ("Resource", "string"),
    ("ResourceType", "string"),
    ("OperationName", "string"),
    ("ResultSignature", "string"),
    ("DurationMs", "long"),
    ("CallerIPAddress", "string"),
    ("CorrelationId", "string"),
    ("properties_s", "string"),
    ("SourceSystem", "string"),
    ("Type", "string"),
    ("_ResourceId", "string"),
)

METRIC_ROWS: Final[Columns] = (
    ("TenantId", "string"),
    ("TimeGenerated", "datetime"),
    ("ResourceId", "string"),
    ("ResourceGroup", "string"),
    ("SubscriptionId", "string"),
    ("ResourceProvider", "string"),
    ("Resource", "string"),
    ("MetricName", "string"),
    ("Total", "real"),
    ("Count", "real"),
    ("Maximum", "real"),
    ("Minimum", "real"),
    ("Average", "real"),
    ("TimeGrain", "string"),
    ("UnitName", "string"),
    ("SourceSystem", "string"),
    ("Type", "string"),
    ("_ResourceId", "string"),
)

ACTIVITY: Final[Columns] = (
    ("TenantId", "string"),
    ("TimeGenerated", "datetime"),
    ("OperationNameValue", "string"),
    ("Level", "string"),
    ("ActivityStatusValue", "string"),
    ("ActivitySubstatusValue", "string"),
    ("ResourceGroup", "string"),
    ("SubscriptionId", "string"),
    ("CorrelationId", "string"),
    ("Caller", "string"),
    ("CallerIpAddress", "string"),
    ("CategoryValue", "string"),
    ("ResourceProviderValue", "string"),
    ("SourceSystem", "string"),
    ("Type", "string"),
    ("_ResourceId", "string"),
)


def _application(name: str, columns: Columns) -> Table:
    every: Columns = (
        ("TenantId", "string"),
        ("TimeGenerated", "datetime"),
        *columns,
        *RUN,
        ("SourceSystem", "string"),
        ("Type", "string"),
        ("_ResourceId", "string"),
    )
    own = {
        "TenantId": ":tenant",
        "TimeGenerated": "kql_us(at)",
        "SourceSystem": "'Azure'",
        "Type": f"'{name}'",
        "_ResourceId": "component_lc",
    }
    values = [own.get(column) or _member(column, type) for column, type in every]
    return Table(
        _columns(every),
        f"SELECT {', '.join(values)} FROM telemetry WHERE name = '{name}' "
        "AND workspace_lc IN (SELECT value FROM json_each(:workspaces)) "
        f"AND {IN_SCOPE.format('component_lc')} "
        "AND at >= :from AND at <= :until AND received <= :seen",
    )


def _member(column: str, type: Type) -> str:
    found = f"json_extract(body, '$.{column}')"
    return f"COALESCE({found}, '')" if type == "string" else found


def _diagnostics() -> Table:
    called = "json_object('modelDeploymentName', e.deployment, 'modelName', e.model, "
    called += "'modelVersion', e.version, 'streamType', "
    called += f"{metric_list.DIMENSIONS['StreamType']}, "
    # Length in bytes is not kept; four to a token is the rule of thumb.
    request = "'requestLength', e.prompt_tokens * 4, 'responseLength', e.completion_tokens * 4, "
    request += "'objectId', e.principal)"
    usage = "'promptTokens', e.prompt_tokens, 'cachedTokens', e.cached_tokens, "
    usage += "'completionTokens', e.completion_tokens)"
    times = "e.operation, CAST(e.status AS TEXT), CAST(ROUND(e.ttlt_ms) AS INTEGER), ''"
    selects = [
        _diagnostic(
            f"{times}, e.correlation_id, {called}{rest}",
            f"{EVENTS} WHERE s.category = '{category}' AND {test}",
        )
        for category, rest, test in (
            ("RequestResponse", request, "1"),
            ("AzureOpenAIRequestUsage", usage, "e.status = 200"),
        )
    ]
    audit = (
        "e.word, CAST(e.status AS TEXT), 0, '', e.correlation_id, json_object('caller', e.caller)"
    )
    keys = (
        f"{SINKS} AS s JOIN activity AS e ON e.resource_lc = lower(s.id) AND e.at >= s.since "
        "AND e.at >= :from AND e.at <= MIN(:until, :seen) WHERE s.category = 'Audit' "
        "AND lower(e.word) IN ('listkeys', 'regeneratekey')"
    )
    selects.append(_diagnostic(audit, keys))
    return Table(_columns(DIAGNOSTICS), " UNION ALL ".join(selects))


def _diagnostic(values: str, rows: str) -> str:
    return (
        f"SELECT :tenant, kql_us(e.at), upper(s.id), s.category, upper({GROUP_OF.format('s.id')}), "
        f"{SUBSCRIPTION_OF.format('s.id')}, 'MICROSOFT.COGNITIVESERVICES', "
        f"upper({NAME_OF.format('s.id')}), 'ACCOUNTS', {values}, 'Azure', 'AzureDiagnostics', "
        f"lower(s.id) FROM {rows}"
    )


def _metrics() -> Table:
    """By the minute and without dimensions: an export loses them."""
    selects = [
        f"SELECT :tenant, kql_us(substr(e.at, 1, 16) || ':00Z') AS minute, upper(s.id), "
        f"upper({GROUP_OF.format('s.id')}), {SUBSCRIPTION_OF.format('s.id')}, "
        f"'MICROSOFT.COGNITIVESERVICES', upper({NAME_OF.format('s.id')}), '{metric.name}', "
        f"SUM(1.0 * ({metric.value})), COUNT({metric.value}), MAX({metric.value}), "
        f"MIN({metric.value}), AVG({metric.value}), 'PT1M', '{metric.unit}', 'Azure', "
        f"'AzureMetrics', lower(s.id) FROM {EVENTS} "
        f"WHERE s.category = 'AllMetrics' AND {metric.where} GROUP BY minute, s.id"
        for metric in metric_list.METRICS
        if metric.exported and metric_list.PROVISIONED not in metric.where
    ]
    return Table(_columns(METRIC_ROWS), " UNION ALL ".join(selects))


def _activity() -> Table:
    select = (
        "SELECT :tenant, kql_us(a.at), upper(a.operation), "
        "CASE WHEN a.status < 400 THEN 'Informational' ELSE 'Error' END, "
        "CASE WHEN a.status < 400 THEN 'Success' ELSE 'Failure' END, CAST(a.status AS TEXT), "
        f"{GROUP_OF.format('a.resource_lc')}, {SUBSCRIPTION_OF.format('a.resource_lc')}, "
        "a.correlation_id, a.caller, a.ip, 'Administrative', "
        "upper(substr(a.operation, 1, instr(a.operation, '/') - 1)), 'Azure', 'AzureActivity', "
        f"a.resource_lc FROM {SINKS} AS s JOIN activity AS a ON a.at >= s.since "
        "AND instr(a.resource_lc || '/', lower(s.id) || '/') = 1 AND a.at >= :from "
        "AND a.at <= MIN(:until, :seen) WHERE s.category = 'Administrative' "
        f"AND {IN_SCOPE.format('a.resource_lc')}"
    )
    return Table(_columns(ACTIVITY), select)


def _columns(columns: Columns) -> tuple[Column, ...]:
    return tuple(Column(name, type) for name, type in columns)


TABLES: Final[dict[str, Table]] = {
    **{name: _application(name, columns) for name, columns in APPLICATION.items()},
    "AzureDiagnostics": _diagnostics(),
    "AzureMetrics": _metrics(),
    "AzureActivity": _activity(),
}
