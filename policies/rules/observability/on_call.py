"""Who hears of an alert: one that reaches nobody is none."""

from collections.abc import Iterator, Mapping
from typing import Final

from components.catalog import ACTION_GROUP, DEPLOYMENT, METRIC_ALERT, SCHEDULED_QUERY_RULE
from policies.limits.observability import MILDEST_SEVERITY
from policies.on_call import called, on_call_groups, short
from policies.rule import Context, Levels, Rule, StackRule, each
from policies.serving import serving
from policies.values import Value
from policies.watches import Signal, watches_of
from policies.wording import listed, shown
from policies.world import Finding, Resource, World

SIGNALS: Final[tuple[Signal, ...]] = (
    "errors",
    "latency",
    "time to response",
    "throttling",
    "utilisation",
)


def alert_routed_to_on_call(world: World, ctx: Context) -> Iterator[Finding]:
    watches = watches_of(world)
    alerts = {
        watch.alert.urn: watch.alert
        for deployment in serving(world)
        for watch in watches.of(deployment, *SIGNALS)
    }
    routing = _Routing(world, ctx.limit(MILDEST_SEVERITY))
    yield from each((alerts[urn] for urn in sorted(alerts)), routing.complaints)
    yield from routing.deaf_groups()
    if watches.unread is not None:
        raise watches.unread


class _Routing:
    """Where alerts lead, and which of those groups reach nobody."""

    def __init__(self, world: World, mildest: float) -> None:
        self.world = world
        self.mildest = mildest
        self.on_call = on_call_groups(world)
        self.deaf: dict[str, int] = {}
        """Action groups that reach nobody, and how many alerts rely on each."""

    def complaints(self, alert: Resource) -> Iterator[Finding]:
        enabled, severity = alert.fields.read("enabled"), alert.fields.number("severity")
        if enabled is not True:
            yield Finding(
                alert,
                f"{alert.label} is switched off: enabled is {shown(enabled)}. Fix: enabled: true.",
                "enabled",
            )
        if severity is None or severity > self.mildest:
            yield Finding(
                alert,
                f"{alert.label} wakes nobody: severity is {shown(alert.fields.read('severity'))}, "
                f"and only {self.mildest:g} or less does. Fix: severity: {self.mildest:g}.",
                "severity",
            )
        told = self._told(alert)
        if not told:
            yield Finding(
                alert,
                f"{alert.label} notifies nobody: it has no action. "
                "Fix: actions: the id of the on-call action group.",
                "actions",
            )
        elif self.on_call and told.isdisjoint(self.on_call):
            yield Finding(
                alert,
                f"{alert.label} notifies {self._called(told)}, but on call is "
                f"{self._called(self.on_call)}. "
                "Fix: actions: the id of the on-call action group.",
                "actions",
            )
        else:
            reached = told & self.on_call if self.on_call else told
            if all(map(self._is_deaf, reached)):
                first = min(reached)
                self.deaf[first] = self.deaf.get(first, 0) + 1

    def deaf_groups(self) -> Iterator[Finding]:
        for urn, count in sorted(self.deaf.items()):
            group = self.world.by_urn[urn]
            off = group.fields.flag("enabled") is False
            what = "it is switched off" if off else "it has no receiver"
            relying = "1 alert relies" if count == 1 else f"{count} alerts rely"
            fix = "enabled: true" if off else "emailReceivers or webhookReceivers (on_call)"
            yield Finding(
                group,
                f"{group.label} reaches nobody, since {what}, and {relying} on it. Fix: {fix}.",
                "enabled" if off else "emailReceivers",
            )

    def _told(self, alert: Resource) -> set[str]:
        path = "actions" if alert.type == METRIC_ALERT else "actions.actionGroups"
        values: list[Value] = [
            action.get("actionGroupId") if isinstance(action, Mapping) else action
            for action in alert.fields.many(path)
        ]
        marks = self.world.marks(alert, "actions", values, ACTION_GROUP)
        return {short(self.world, mark) for mark in marks}

    def _is_deaf(self, mark: str) -> bool:
        group = self.world.by_urn.get(mark)
        if group is None:
            return False  # nobody here can see into a group of another stack
        receivers = any(
            group.fields.is_set(key) for key in group.inputs if key.endswith("Receivers")
        )
        return group.fields.flag("enabled") is False or not receivers

    def _called(self, marks: set[str]) -> str:
        return listed(called(self.world, mark) for mark in marks)


RULES: Final[list[Rule]] = [
    StackRule(
        id="alert-routed-to-on-call",
        number=37,
        category="observability",
        severity="High",
        levels=Levels.of("-aM"),
        description="Every alert on errors, latency or throttling reaches whoever is on call.",
        why="An alert that is off, too mild to wake anybody, or sent to a group without receivers "
        "looks like monitoring in every audit and helps nobody at night.",
        fix="Set enabled: true and a severity of 2 or less, and name an action group with "
        "receivers: the one that is declared as on call.",
        types=frozenset({DEPLOYMENT, METRIC_ALERT, SCHEDULED_QUERY_RULE, ACTION_GROUP}),
        controls=("MCSB AI-6", "Well-Architected OE:08"),
        params=(MILDEST_SEVERITY,),
        check=alert_routed_to_on_call,
    ),
]
