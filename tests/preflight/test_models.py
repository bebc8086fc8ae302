"""Where a model is offered, and how long it lives: Azure's API words, its dates, its heirs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from scripts.preflight.checks.lifecycle import lifecycle
from scripts.preflight.checks.model import model
from scripts.subscription.facts import Replacement, Unknown
from scripts.subscription.wire import moment
from tests.preflight.test_room import rooms
from tests.preflight.worlds import (
    DATA_ZONE,
    GPT,
    HERE,
    MINI,
    NOW,
    PTU,
    STANDARD,
    THERE,
    TUNED,
    holds,
    levels,
    offered,
    offers,
    said,
    seen,
    sku,
    stack,
    standing,
    wants,
)

HEIR = Replacement(
    name="gpt-5.5", version="2026-04-24", upgrades_from=datetime(2027, 1, 5, tzinfo=UTC)
)


def days(number):
    return NOW + timedelta(days=number)


def lives(wanted=None, live=(), **changes):
    wanted = wanted or stack(wants())
    answered = seen(
        wanted,
        models={each: offered(**changes) for each in wanted.locations},
        accounts=(standing(),) if live else (),
        deployments={"primary": tuple(live)},
    )
    return said(lifecycle(wanted, answered))


def test_a_model_that_a_region_lacks_leads_to_the_regions_that_have_it():
    wanted = stack(wants())
    without = tuple(each for each in offered() if each.key != GPT)
    told = (
        rooms(10, STANDARD, THERE),
        rooms(10, STANDARD, "polandcentral"),
        rooms(10, DATA_ZONE, "italynorth"),
        rooms(10, STANDARD, "eastus"),
    )
    answered = seen(wanted, models={HERE: without}, rooms={GPT: told})
    ((level, text),) = said(model(wanted, answered))
    assert level == "fail"
    assert "swedencentral does not offer it" in text
    assert text.endswith("Fix: location: francecentral or polandcentral")


def test_other_versions_of_it_are_named():
    wanted = stack(wants())
    newer = replace(GPT, version="2026-09-09")
    answered = seen(wanted, models={HERE: (offers(newer, sku(STANDARD, "pool")),)})
    assert "other versions: 2026-09-09" in said(model(wanted, answered))[0][1]


def test_rows_of_another_kind_of_account_are_not_ours():
    wanted = stack(wants())
    theirs = tuple(replace(each, kind="OpenAI") for each in offered())
    assert levels(model(wanted, seen(wanted, models={HERE: theirs}))) == ["fail"]


def test_the_same_name_of_another_publisher_is_another_model():
    wanted = stack(wants(model=replace(GPT, format="Mistral AI")))
    assert levels(model(wanted, seen(wanted))) == ["fail"]


def test_a_sku_that_a_region_lacks_names_those_it_has():
    wanted = stack(wants(model=MINI, sku="GlobalBatch"))
    ((level, text),) = said(model(wanted, seen(wanted)))
    assert level == "fail"
    assert f"it comes as {PTU}, Standard" in text


def test_a_model_that_only_other_residencies_have_leads_to_none_of_their_regions():
    wanted = stack(wants())
    answered = seen(wanted, models={HERE: ()}, rooms={GPT: (rooms(10, STANDARD, "eastus"),)})
    assert "no region that the stack's residency allows" in said(model(wanted, answered))[0][1]


def test_where_nobody_tells_the_regions_the_dated_table_does():
    wanted = stack(wants())
    answered = seen(
        wanted, models={HERE: ()}, rooms={GPT: Unknown(reason="room: 500", fix="later")}
    )
    assert "location: francecentral or" in said(model(wanted, answered))[0][1]


def test_a_fine_tuned_model_is_offered_as_its_base():
    wanted = stack(
        wants("a", model=TUNED, sku="Standard"), wants("b", model=TUNED, sku="DeveloperTier")
    )
    assert list(model(wanted, seen(wanted))) == []
    base = stack(wants(model=MINI, sku="DeveloperTier"))
    assert levels(model(base, seen(base))) == ["fail"]


@pytest.mark.parametrize(
    ("ends", "level"),
    [
        (days(90), []),
        (days(90) - timedelta(seconds=1), ["warn"]),
        (days(30), ["warn"]),
        (days(30) - timedelta(seconds=1), ["fail"]),
        (days(0), ["fail"]),
        (days(-1), ["fail"]),
        (None, []),
    ],
)
def test_it_warns_90_and_fails_30_days_before_a_model_retires(ends, level):
    assert [each for each, _ in lives(retires=ends)] == level


def test_the_earlier_date_of_model_and_sku_counts():
    early = sku(STANDARD, "pool", retires=days(20))
    ((level, text),) = lives(skus=(early,), retires=days(400))
    assert level == "fail"
    assert "retires 2026-12-12, in 20 days" in text


def test_dates_with_an_offset_are_compared_in_utc():
    tokyo = timezone(timedelta(hours=9))
    ends = (days(30) + timedelta(hours=5)).astimezone(tokyo)
    assert [each for each, _ in lives(retires=moment(ends.isoformat()))] == ["warn"]
    assert moment("2026-11-22T08:00:00+09:00") == datetime(2026, 11, 21, 23, tzinfo=UTC)
    assert moment("2026-11-22") == datetime(2026, 11, 22, tzinfo=UTC)


def test_the_heir_is_named():
    ((_, text),) = lives(retires=days(40), replacement=HEIR)
    assert text.endswith("Fix: gpt-5.5 2026-04-24, which Azure names as its replacement")


def test_a_pinned_version_dies_then():
    assert "answers 410 then" in lives(retires=days(40))[0][1]


@pytest.mark.parametrize("changes", [{"lifecycle": "Deprecated"}, {"retires": days(-3)}])
def test_what_is_retired_is_said_to_be_gone(changes):
    ((level, text),) = lives(**changes)
    assert level == "fail"
    assert "retired" in text


def test_a_closed_sku_names_those_that_are_open():
    skus = (sku(STANDARD, "pool", retires=days(-1)), sku(DATA_ZONE, "pool2"))
    ((level, text),) = lives(skus=skus)
    assert level == "fail"
    assert text.endswith(f"Fix: {DATA_ZONE}")


def test_deprecating_is_open_only_to_those_who_run_that_very_version():
    closed = {"lifecycle": "Deprecating", "replacement": HEIR}
    older = replace(GPT, version="2025-01-01")
    assert lives(live=[holds()], **closed) == []
    assert lives(live=[holds("another-name", sku=DATA_ZONE)], **closed) == []
    ((level, text),) = lives(live=[holds(model=older)], **closed)
    assert level == "fail"
    assert "never deployed it" in text


def test_deprecating_without_knowing_what_runs_is_unknown():
    wanted = stack(wants())
    blind = seen(
        wanted,
        models={HERE: offered(lifecycle="Deprecating")},
        deployments={"primary": Unknown(reason="deployments: 500", fix="later")},
    )
    assert levels(lifecycle(wanted, blind)) == ["unknown"]


@pytest.mark.parametrize("word", ["GenerallyAvailable", "Stable", "Legacy", "Preview"])
def test_other_words_of_a_lifecycle_are_no_reason_by_themselves(word):
    assert lives(lifecycle=word) == []


def tuned(**changes):
    wanted = stack(wants(model=TUNED, sku="Standard"))
    base = offers(MINI, sku("Standard", "pool"), **changes)
    return levels(lifecycle(wanted, seen(wanted, models={HERE: (base,)})))


def test_a_fine_tuned_model_lives_as_long_as_fine_tuned_ones_do():
    assert tuned(retires=days(10), fine_tune_retires=days(200)) == []
    assert tuned(retires=days(-10), fine_tune_retires=days(200), lifecycle="Deprecated") == []
    assert tuned(retires=days(900), fine_tune_retires=days(20)) == ["fail"]
    assert tuned(retires=days(-10), lifecycle="Deprecated") == ["fail"]


def test_ones_own_fine_tuned_model_is_closed_to_nobody():
    assert tuned(lifecycle="Deprecating") == []


@pytest.mark.parametrize("option", ["OnceCurrentVersionExpired", "OnceNewDefaultVersionAvailable"])
def test_in_prod_a_version_that_changes_by_itself_is_a_warning_with_the_date(option):
    live = [holds(upgrade_option=option)]
    ((level, text),) = lives(live=live, replacement=HEIR)
    assert level == "warn"
    assert f"{option}: Azure changes its version by itself from 2027-01-05" in text
    assert lives(stack(wants(), profile="dev"), live=live) == []
