"""What the tables cannot say of the rules on observability, operations and business."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components import catalog
from policies import judge, world
from policies.registry import RULES
from policies.values import UNKNOWN
from tests.policies.compliant.part import (
    ACCOUNT_ID,
    INSIGHTS_ID,
    OF_ACCOUNT,
    WORKSPACE_ID,
    Part,
    action_group_id,
)
from tests.policies.rules.alert_cases import (
    DIMENSIONS,
    ERRORS,
    LATENCY,
    ROUTED,
    THRESHOLD,
    THROTTLING,
    UNWATCHED,
    metric_alert,
    requests,
)
from tests.policies.rules.business_cases import APPROVED, BUDGET
from tests.policies.rules.cases import messages, outcomes
from tests.policies.rules.observability_cases import DASHBOARD, DIAGNOSTICS, TRACES, page
from tests.policies.rules.operations_cases import GROUP, ON_CALL, PLAN, RETAINED, RUNBOOK, STACK
from tests.policies.worlds import MISSING, context, part, resource, sound, wired

OURS = [rule.id for rule in RULES.values() if rule.number in {*range(31, 46), 47, 48}]
CENTRAL = WORKSPACE_ID.replace("rg-shop", "rg-central")
ABROAD = ACCOUNT_ID.replace("shop-ai", "abroad-ai")


def unknown_but_read(*changes, name, **sources):
    """A world in which some inputs of one part are unknown, though not where they come from."""
    return wired(sound(*changes), name, **sources)


def test_an_alert_split_by_a_deployment_that_is_still_to_be_made_watches_that_one():
    changes = [("latency", f"{DIMENSIONS}.0.values", [UNKNOWN])]
    all_three = ["chat", "next", "reserved"]
    split = unknown_but_read(*changes, name="latency", criteria=all_three, scopes=["logs"])
    assert messages(LATENCY, split) == []
    one = unknown_but_read(*changes, name="latency", criteria=["chat"], scopes=["logs"])
    assert [said.partition(". ")[0] for said in messages(LATENCY, one)] == [
        "no alert tells of slow answers of 'next'",
        "no alert tells of slow answers of 'reserved'",
    ]


def test_an_alert_that_cannot_be_read_matters_only_to_whom_no_other_watches():
    world = sound(("latency", "criteria", UNKNOWN), requests("500"))
    (errors,), (latency,) = outcomes(ERRORS, world), outcomes(LATENCY, world)
    assert (errors.findings, errors.missed) == ((), None)
    assert latency.missed.path == "criteria.allOf"


def test_what_cannot_be_known_of_one_deployment_hides_nothing_of_another():
    world = sound(*UNWATCHED, ("reserved", "deploymentName", UNKNOWN), ("routing", "", MISSING))
    (outcome,) = outcomes(ERRORS, world)
    assert {finding.resource.name for finding in outcome.findings} == {
        "chat",
        "embed",
        "next",
        "previous",
    }
    assert outcome.missed


def test_logs_that_a_company_keeps_in_one_place_are_the_stacks_own():
    changes = [
        ("diagnostics", "workspaceId", CENTRAL),
        (
            "traces",
            "workspaceResourceId",
            CENTRAL.upper().replace("/SUBSCRIPTIONS", "/subscriptions"),
        ),
        ("latency", "scopes", [CENTRAL]),
    ]
    assert messages(LATENCY, sound(*changes)) == []
    assert messages(DIAGNOSTICS, sound(*changes)) == []


def test_an_account_of_another_stack_is_watched_by_its_id():
    moved = [("chat", "accountName", "abroad-ai"), ("routing", "", MISSING)]
    others = [(name, "", MISSING) for name in ("next", "reserved", "previous", "embed")]
    abroad = requests("503", "429", scopes=[ABROAD])
    unwatched = sound(*moved, *others, *UNWATCHED)
    assert len(messages(ERRORS, unwatched)) == len(messages(THROTTLING, unwatched)) == 1
    watched = sound(*moved, *others, *UNWATCHED, abroad)
    assert messages(ERRORS, watched) == messages(THROTTLING, watched) == []


def test_the_group_on_call_may_be_named_by_what_it_is_read_from():
    world = unknown_but_read((STACK, GROUP, UNKNOWN), name=STACK, operations=["on-call"])
    assert messages(ROUTED, world) == messages(ON_CALL, world) == []
    world = unknown_but_read((STACK, GROUP, UNKNOWN), name=STACK, operations=["finance"])
    assert len(messages(ROUTED, world)) == 5


def test_nobody_sees_into_an_action_group_of_another_stack():
    central = [(STACK, GROUP, "ag-central"), ("on-call", "emailReceivers", [])]
    central += [
        (alert, path, action_group_id("ag-central"))
        for alert, path in (
            ("availability", "actions.0.actionGroupId"),
            ("throttling", "actions.0.actionGroupId"),
            ("utilisation", "actions.0.actionGroupId"),
            ("errors", "actions.actionGroups.0"),
            ("latency", "actions.actionGroups.0"),
        )
    ]
    assert messages(ROUTED, sound(*central)) == []
    (said,) = messages(ON_CALL, sound(*central))
    assert "'ag-central', which is not in this stack" in said


@pytest.mark.parametrize("connected", [True, False])
def test_projects_of_one_name_on_two_accounts_are_told_apart(connected):
    twin = Part(catalog.PROJECT, {**part("project").inputs, "accountName": "other-ai"})
    connection = {**part("connection").inputs, "accountName": "other-ai"}
    changes = [("connection", "projectName", "support"), ("twin", "", twin)]
    if connected:
        changes.append(("twins", "", Part(catalog.PROJECT_CONNECTION, connection)))
    said = messages(TRACES, sound(*changes))
    assert [each.partition(" ")[0] for each in said] == ([] if connected else ["'twin'"])


def test_a_connection_of_the_account_is_shared_by_all_its_projects():
    shared = {**OF_ACCOUNT, "properties": {"category": "AppInsights", "target": INSIGHTS_ID}}
    changes = [
        ("connection", "", MISSING),
        ("shared", "", Part(catalog.ACCOUNT_CONNECTION, shared)),
        ("second", "", Part(catalog.PROJECT, {**part("project").inputs, "projectName": "sales"})),
    ]
    assert messages(TRACES, sound(*changes)) == []


def test_a_dashboard_that_is_still_to_be_filled_in_shows_what_it_is_read_from():
    changes = [("overview", "", MISSING), page(), ("page", "properties", UNKNOWN)]
    assert messages(DASHBOARD, unknown_but_read(*changes, name="page", properties=["logs"])) == []
    assert len(messages(DASHBOARD, sound(*changes))) == 1


def test_a_bare_name_is_one_of_the_account_in_which_the_route_is_at_home():
    twin = Part(catalog.DEPLOYMENT, {**part("previous").inputs, "accountName": "other-ai"})
    named = [("twin", "", twin), ("routing", "routes.chat.rollback", "chat-v1")]
    assert messages(RETAINED, sound(*named)) == []


def test_the_newest_rehearsal_and_the_newest_approval_count():
    recorded = part(STACK).inputs
    for kind, rule, path in (
        ("rollback", "rollback-tested", "testedAt"),
        ("approval", APPROVED, "at"),
    ):
        newest = max(recorded[kind], key=lambda entry: entry["seq"])
        stale = {**newest, "seq": 1, "data": {**newest["data"], path: "2025-01-01T00:00:00Z"}}
        assert messages(rule, sound((STACK, kind, [*recorded[kind], stale]))) == []
        assert messages(rule, sound((STACK, kind, [*recorded[kind], {**stale, "seq": 999}])))


def test_of_a_model_without_filter_and_prompt_neither_is_approved():
    embeddings = part("embed").inputs
    model = embeddings["properties"]["model"]
    identity = {"account": "account", "deployment": "embed-v1", "sku": embeddings["sku"]["name"]}
    identity |= {key: model["name" if key == "model" else key] for key in ("model", "version")}
    approvals = [
        {**each, "data": {**each["data"], "covers": [*each["data"]["covers"], identity]}}
        for each in part(STACK).inputs["approval"]
    ]
    served = ("routing", "routes.chat.candidate", "account/embed-v1")
    assert len(messages(APPROVED, sound(served))) == 4
    assert messages(APPROVED, sound(served, (STACK, "approval", approvals))) == []


@pytest.mark.parametrize(
    ("rule", "changes", "path"),
    [
        (LATENCY, [("latency", THRESHOLD, 5000)], "criteria.allOf[0].threshold"),
        (ERRORS, [metric_alert("TotalCalls")], "criteria.allOf[0].metricName"),
        (ROUTED, [("on-call", "emailReceivers", [])], "emailReceivers"),
        (ROUTED, [("on-call", "enabled", False)], "enabled"),
        (DASHBOARD, [("overview", "serializedData", "{}")], "serializedData"),
        (
            DASHBOARD,
            [("overview", "", MISSING), page(tags=("logs",)), ("page", "properties.lenses", [])],
            "properties.lenses",
        ),
        (RETAINED, [("previous", "sku.capacity", 1)], "sku.capacity"),
        (RETAINED, [("previous", "", MISSING)], "routes.chat"),
        (BUDGET, [("budget", "amount", 1)], "amount"),
        (APPROVED, [(STACK, "approval.1.data.ticket", MISSING)], "approval[1].data.ticket"),
    ],
)
def test_a_finding_names_the_input_at_fault(rule, changes, path):
    (outcome,) = outcomes(rule, sound(*changes))
    assert [finding.path for finding in outcome.findings] == [path]


def test_of_several_budgets_the_best_one_counts():
    small = Part(catalog.BUDGET, {**part("budget").inputs, "amount": 5, "notifications": {}})
    assert messages(BUDGET, sound(("small", "", small))) == []


def test_a_budget_of_cost_management_counts_as_well():
    token = "azure-native:costmanagement:Budget"
    other = Part(token, part("budget").inputs)
    assert messages(BUDGET, sound(("budget", "", MISSING), ("other", "", other))) == []


def test_a_stack_without_models_needs_neither_runbook_nor_approval():
    models = ("chat", "next", "reserved", "previous", "embed")
    bare = [(name, "", MISSING) for name in (*models, STACK, "budget", "routing")]
    for rule in (RUNBOOK, ON_CALL, PLAN, APPROVED, BUDGET, ERRORS, LATENCY, THROTTLING, ROUTED):
        assert messages(rule, sound(*bare)) == []


def test_a_stack_that_recorded_nothing_is_told_everything_that_is_missing():
    bare = sound(*((name, "", MISSING) for name in (STACK, "budget")))
    said = {rule: len(messages(rule, bare)) for rule in (RUNBOOK, ON_CALL, PLAN, APPROVED, BUDGET)}
    assert said == {RUNBOOK: 1, ON_CALL: 2, PLAN: 1, APPROVED: 4, BUDGET: 2}


@pytest.mark.parametrize(
    ("rule", "changes", "config"),
    [
        (LATENCY, [], {"objectiveMs": 2000}),
        (THROTTLING, [], {"utilisationPercent": 80}),
        (
            ROUTED,
            [("availability", "", MISSING), ("latency", "severity", 2)],
            {"mildestSeverity": 1},
        ),
        ("log-retention-minimum", [], {"retentionDays": 365}),
        (RETAINED, [], {"retainedShare": 0.9}),
        ("rollback-tested", [], {"rehearsalDays": 4}),
        ("rollback-tested", [], {"rollbackMinutes": 5}),
        (PLAN, [], {"planDays": 1}),
        (PLAN, [], {"demandDays": 5}),
        (PLAN, [], {"growthMonths": 12}),
        (APPROVED, [], {"approvers": ["finance"]}),
        (APPROVED, [], {"approvalDays": 0.01}),
        (BUDGET, [], {"forecastDays": 0.5}),
        (BUDGET, [], {"earliestPercent": 50}),
    ],
)
def test_every_limit_can_be_set(rule, changes, config):
    world = sound(*changes)
    ctx = context("prod")
    assert not [f for f in judge.of_stack(RULES[rule], world, ctx).findings if changes == []]
    assert messages(rule, world, **config)


def test_every_limit_of_these_rules_is_tried():
    tried = {
        name
        for mark in test_every_limit_can_be_set.pytestmark
        for _, _, config in mark.args[1]
        for name in config
    }
    declared = {p.name for number in OURS for p in RULES[number].params}
    assert declared - tried == {"upgradeOptions"}  # operations_cases tries it by profile


def large(count):
    """A stack of many deployments, each with an alert of its own, on many accounts, by name."""
    more = []
    for place in range(count):
        account = f"ai-{place // 10}"
        if place % 10 == 0:
            inputs = {**part("account").inputs, "accountName": account}
            more.append(resource(catalog.ACCOUNT, account, inputs))
        names = {"accountName": account, "deploymentName": f"chat{place}-v1"}
        more.append(resource(catalog.DEPLOYMENT, f"d{place}", {**part("chat").inputs, **names}))
        _, _, alert = requests("500", deployment=names["deploymentName"])
        scope = ACCOUNT_ID.replace("shop-ai", account)
        more.append(resource(alert.type, f"a{place}", {**alert.inputs, "scopes": [scope]}))
    return sound(("routing", "", MISSING), more=more)


def test_joins_grow_with_the_stack_and_not_with_its_square(monkeypatch):
    asked = []
    is_named = world.is_named
    monkeypatch.setattr(world, "is_named", lambda *args: asked.append(1) or is_named(*args))

    def joins(count):
        stack = large(count)
        asked.clear()
        for rule in OURS:
            outcomes(rule, stack)
        return len(asked)

    small, double = joins(100), joins(200)
    assert double < 2.2 * small


ALERTS = ["errors", "availability", "latency", "throttling", "utilisation"]


@settings(max_examples=25)
@given(st.sets(st.sampled_from(ALERTS)), st.sets(st.sampled_from(ALERTS)))
def test_one_alert_more_leaves_no_deployment_unwatched(few, more):
    def unwatched(alerts):
        gone = [(alert, "", MISSING) for alert in ALERTS if alert not in alerts]
        return {
            said for rule in (ERRORS, LATENCY, THROTTLING) for said in messages(rule, sound(*gone))
        }

    assert unwatched(few | more) <= unwatched(few)


def test_an_objective_is_held_against_the_lowest_alert():
    late = [("latency", THRESHOLD, 5000)]
    later = Part(catalog.SCHEDULED_QUERY_RULE, {**part("latency").inputs, "ruleName": "later"})
    world = sound(("later", "", later), ("later", THRESHOLD, 4000), *late)
    (said,) = messages(LATENCY, world)
    assert said.startswith("'later' tells of slow answers of 'chat' and 2 more only over 4000 ms")
