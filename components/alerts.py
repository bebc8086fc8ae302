"""Alert rules in Azure, and the people they reach."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pulumi

from components.alert_rules import LogAlert, MetricAlertRule, log_alerts, metric_alerts
from components.azure import monitor
from components.naming import Audience
from components.sections import ReceiverSettings, Settings
from components.stack import Stack

NAMESPACE: Final = "Microsoft.CognitiveServices/accounts"


@dataclass(frozen=True, kw_only=True)
class AlertsArgs:
    stack: Stack
    settings: Settings
    account_ids: Mapping[str, pulumi.Input[str]]
    workspace_id: pulumi.Input[str]


class Alerts(pulumi.ComponentResource):
    """Log alerts for the stack, metric alerts for each account, and whom they reach.

    None on the metrics that Microsoft says not to use for Azure OpenAI (TotalCalls, SuccessRate,
    Latency and their like): they count something else.
    """

    groups: dict[Audience, monitor.ActionGroup]

    def __init__(
        self, name: str, args: AlertsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plumb:index:Alerts", name, None, opts)
        told = args.settings.observability
        self.groups = {
            "on-call": self._group(name, args.stack, "on-call", told.on_call),
            "finance": self._group(name, args.stack, "finance", told.finance),
        }
        for alert in log_alerts(args.settings):
            self._log_alert(name, args, alert)
        for rule in metric_alerts(args.settings):
            self._metric_alert(name, args, rule)
        self.register_outputs({})

    def _group(
        self, name: str, stack: Stack, audience: Audience, receivers: ReceiverSettings
    ) -> monitor.ActionGroup:
        return monitor.ActionGroup(
            f"{name}-{audience}",
            resource_group_name=stack.resource_group_name,
            action_group_name=stack.names.action_group(audience),
            group_short_name=stack.names.action_group_short_name(audience),
            location="Global",
            enabled=True,
            email_receivers=[
                {"name": f"email-{n}", "email_address": address, "use_common_alert_schema": True}
                for n, address in enumerate(receivers.email)
            ],
            webhook_receivers=[
                {
                    "name": "webhook",
                    "service_uri": pulumi.Output.secret(url),  # whoever has it may call it
                    "use_common_alert_schema": True,
                }
                for url in (receivers.webhook,)
                if url
            ],
            tags=stack.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _log_alert(self, name: str, args: AlertsArgs, alert: LogAlert) -> None:
        stack = args.stack
        split: list[monitor.DimensionArgsDict] = [
            {"name": "dep", "operator": "Include", "values": ["*"]}
        ]
        monitor.ScheduledQueryRule(
            f"{name}-{alert.key}",
            resource_group_name=stack.resource_group_name,
            rule_name=stack.names.alert(alert.key),
            location=stack.location,
            kind="LogAlert",
            display_name=alert.says,
            description=alert.says,
            enabled=True,
            severity=alert.severity,
            scopes=[args.workspace_id],
            evaluation_frequency=alert.every,
            window_size=alert.window,
            skip_query_validation=True,  # a new workspace does not have the tables yet
            auto_mitigate=True,
            criteria={
                "all_of": [
                    {
                        "query": alert.query,
                        "metric_measure_column": alert.column,
                        "time_aggregation": alert.aggregation,
                        # A string: the SDK's enumeration of this name is another resource's.
                        "operator": alert.operator,
                        "threshold": alert.threshold,
                        "dimensions": split if alert.by_deployment else [],
                        "failing_periods": {
                            "number_of_evaluation_periods": 1,
                            "min_failing_periods_to_alert": 1,
                        },
                    }
                ]
            },
            actions={"action_groups": [self.groups[alert.audience].id]},
            tags=stack.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _metric_alert(self, name: str, args: AlertsArgs, rule: MetricAlertRule) -> None:
        stack = args.stack
        monitor.MetricAlert(
            f"{name}-{rule.key}",
            resource_group_name=stack.resource_group_name,
            rule_name=stack.names.alert(rule.key),
            location="global",
            description=rule.says,
            enabled=True,
            severity=rule.severity,
            scopes=[args.account_ids[rule.account]],
            evaluation_frequency="PT1M",
            window_size="PT5M",
            auto_mitigate=True,
            # The class, not a dictionary: in a union the SDK leaves a dictionary's keys alone.
            criteria=monitor.MetricAlertSingleResourceMultipleMetricCriteriaArgs(
                odata_type="Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
                all_of=[
                    monitor.MetricCriteriaArgs(
                        criterion_type="StaticThresholdCriterion",
                        name=rule.key,
                        metric_name=rule.metric,
                        metric_namespace=NAMESPACE,
                        operator=rule.operator,
                        threshold=rule.threshold,
                        time_aggregation=rule.aggregation,
                        dimensions=[
                            monitor.MetricDimensionArgs(
                                name=dimension, operator="Include", values=values
                            )
                            for dimension, values in rule.dimensions.items()
                        ],
                    )
                ],
            ),
            actions=[{"action_group_id": self.groups["on-call"].id}],
            tags=stack.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
