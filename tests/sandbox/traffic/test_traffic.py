"""Synthetic traffic: real limits, metrics and alerts for requests that nobody sends."""

import json
from datetime import timedelta

import pytest
from pydantic import ValidationError

from components import queries
from components.catalog import FEATURE_FLAG_PREFIX
from sandbox.faults import Faults
from sandbox.orders import instruction
from sandbox.telemetry import inbox
from sandbox.telemetry.kql.answer import Answer
from sandbox.traffic.driver import MOST_AT_ONCE
from sandbox.traffic.targets import NoTarget
from sandbox.traffic.wanted import TrafficWanted
from tests.sandbox.core.cloud import ACCOUNT, GROUP, deployment
from tests.sandbox.telemetry.test_alerts import QUERY_RULE, errors

STORE = f"{GROUP}/providers/Microsoft.AppConfiguration/configurationStores/routes"


def counted(busy, dimension: str) -> dict[str, float]:
    answer = busy.observed.cloud.get(
        f"{ACCOUNT}/providers/Microsoft.Insights/metrics",
        query={
            "metricnames": "AzureOpenAIRequests",
            "$filter": f"{dimension} eq '*'",
            "timespan": "PT6H",
            "interval": "FULL",
        },
    )
    return {
        each["metadatavalues"][0]["value"]: each["data"][0]["total"]
        for each in answer.body["value"][0]["timeseries"]
    }


def asked(busy, query: str) -> Answer:
    """What the logs say once the last call is over."""
    busy.observed.cloud.pass_time(minutes=5)
    return busy.observed.ask(query)


def test_evenly_spaced_requests_are_as_many_as_they_should_be_and_the_clock_has_passed(busy):
    before = busy.observed.now
    told = busy.drive(rps=0.5, minutes=4, arrivals="constant")
    assert told["requests"] == 120
    assert busy.observed.now - before == timedelta(minutes=4)
    assert told["left_minutes"] == 0


def test_the_same_seed_at_the_same_moment_meets_the_same_chance(busy):
    plan = {"rps": 1, "minutes": 1, "seed": 7}
    first = busy.drive(**plan)
    assert 30 < first["requests"] < 90
    assert busy.drive(**plan)["requests"] != first["requests"]  # a minute later


def test_what_the_limits_let_in_and_what_not_is_what_the_metrics_count(busy):
    busy.observed.put(f"{ACCOUNT}/deployments/chat", deployment(10))
    told = busy.drive(rps=2, minutes=3, prompt_tokens=400, completion_tokens=100)
    assert told["statuses"].keys() == {"200", "429"}
    assert counted(busy, "StatusCode") == told["statuses"]
    # 10,000 tokens a minute, 500 a request
    assert 45 <= told["statuses"]["200"] <= 75
    assert told["error_classes"] == {"throttled_quota": told["statuses"]["429"]}


def test_a_full_provisioned_deployment_spills_over(busy):
    busy.observed.put(f"{ACCOUNT}/deployments/over", deployment(100))
    busy.observed.put(
        f"{ACCOUNT}/deployments/full",
        deployment(15, sku="GlobalProvisionedManaged", spilloverDeploymentName="over"),
    )
    told = busy.drive(deployment="ai-test/full", rps=8, minutes=3, prompt_tokens=20_000)
    assert told["spilled"] > 0
    assert told["served_by"]["ai-test/over"] == told["spilled"]
    (row,) = busy.observed.around.store.execute(
        "SELECT count(*) AS number FROM events WHERE is_spillover AND status = 200"
    )
    assert row["number"] == told["spilled"]


def test_what_is_to_go_wrong_goes_wrong_in_its_share(busy):
    told = busy.drive(rps=5, minutes=4, errors={"server": 0.2, "request": 0.1, "filtered": 0.1})
    classes, requests = told["error_classes"], told["requests"]
    assert classes["server"] / requests == pytest.approx(0.2, abs=0.05)
    assert classes["request"] / requests == pytest.approx(0.1, abs=0.05)
    assert classes["filtered"] / requests == pytest.approx(0.1, abs=0.05)
    assert counted(busy, "StatusCode")["500"] == classes["server"]


def test_the_callers_own_telemetry_tells_the_same(busy):
    told = busy.drive(rps=5, minutes=4, errors={"server": 0.2})
    (row,) = asked(busy, queries.ERRORS).records()
    assert (row["dep"], row["n"]) == ("chat", told["requests"])
    assert row["bad"] == told["error_classes"]["server"]
    (latency,) = asked(busy, queries.LATENCY).records()
    assert 500 < latency["p95"] < 60_000


def test_a_vector_is_asked_for_where_the_model_makes_one(busy):
    busy.observed.put(
        f"{ACCOUNT}/deployments/embed",
        deployment(100, model="text-embedding-3-large", version="1"),
    )
    told = busy.drive(deployment="ai-test/embed", rps=1, minutes=1, arrivals="constant")
    assert (told["statuses"], told["completion_tokens"]) == ({"200": 60}, 0)
    query = 'AppDependencies | summarize count() by tostring(Properties["gen_ai.operation.name"])'
    assert asked(busy, query).rows == [["embeddings", 60]]


def test_no_telemetry_is_written_where_none_is_wanted(busy):
    busy.drive(rps=1, minutes=1, spans=False)
    assert asked(busy, "AppDependencies | count").rows == [[0]]


def test_rules_fire_while_the_traffic_passes(busy):
    busy.observed.put(QUERY_RULE, errors(periods=2, failing=2))
    told = busy.drive(rps=2, minutes=12, errors={"server": 0.3})
    assert told["alerts"] == 1
    (alert,) = inbox.shown(busy.observed.around.store)["value"]
    assert alert["monitorCondition"] == "Fired"
    assert told["from"] < alert["firedDateTime"] <= told["until"]


def test_one_call_takes_so_many_requests_and_says_what_is_left(busy):
    told = busy.drive(rps=MOST_AT_ONCE / 60, minutes=2, arrivals="constant", spans=False)
    assert told["requests"] == MOST_AT_ONCE
    assert told["left_minutes"] == pytest.approx(1, abs=0.01)


def test_what_comes_in_several_calls_is_as_much_as_in_one(busy):
    left, requests = 1.0, 0
    while left > 0:
        told = busy.drive(rps=100, minutes=left, arrivals="constant", spans=False)
        left, requests = told["left_minutes"], requests + told["requests"]
    assert requests == 6000


def test_a_dry_run_says_what_it_comes_to_and_leaves_the_clock(busy):
    before = busy.observed.now
    assert busy.drive(rps=2, minutes=10, dry_run=True) == {
        "requests": 1200,
        "requests_per_minute": 120,
        "tokens_per_minute": 60_000,
        "left_minutes": 10,
    }
    assert busy.observed.now == before
    assert counted(busy, "StatusCode") == {}


def test_faults_befall_synthetic_requests_as_they_do_others(busy):
    store = busy.observed.around.store
    faults = Faults(store)
    faults.add(
        instruction(
            {"target": "deployment:ai-test/chat", "kind": "server-error", "count": 9}, store
        )
    )
    told = busy.drive(rps=1, minutes=1, arrivals="constant")
    assert told["statuses"] == {"200": 51, "500": 9}
    faults.add(instruction({"target": "account:ai-test", "kind": "slow", "delay": 90}, store))
    busy.drive(rps=1, minutes=1, arrivals="constant")
    assert asked(busy, "AppDependencies | where DurationMs > 90000 | count").rows == [[60]]


def flagged(busy, *ranges: tuple[str, int, int], account: str = "ai-test") -> None:
    busy.observed.put(f"{ACCOUNT}/deployments/new", deployment(100))
    store = busy.observed.around.store
    flag = {
        "id": "chat-router",
        "enabled": True,
        "variants": [
            {"name": name, "configuration_value": {"account": account, "deployment": answers}}
            for name, answers in (("stable", "chat"), ("candidate", "new"))
        ],
        "allocation": {
            "default_when_enabled": "stable",
            "percentile": [{"variant": v, "from": low, "to": high} for v, low, high in ranges],
            "seed": "chat/r-0001",
        },
    }
    store.execute(
        "INSERT INTO kv VALUES (?, ?, 'dev', ?, NULL, '{}', 'etag-1', 0, '')",
        (STORE.lower(), f"{FEATURE_FLAG_PREFIX}chat-router", json.dumps(flag)),
    )


def test_a_route_splits_its_users_as_its_flag_says(busy):
    flagged(busy, ("candidate", 0, 25), ("stable", 25, 100))
    told = busy.drive(deployment=None, route="chat", rps=4, minutes=5, users=400)
    share = told["variants"]["candidate"] / told["requests"]
    assert share == pytest.approx(0.25, abs=0.07)
    assert counted(busy, "ModelDeploymentName")["new"] == told["variants"]["candidate"]
    answer = asked(
        busy,
        "AppEvents | where Name == 'FeatureEvaluation' "
        "| extend u = tostring(Properties.TargetingId)"
        " | summarize v = dcount(tostring(Properties.Variant)) by u | summarize max(v)",
    )
    assert answer.rows == [[1]]  # nobody was moved from one to the other
    spans = asked(
        busy,
        'AppDependencies | summarize n = count() by v = tostring(Properties["feature_flag.result'
        '.variant"]), e = tostring(Properties["plumb.flag_etag"])',
    )
    assert {row[0]: row[2] for row in spans.rows} == told["variants"]
    assert {row[1] for row in spans.rows} == {"etag-1"}


def test_a_flag_that_names_an_account_by_its_part_in_the_stack_finds_it(busy):
    flagged(busy, ("stable", 0, 100), account="primary")
    told = busy.drive(deployment=None, route="chat", rps=1, minutes=1)
    assert told["served_by"].keys() == {"ai-test/chat"}


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"deployment": "ai-test/chta"}, "no deployment ai-test/chta. Fix: ai-test/chat"),
        ({"deployment": "nobody/chat"}, "no deployment nobody/chat"),
        ({"deployment": None, "route": "chat"}, "there is no route chat"),
    ],
)
def test_nobody_to_ask_is_said(busy, wanted, said):
    with pytest.raises(NoTarget, match=said):
        busy.drive(**wanted)


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"deployment": "a/b", "route": "chat"},
        {"deployment": "chat"},
        {"deployment": "a/b", "rps": 0},
        {"deployment": "a/b", "rps": float("inf")},
        {"deployment": "a/b", "minutes": 10**6},
        {"deployment": "a/b", "errors": {"server": 0.7, "request": 0.7}},
        {"deployment": "a/b", "errors": {"tired": 0.1}},
        {"deployment": "a/b", "rsp": 5},
    ],
)
def test_what_cannot_be_driven_is_refused(wanted):
    with pytest.raises(ValidationError):
        TrafficWanted(**wanted)
