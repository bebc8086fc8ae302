"""What the other parts of the page are made of."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.clock import stamp
from sandbox.directory import AI_DEVELOPERS, SUBSCRIPTION_ID, Principal
from sandbox.portal.activity import Asked, of_arm, refused, runs, short, tone
from sandbox.portal.alerts import Fired, fired, rule
from sandbox.portal.attention import notices
from sandbox.portal.bars import Bar
from sandbox.portal.budgets import Budget, budget
from sandbox.portal.deleted import deleted
from sandbox.portal.faults import fault
from sandbox.portal.people import people, place
from sandbox.portal.pools import pools, unit
from sandbox.portal.resources import above, detail, ids_in, item
from sandbox.portal.spans import ago, in_words, offset
from sandbox.store import Stored

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SUBSCRIPTION = f"/subscriptions/{SUBSCRIPTION_ID}"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg"
ACCOUNT = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/ai"


def stored(id: str, type: str = "", **body: Any) -> Stored:
    return Stored(id=id, type=type, body=body, etag="e", changed_at=stamp(NOW))


def a_group(name: str = "rg") -> Stored:
    id = f"{SUBSCRIPTION}/resourceGroups/{name}"
    return stored(id, "Microsoft.Resources/resourceGroups", name=name, location="swedencentral")


def an_asked(**changed: Any) -> Asked:
    wanted = Asked(
        at=NOW,
        plane="model",
        what="Chat",
        target="ai/chat",
        id="/x",
        status=200,
        code="",
        who="cora-app",
        milliseconds=1,
        detail="",
    )
    return replace(wanted, **changed)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (61, "1 min 1 s"),
        (3600, "1 h"),
        (3601, "1 h"),
        (129_600, "1 d 12 h"),
        (-90, "1 min 30 s"),
    ],
)
def test_a_span_is_said_in_its_two_largest_units(seconds: int, words: str) -> None:
    assert in_words(timedelta(seconds=seconds)) == words


def test_a_clock_that_was_moved_says_how_far() -> None:
    assert offset(NOW, NOW + timedelta(seconds=1)) == ""
    assert offset(NOW + timedelta(hours=38), NOW) == "1 d 14 h ahead of this machine"
    assert offset(NOW - timedelta(hours=1), NOW) == "1 h behind this machine"
    assert ago(NOW, NOW + timedelta(minutes=5)) == "5 min ago"
    assert ago(NOW + timedelta(minutes=5), NOW) == "in 5 min"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (f"{ACCOUNT}/deployments/chat", "deployments ai/chat"),
        (f"{ACCOUNT}/deployments", "deployments of ai"),
        (f"{GROUP}/providers/Microsoft.CognitiveServices/accounts", "accounts in rg"),
        (GROUP, "resourceGroups/rg"),
        ("/", "/"),
        ("/metadata/endpoints", "metadata/endpoints"),
    ],
)
def test_a_path_is_shown_short(path: str, shown: str) -> None:
    assert short(path) == shown


@given(st.text())
def test_no_path_is_too_odd_to_be_shown(path: str) -> None:
    entry = {
        "method": "GET",
        "id": path,
        "status": 400,
        "principal": "",
        "start": "2026-11-21T00:00:00+00:00",
    }
    assert len(of_arm([{**entry, "end": entry["start"]}], {})) == 1


def test_what_wakes_people_has_a_colour_of_its_own() -> None:
    tones = [tone(status) for status in (200, 304, 404, 409, 429, 503)]
    assert tones == ["good", "moved", "wrong", "wrong", "bad", "bad"]


def test_refusals_in_a_row_are_one_and_answers_are_not() -> None:
    row = [an_asked(status=429)] * 3 + [an_asked()] * 2 + [an_asked(status=429)]
    assert [(each.status, each.times) for each in runs(row)] == [
        (429, 3),
        (200, 1),
        (200, 1),
        (429, 1),
    ]


@given(st.lists(st.sampled_from([200, 400, 429, 500])))
def test_a_run_hides_no_request(statuses: list[int]) -> None:
    row = [an_asked(status=status) for status in statuses]
    assert sum(each.times for each in runs(row)) == len(row)


def test_a_status_is_wanted_by_number_or_class() -> None:
    row = [an_asked(status=status) for status in (200, 404, 429, 503)]
    assert [each.status for each in refused(row, ["4xx"])] == [404, 429]
    assert [each.status for each in refused(row, ["429", "5xx"])] == [429, 503]
    assert len(refused(row, [])) == 4


def test_a_resource_knows_what_it_names_and_who_names_it() -> None:
    account = stored(ACCOUNT, "t/accounts", properties={})
    alert = stored(
        f"{GROUP}/providers/m/alerts/a", "m/alerts", properties={"scopes": [ACCOUNT.upper()]}
    )
    rows = [a_group(), account, alert]
    by_id = {each.id.lower(): each for each in rows}
    both = [
        detail(each, rows=rows, asked=(), secrets=(), find=lambda id: by_id.get(id.lower()))
        for each in (account, alert)
    ]
    assert [each.name for each in both[0].referred_by] == ["a"]
    assert [each.name for each in both[1].refers_to] == ["ai"]
    assert [name for name, _ in both[0].above] == ["rg"]


def test_only_ids_are_ids() -> None:
    assert ids_in({"a": [GROUP, "x", 7], "b": {"c": GROUP.upper()}}) == [GROUP, GROUP.upper()]
    assert above("", lambda id: None) == []


def test_a_deleted_account_stands_for_all_beneath_it_and_its_quota() -> None:
    gone = {"deleted_at": stamp(NOW), "purge_at": stamp(NOW + timedelta(hours=48))}
    held = stored(
        f"{ACCOUNT}/deployments/a",
        "Microsoft.CognitiveServices/accounts/deployments",
        sku={"name": "GlobalStandard", "capacity": 30},
        properties={"model": {"format": "OpenAI", "name": "gpt-5.4", "version": "2026-03-05"}},
    )
    account = stored(ACCOUNT, "Microsoft.CognitiveServices/accounts", location="swedencentral")
    (found,) = deleted([replace(each, **gone) for each in (held, account)], NOW)
    assert (found.name, found.group, found.beneath) == ("ai", "rg", 1)
    assert found.left == timedelta(hours=48)
    assert found.holds == ("30 of Tokens Per Minute (thousands) - Global - gpt-5.4",)


def test_the_fullest_pool_of_a_region_comes_first() -> None:
    held = {"swedencentral": {"OpenAI.GlobalStandard.a": 10, "OpenAI.GlobalStandard.b": 90}}
    found = pools(held, lambda region, usage, sku: 100)
    assert [(each.usage[-1], each.bar.percent) for each in found] == [("b", 90), ("a", 10)]
    assert unit("OpenAI.GlobalProvisionedManaged") == "PTU"


def test_a_person_has_the_roles_of_their_groups_and_no_secret() -> None:
    person = Principal(
        oid="o",
        client_id="c",
        name="dev",
        kind="User",
        groups=frozenset({AI_DEVELOPERS}),
        inside_header="sesame",
        outside_header="sesame",
        client_secret="sesame",
        created_at="",
    )
    given = [
        stored(
            f"/r/{number}",
            properties={
                "principalId": oid,
                "roleDefinitionId": "/x/acdd72a7-3385-48ef-bd42-f606fba81ae7",
                "scope": scope,
            },
        )
        for number, (oid, scope) in enumerate(
            [("o", ACCOUNT), (AI_DEVELOPERS, GROUP), ("x", GROUP)]
        )
    ]
    (found,) = people([(person, "")], given)
    assert [(each.role, each.scope, each.through) for each in found.roles] == [
        ("Reader", "ai", ""),
        ("Reader", "rg", "ai-developers"),
    ]
    assert "sesame" not in repr(found)


def test_a_scope_has_a_name() -> None:
    assert [place(each) for each in (ACCOUNT, GROUP, SUBSCRIPTION, "/")] == [
        "ai",
        "rg",
        "the subscription",
        "the tenant",
    ]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            {"status": 429, "code": "X", "plane": "data"},
            ("answers 429 X", "models", "until removed"),
        ),
        (
            {"action": "worse", "share": 0.5, "target": "deployment:ai/chat", "hits": 4},
            ("answers worse: 50 % right", "deployment:ai/chat", "until removed, 4 hit so far"),
        ),
        (
            {"action": "quota", "plane": "arm", "until": "2026-11-21T12:00:00.000000Z"},
            ("leaves 0 % of the quota", "ARM", "until 2026-11-21 12:00:00"),
        ),
        ({"action": "delay", "seconds": 2, "times": 3}, ("waits 2 s", "everywhere", "3 times")),
        (
            {"action": "drop", "plane": "arm"},
            ("does the work, loses the answer", "ARM", "until removed"),
        ),
        (
            {"action": "brand_new", "probability": 0.5},
            ("brand new", "everywhere", "until removed, 50 % of the time"),
        ),
    ],
)
def test_a_fault_is_said_in_words(body: dict[str, Any], words: tuple[str, str, str]) -> None:
    shown = fault({"number": 1, **body})
    assert (shown.does, shown.where, shown.left) == words


def test_an_alert_says_what_was_measured_and_who_heard_of_it() -> None:
    shown = fired(
        {
            "alertRule": "throttling",
            "alertRuleId": "/r",
            "severity": "Sev2",
            "firedDateTime": stamp(NOW),
            "resolvedDateTime": None,
            "condition": {
                "metricName": "AzureOpenAIRequests",
                "operator": "GreaterThan",
                "threshold": 5.0,
                "metricValue": 1234.0,
                "dimensions": [
                    {"name": "ModelDeploymentName", "value": "chat"},
                    {"name": "IsSpillover", "value": "True"},
                    {"name": "StreamType", "value": "False"},
                ],
            },
            "sent": [{"kind": "email", "to": "a@b"}, {"kind": "email", "to": "a@b"}],
        }
    )
    assert shown.firing
    assert shown.said == "AzureOpenAIRequests 1,234, > 5 (chat, IsSpillover)"
    assert shown.sent == ("email a@b",)


def a_budget(spent: float, forecast: float) -> Budget:
    limits = [Bar(used=used, limit=100, unit="USD") for used in (spent, forecast)]
    return Budget(id="/b", name="b", spent=limits[0], forecast=limits[1], thresholds=())


def test_what_is_worst_comes_first() -> None:
    alerts = [
        Fired(
            rule=name,
            id="/a",
            severity="Sev 1",
            at=NOW - timedelta(minutes=3),
            firing=firing,
            resolved_at=None,
            said="p95 9, > 5",
            sent=(),
        )
        for name, firing in (("loud", True), ("over", False))
    ]
    found = notices(fired=alerts, budgets=[a_budget(50, 120), a_budget(100, 0)], now=NOW)
    assert [(each.tone, each.text.split(":")[0]) for each in found] == [
        ("bad", "Alert loud fires for 3 min"),
        ("bad", "Budget b is spent"),
        ("wrong", "Budget b will be overspent"),
    ]


def test_nothing_wrong_is_nothing_to_say() -> None:
    assert notices(budgets=[a_budget(10, 20)], now=NOW) == []


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
names = (
    "properties",
    "sku",
    "tags",
    "location",
    "amount",
    "notifications",
    "currentSpend",
    "model",
    "severity",
)


@given(
    st.dictionaries(st.sampled_from(names), json_values),
    st.dictionaries(st.sampled_from(names), json_values),
)
def test_no_body_is_too_odd_to_be_shown(body: dict[str, Any], inner: dict[str, Any]) -> None:
    for each in (
        stored(ACCOUNT, "x/y", **body),
        stored(ACCOUNT, "x/y", **{**body, "properties": inner}),
    ):
        shown = budget(each)
        assert 0 <= shown.spent.width <= 100
        assert shown.spent.words
        assert rule(each).name == "ai"
        assert item(each).name == "ai"
        assert people([], [each]) == []
        assert detail(each, rows=[each], asked=(), secrets=(), find=lambda id: None).body
