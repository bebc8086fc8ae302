"""Runs and their deployments, made up."""

from datetime import UTC, datetime

from scripts.load.cost import Price, Rates
from scripts.load.run import Run
from scripts.load.scenario import parse
from scripts.load.verdict import Objectives

SCENARIO = {
    "target": "primary/chat-v3",
    "calls_per_second": 1_000.0,
    "duration_s": 0.3,
    "arrivals": "constant",
    "stream": False,
    "mix": {"one": {"prompt_tokens": 10, "answer_tokens": 10}},
}
PRICE = Price(currency="USD", rates=Rates(input=2.5, cached_input=0.25, output=15))
PATIENT = Objectives(latency_ms=60_000, error_share=0.05, throttled_share=0.05)


def run(**scenario):
    return Run(
        run_id="20261122-030405-load-0abc",
        began_at=datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC),
        stack="dev",
        deployment="primary/chat-v3",
        tokens_per_minute=30_000,
        scenario=parse(SCENARIO | scenario, "x.yaml"),
        objectives=PATIENT,
        price=PRICE,
    )
