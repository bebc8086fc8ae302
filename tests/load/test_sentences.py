"""What a report says beside its verdict, where there is something to say."""

import pytest

from scripts.load.report import report
from scripts.load.sentences import sentences
from tests.load.calls import call
from tests.load.runs import run


def said(*calls, **changes):
    ended = run(duration_s=60.0).model_copy(update={"ended": True} | changes)
    return "\n".join(sentences(report(ended, calls)))


def test_how_long_refused_callers_were_told_to_wait():
    refused = [call(outcome="throttled_quota", retry_after_ms=1000.0 * n) for n in range(1, 21)]
    assert "to wait 10.0 s (p50; p95 19.0 s), 210 s in all" in said(*refused)
    assert "wait" not in said(call())


def test_a_limit_below_the_declared_one_is_one_for_a_while():
    cut = call(outcome="throttled_temporary", limit_tokens=10_000)
    assert "allowed 10,000 tokens a minute at times, and 30,000 are declared" in said(cut)
    assert "of which 1 calls were refused" in said(cut)
    assert "allowed 10,000" in said(call(limit_tokens=30_000), cut)
    assert "at times" not in said(call(limit_tokens=30_000))
    assert "at times" not in said(cut, tokens_per_minute=None)


def test_how_full_provisioned_throughput_was():
    assert "used to 70% on the mean, 90% at most" in said(
        call(utilisation=0.5), call(utilisation=0.9)
    )
    assert "throughput" not in said(call())
    reserved = run().price.model_copy(update={"an_hour": 16.5})
    assert "Provisioned-managed Utilization V2" in said(call(), price=reserved)
    assert "16.50 an hour, asked or not" in said(call(), price=reserved)


def test_how_many_calls_another_deployment_has_answered():
    assert "that it spills to: 2" in said(call(spilled=True), call(spilled=True), call())
    assert "spills" not in said(call())


def test_a_failure_is_told_by_the_name_that_support_knows():
    assert "server, for Azure's support: 3f2a" in said(
        call(outcome="server", request_id="3f2a"), call(outcome="server", request_id="77")
    )
    assert "support" not in said(call(outcome="throttled_quota", request_id="3f2a"))


@pytest.mark.parametrize(
    ("price", "words"),
    [(run().price, "its calls cost 0.00 USD"), (None, "no price for this deployment")],
)
def test_what_it_cost_is_told_or_that_nobody_knows(price, words):
    assert words in said(call(), price=price)
