import random

import pytest

from sandbox.dataplane.latency import NONE, delay


def median(model, *, utilisation=0.0, prompt=0, sku="GlobalStandard"):
    dice = random.Random(1)
    found = sorted(
        (delay(model, prompt, utilisation, 1, dice, sku) for _ in range(999)),
        key=lambda each: each.first_seconds,
    )
    return found[499].first_seconds


def test_without_a_scale_nothing_is_late():
    assert delay("gpt-4.1", 10_000, 1.0, 0, random.Random(1)) == NONE


@pytest.mark.parametrize(
    ("model", "seconds"), [("gpt-4.1", 0.45), ("gpt-4.1-mini", 0.3), ("o4-mini", 2.5)]
)
def test_a_model_takes_its_own_time(model, seconds):
    assert median(model) == pytest.approx(seconds, rel=0.1)


def test_a_full_deployment_takes_four_times_as_long_and_a_long_prompt_longer():
    assert median("gpt-4o", utilisation=1) == pytest.approx(4 * median("gpt-4o"))
    assert median("gpt-4o", prompt=50_000) == pytest.approx(1 + median("gpt-4o"))


def test_a_half_full_deployment_is_hardly_slower_than_an_idle_one():
    assert median("gpt-4o", utilisation=0.5) == pytest.approx(1.1875 * median("gpt-4o"))


def test_what_is_reserved_answers_sooner_than_what_is_shared():
    reserved, shared, tried = (
        median("gpt-4.1", sku=sku)
        for sku in ("ProvisionedManaged", "GlobalStandard", "DeveloperTier")
    )
    assert reserved < shared < tried
