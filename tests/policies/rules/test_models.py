"""Until when a model may be deployed: the day counts, and what Azure calls it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from components import catalog
from policies.rules.security.model_choice import model_approved
from tests.policies.worlds import context, resource


def said(model, now="2026-11-21", **config):
    format, _, rest = model.partition("/")
    name, _, version = rest.partition("@")
    wanted = {"format": format, "name": name, "version": version}
    deployment = resource(catalog.DEPLOYMENT, "chat", {"properties": {"model": wanted}})
    day = datetime.fromisoformat(now).replace(tzinfo=UTC)
    ctx = replace(context("prod", models=[model], **config), now=day)
    return [finding.message for finding in model_approved(deployment, ctx)]


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-11-09", None),
        ("2026-11-10", "in 29 days, on 2026-12-09,"),
        ("2026-12-09", "in 0 days, on 2026-12-09,"),
        ("2026-12-10", "since 2026-12-09"),
    ],
)
def test_thirty_days_are_enough_and_one_less_is_not(now, end):
    found = said("OpenAI/gpt-4o@2024-05-13", now)
    assert [message.startswith(f"{end} 'OpenAI/gpt-4o@2024-05-13'") for message in found] == (
        [True] if end else []
    )


def test_what_azure_has_switched_off_is_over_whatever_the_date():
    (message,) = said("OpenAI/o4-mini@2025-04-16", retiresWithinDays=-1000)
    assert message.startswith("since 2026-10-16")


def test_an_approved_model_that_the_table_does_not_know_may_end_any_day():
    (message,) = said("OpenAI/gpt-9@2030-01-01")
    assert message.startswith("nobody knows when 'OpenAI/gpt-9@2030-01-01' of 'chat'")
