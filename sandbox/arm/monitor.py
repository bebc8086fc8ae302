"""Microsoft.Insights: where alerts go, what they watch, and where logs are sent."""

import json
from typing import Any

from sandbox.arm.cognitiveservices import names
from sandbox.arm.errors import ArmError, bad_request
from sandbox.arm.kind import Kind, Situation, properties
from sandbox.clock import stamp
from sandbox.ids import parse
from sandbox.store import Body, Store
from sandbox.telemetry.kql.compiler import compile
from sandbox.telemetry.kql.refusal import Refused
from sandbox.telemetry.kql.tokens import microseconds
from sandbox.telemetry.periods import NoPeriod, duration
from sandbox.telemetry.tables import TABLES

ACTION_GROUP = "Microsoft.Insights/actionGroups"
METRIC_ALERT = "Microsoft.Insights/metricAlerts"
SCHEDULED_QUERY_RULE = "Microsoft.Insights/scheduledQueryRules"
ACTIVITY_LOG_ALERT = "Microsoft.Insights/activityLogAlerts"
DIAGNOSTIC_SETTING = "Microsoft.Insights/diagnosticSettings"
NOTICED = frozenset(
    each.lower()
    for each in (
        names.ACCOUNT,
        ACTION_GROUP,
        "Microsoft.AppConfiguration/configurationStores",
        "Microsoft.Insights/components",
        "Microsoft.OperationalInsights/workspaces",
    )
)
"""Types whose absence is noticed when an alert or a setting points at one."""
MULTIPLE = "Microsoft.Azure.Monitor.MultipleResourceMultipleMetricCriteria"
"""The form of conditions that may learn their threshold."""

SENSITIVITIES = ("Low", "Medium", "High")
SHORT_NAME_MAXIMUM = 12
RECEIVERS = (
    "armRoleReceivers",
    "automationRunbookReceivers",
    "azureAppPushReceivers",
    "azureFunctionReceivers",
    "emailReceivers",
    "eventHubReceivers",
    "incidentReceivers",
    "itsmReceivers",
    "logicAppReceivers",
    "smsReceivers",
    "voiceReceivers",
    "webhookReceivers",
)


def put_action_group(wanted: Body, stored: Body | None, situation: Situation) -> Body:
    """Who is told.

    Raises:
        ArmError: 400, a short name that is none.
    """
    asked = properties(wanted)
    short = str(asked.get("groupShortName") or "")
    if not 1 <= len(short) <= SHORT_NAME_MAXIMUM:
        raise bad_request(
            f"The group short name '{short}' must have 1 to {SHORT_NAME_MAXIMUM} characters."
        )
    receivers = {name: list(asked.get(name) or []) for name in RECEIVERS}
    receivers["emailReceivers"] = [
        {"useCommonAlertSchema": False, **each, "status": "Enabled"}
        for each in receivers["emailReceivers"]
    ]
    return {
        "location": wanted.get("location") or "Global",
        "tags": wanted.get("tags") or {},
        "properties": {
            "groupShortName": short,
            "enabled": asked.get("enabled", True),
            **receivers,
        },
    }


def put_metric_alert(wanted: Body, stored: Body | None, situation: Situation) -> Body:
    asked = properties(wanted)
    _severity(asked)
    _there(situation.store, asked.get("scopes"), "scopes")
    _told(situation.store, [each.get("actionGroupId") for each in asked.get("actions") or []])
    _criteria(asked.get("criteria") or {})
    return {
        "location": "global",
        "tags": wanted.get("tags") or {},
        "properties": {
            "autoMitigate": True,
            "description": "",
            **asked,
            "actions": asked.get("actions") or [],
            "isMigrated": False,
            "lastUpdatedTime": stamp(situation.now),
        },
    }


def put_query_rule(wanted: Body, stored: Body | None, situation: Situation) -> Body:
    asked = properties(wanted)
    kind = wanted.get("kind") or "LogAlert"
    if kind == "LogAlert":
        _severity(asked)
    _there(situation.store, asked.get("scopes"), "scopes")
    if stored and _scopes(stored) != _scopes(wanted):
        raise bad_request("Scope can not be updated")
    _told(situation.store, (asked.get("actions") or {}).get("actionGroups") or [])
    if not (asked.get("criteria") or {}).get("allOf"):
        raise bad_request("The criteria of the scheduled query rule is empty.")
    _muted(asked)
    if not asked.get("skipQueryValidation"):
        _queries(asked["criteria"]["allOf"], situation)
    kept = {key: wanted[key] for key in ("identity",) if wanted.get(key)}
    return {
        **kept,
        "kind": kind,
        "location": wanted["location"],
        "tags": wanted.get("tags") or {},
        "properties": {
            "autoMitigate": True,
            "checkWorkspaceAlertsStorageConfigured": False,
            "description": "",
            "displayName": situation.id.name,
            "enabled": True,
            "skipQueryValidation": False,
            "targetResourceTypes": [],
            **asked,
            "createdWithApiVersion": properties(stored).get(
                "createdWithApiVersion", "2025-01-01-preview"
            ),
            "isLegacyLogAnalyticsRule": False,
            "isWorkspaceAlertsStorageConfigured": False,
        },
    }


def _scopes(rule: Body) -> set[str]:
    return {str(each).lower() for each in properties(rule).get("scopes") or []}


def _criteria(criteria: Body) -> None:
    """Raises where Azure does not take a metric alert's conditions; the texts are unverified."""
    form = criteria.get("odata.type")
    if not form:
        raise bad_request("The criteria of the metric alert has no odata.type.")
    tests = criteria.get("allOf") or []
    learned = [each for each in tests if each.get("criterionType") == "DynamicThresholdCriterion"]
    if not learned:
        return
    if form != MULTIPLE:
        raise bad_request(f"Dynamic threshold criteria require the odata.type '{MULTIPLE}'.")
    if len(tests) > 1:
        raise bad_request("Dynamic thresholds are not supported with multiple criteria.")
    sensitivity = learned[0].get("alertSensitivity")
    if sensitivity not in SENSITIVITIES:
        raise bad_request(
            f"Invalid alertSensitivity '{sensitivity}'. Allowed values: {', '.join(SENSITIVITIES)}."
        )


def _muted(asked: Body) -> None:
    """Raises where actions are muted in a way that Azure does not take."""
    if not asked.get("muteActionsDuration"):
        return
    if asked.get("autoMitigate", True):
        raise bad_request("Auto mitigation must be disabled when action suppression is set")
    try:
        mutes = duration(str(asked["muteActionsDuration"]))
        every = duration(str(asked.get("evaluationFrequency") or "PT5M"))
    except NoPeriod as error:
        raise _undeserializable(str(error)) from None
    if every > mutes:
        raise _undeserializable("EvaluationFrequency cannot be greater than MuteActionsDuration")


def _undeserializable(why: str) -> ArmError:
    return ArmError(
        400,
        "InvalidRequestContent",
        f"The request content was invalid and could not be deserialized: '{why}'",
    )


def _queries(tests: list[Body], situation: Situation) -> None:
    """Raises with Log Analytics' own error, as a text, where it would not answer a query."""
    for each in tests:
        try:
            compile(str(each.get("query") or ""), TABLES, microseconds(situation.now))
        except Refused as refused:
            raise bad_request(json.dumps(refused.body(), indent=2).replace("\n", "\r\n")) from None


def put_activity_alert(wanted: Body, stored: Body | None, situation: Situation) -> Body:
    asked = properties(wanted)
    if not asked.get("scopes") or not (asked.get("condition") or {}).get("allOf"):
        raise bad_request("An activity log alert needs scopes and condition.allOf.")
    groups = (asked.get("actions") or {}).get("actionGroups") or []
    _told(situation.store, [each.get("actionGroupId") for each in groups])
    return {
        "location": wanted.get("location") or "Global",
        "tags": wanted.get("tags") or {},
        "properties": {
            "enabled": True,
            "description": "",
            **asked,
            "actions": {"actionGroups": groups},
        },
    }


def put_diagnostic_setting(wanted: Body, stored: Body | None, situation: Situation) -> Body:
    """What of a resource's logs goes where.

    Raises:
        ArmError: 400, groups beside categories, or nowhere to go; 409, sent there already.
    """
    asked = properties(wanted)
    logs = asked.get("logs") or []
    grouped = [each for each in logs if each.get("categoryGroup")]
    if grouped and len(grouped) != len(logs):
        raise bad_request(
            "Diagnostic settings can't have both categoryGroup and category in its logs."
        )
    sinks = ("workspaceId", "storageAccountId", "eventHubAuthorizationRuleId")
    if not any(asked.get(sink) for sink in sinks):
        raise bad_request("At least one data sink needs to be specified.")
    _there(situation.store, [asked.get("workspaceId")], "workspaceId")
    _single(asked, situation)
    never = {"enabled": False, "days": 0}
    return {
        "properties": {
            **dict.fromkeys(
                (
                    "eventHubAuthorizationRuleId",
                    "eventHubName",
                    "logAnalyticsDestinationType",
                    "marketplacePartnerId",
                    "serviceBusRuleId",
                    "storageAccountId",
                    "workspaceId",
                )
            ),
            **asked,
            "logs": [{"retentionPolicy": never, **each} for each in logs],
            "metrics": [{"retentionPolicy": never, **each} for each in asked.get("metrics") or []],
        }
    }


def _single(asked: Body, situation: Situation) -> None:
    """One category goes to one sink by one setting only."""
    mine = _sent(asked)
    for each in situation.store.children(situation.id.scope, DIAGNOSTIC_SETTING):
        if each.id == str(situation.id):
            continue
        for sink, category in sorted(mine & _sent(properties(each.body))):
            raise ArmError(
                409,
                "Conflict",
                f"Data sink '{sink}' is already used in diagnostic setting "
                f"'{each.body['name']}' for category '{category}'. Data sinks can't be reused in "
                "different settings on the same category for the same resource.",
            )


def _sent(asked: Body) -> set[tuple[str, str]]:
    sink = str(asked.get("workspaceId") or "").lower()
    rows: list[dict[str, Any]] = [*(asked.get("logs") or []), *(asked.get("metrics") or [])]
    return {
        (sink, each.get("categoryGroup") or each.get("category") or "")
        for each in rows
        if sink and each.get("enabled")
    }


def _severity(asked: Body) -> None:
    if asked.get("severity") not in (0, 1, 2, 3, 4):
        raise bad_request(f"The severity {asked.get('severity')} is invalid; it is 0 to 4.")


def _told(store: Store, groups: list[Any]) -> None:
    _there(store, groups, "actionGroupId")


def _there(store: Store, ids: Any, where: str) -> None:
    """Raises 404 for an id, of a type that the sandbox knows, that names nothing."""
    if ids is None:
        raise bad_request(f"The property '{where}' is not provided.")
    for id in ids:
        parsed = parse(id) if isinstance(id, str) else None
        if parsed and parsed.type.lower() in NOTICED and store.get(id) is None:
            raise ArmError(
                404,
                "ResourceNotFound",
                f"The resource '{id}' in '{where}' was not found.",
            )


KINDS = (
    Kind(type=ACTION_GROUP, put=put_action_group, system_data=True),
    Kind(type=METRIC_ALERT, put=put_metric_alert, created=200),
    Kind(
        type=SCHEDULED_QUERY_RULE,
        put=put_query_rule,
        etag="etag",
        system_data=True,
        tracked=True,
    ),
    Kind(type=ACTIVITY_LOG_ALERT, put=put_activity_alert),
    Kind(
        type=DIAGNOSTIC_SETTING,
        put=put_diagnostic_setting,
        created=200,
        system_data=True,
        scoped=True,
    ),
)
