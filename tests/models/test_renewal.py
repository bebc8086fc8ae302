"""models.yaml renewed: what moved is changed, whatever else stands there stays, comments too."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from components import catalog
from scripts.models.renewal import renew
from scripts.subscription.dated import Dated
from scripts.subscription.facts import RateLimit, Replacement

SMALL = """\
# Where it was read stands here.
as_of: "2026-09-02"

regions:
  eu: &eu [francecentral, swedencentral] # a zone
  us: &us [eastus, westus]

# What nobody tells.
default_quota:
  GlobalStandard: 1000

models:
  - name: gpt-a
    version: "2026-01-01"
    lifecycle: GenerallyAvailable
    retires: "2027-09-02" # unverified
    kind: reasoning # no list says so
    rates: { tokens: 1000, requests: 10 } # of a unit
    provisioned: { tokens_per_minute: 2400, output_ratio: 6, regional_minimum: 5, regional_step: 5 }
    skus:
      GlobalStandard: [[*eu], [*us]] # everywhere
      DataZoneStandard: [swedencentral, [*us]]
      ProvisionedManaged: [swedencentral]
  # An older one.
  - name: gpt-b
    version: "1"
    lifecycle: Legacy
    retires: "2026-12-31"
    kind: chat
    default_version: true
    rates: { tokens: 1000, requests: 6 }
    usage_name: { GlobalStandard: OpenAI.GlobalStandard.gptb }
    skus:
      GlobalStandard: [swedencentral]
"""
REGIONS = ("francecentral", "swedencentral", "eastus", "westus")
STAMP = {"date": "2026-11-22", "source": "somewhere", "sha256": "0" * 64}


@pytest.fixture
def answers(monkeypatch):
    """What the regions answer if nothing has moved."""
    return as_written()


def as_written(text=SMALL, regions=REGIONS):
    facts = Dated(catalog.parse(text))
    return {each: facts.models(each) for each in regions}


def with_a(answers, **changes):
    """The answers with another gpt-a."""
    return {
        region: tuple(
            replace(each, **changes) if each.key.name == "gpt-a" else each for each in found
        )
        for region, found in answers.items()
    }


def facts(text):
    return {each.name: each for each in catalog.parse(text)}


def body(text):
    """What a renewal always changes taken away."""
    lines = text.splitlines()
    stamp = ("as_of:", "refreshed:", "  sha256:")
    return [line for line in lines if not line.startswith(stamp)]


def test_where_nothing_moved_only_the_date_and_the_source_do(answers):
    found = renew(SMALL, answers, **STAMP)
    assert found.changes == []
    assert body(found.text) == body(SMALL)
    loaded = yaml.safe_load(found.text)
    assert loaded["as_of"] == "2026-11-22"
    assert loaded["refreshed"] == {
        "at": "2026-11-22",
        "regions": 4,
        "source": "somewhere",
        "sha256": "0" * 64,
    }


def test_a_second_renewal_replaces_the_stamp_of_the_first(answers):
    first = renew(SMALL, answers, **STAMP)
    second = renew(first.text, answers, **(STAMP | {"date": "2026-12-24"}))
    assert body(second.text) == body(SMALL)
    assert second.text.count("refreshed:") == 1
    assert yaml.safe_load(second.text)["refreshed"]["at"] == "2026-12-24"


def test_a_date_that_moved_is_changed_and_is_no_longer_in_doubt(answers):
    moved = with_a(answers, retires=datetime(2027, 1, 5, tzinfo=UTC))
    found = renew(SMALL, moved, **STAMP)
    assert [(each.what, each.before, each.after) for each in found.changes] == [
        ("retires", "2027-09-02", "2027-01-05")
    ]
    assert '    retires: "2027-01-05"\n' in found.text
    kept = [line for line in SMALL.splitlines() if "#" in line and "unverified" not in line]
    assert all(line in found.text for line in kept)


def test_the_earliest_date_of_all_regions_counts(answers):
    moved = {
        **answers,
        "eastus": with_a(answers, retires=datetime(2027, 1, 5, tzinfo=UTC))["eastus"],
    }
    assert facts(renew(SMALL, moved, **STAMP).text)["gpt-a"].retires == "2027-01-05"


@pytest.mark.parametrize(
    ("changes", "attribute", "value"),
    [
        ({"lifecycle": "Deprecating"}, "lifecycle", "Deprecating"),
        ({"is_default": True}, "is_default_version", True),
        ({"capabilities": frozenset({"chatCompletion", "fineTune"})}, "fine_tunable", True),
        (
            {"replacement": Replacement(name="gpt-c", version="2", upgrades_from=None)},
            "replaced_by",
            "gpt-c/2",
        ),
    ],
)
def test_each_fact_that_azure_tells_is_renewed(answers, changes, attribute, value):
    found = renew(SMALL, with_a(answers, **changes), **STAMP)
    assert getattr(facts(found.text)["gpt-a"], attribute) == value
    assert len(found.changes) == 1
    assert facts(found.text)["gpt-b"] == facts(SMALL)["gpt-b"]


def test_a_version_that_is_the_default_no_more_says_so(answers):
    nobody = {
        region: tuple(replace(each, is_default=False) for each in found)
        for region, found in answers.items()
    }
    found = renew(SMALL, nobody, **STAMP)
    assert facts(found.text)["gpt-b"].is_default_version is False


def test_rates_are_renewed_where_all_skus_agree_and_named_where_they_do_not(answers):
    def limits(tokens):
        return (
            RateLimit(key="request", count=tokens / 600, renewal_s=10),
            RateLimit(key="token", count=tokens, renewal_s=60),
        )

    def rated(**by_sku):
        skus = answers["swedencentral"][0].skus
        return with_a(
            answers,
            skus=tuple(
                replace(each, rate_limits=limits(by_sku.get(each.name, 6000))) for each in skus
            ),
        )

    same = renew(SMALL, rated(), **STAMP)
    assert (
        facts(same.text)["gpt-a"].tokens_per_unit,
        facts(same.text)["gpt-a"].requests_per_unit,
    ) == (6000, 60)
    assert "requests: 60 } # of a unit" in same.text
    other = renew(SMALL, rated(DataZoneStandard=12000), **STAMP)
    assert facts(other.text)["gpt-a"].tokens_per_unit == 1000
    assert "gpt-a/2026-01-01: rates, or they differ by SKU" in other.untold


def test_regional_minimum_and_step_are_renewed_and_what_a_unit_carries_stays(answers):
    skus = tuple(
        replace(each, minimum=25, step=25) if each.name == "ProvisionedManaged" else each
        for each in answers["swedencentral"][0].skus
    )
    moved = {**answers, "swedencentral": with_a(answers, skus=skus)["swedencentral"]}
    now = facts(renew(SMALL, moved, **STAMP).text)["gpt-a"].provisioned
    assert (now.regional_minimum, now.regional_step) == (25, 25)
    assert (now.tokens_per_minute, now.output_ratio) == (2400, 6)


def test_a_date_that_azure_does_not_tell_stays_and_is_named(answers):
    found = renew(SMALL, with_a(answers, retires=None), **STAMP)
    assert found.changes == []
    assert "gpt-a/2026-01-01: retires" in found.untold


def test_regions_come_and_go_and_groups_keep_their_names(answers):
    without = {**answers, "francecentral": (), "westus": ()}
    found = renew(SMALL, without, **STAMP)
    assert "      GlobalStandard: [swedencentral, eastus] # everywhere\n" in found.text
    assert {(each.what, each.before) for each in found.changes} == {
        ("GlobalStandard", "-francecentral,westus"),
        ("DataZoneStandard", "-westus"),
    }
    back = renew(found.text, answers, **STAMP)
    assert body(back.text) == body(SMALL)


def test_a_sku_that_no_region_sells_loses_its_line_and_a_new_one_gets_one(answers):
    skus = tuple(
        replace(each, name="DataZoneBatch", usage_name="OpenAI.DataZoneBatch.gpt-a")
        if each.name == "ProvisionedManaged"
        else each
        for each in answers["swedencentral"][0].skus
    )
    moved = {**answers, "swedencentral": with_a(answers, skus=skus)["swedencentral"]}
    now = facts(renew(SMALL, moved, **STAMP).text)["gpt-a"]
    assert "ProvisionedManaged" not in now.skus
    assert now.skus["DataZoneBatch"] == {"swedencentral"}


def test_regions_that_were_not_asked_keep_what_they_have(answers):
    one = {"francecentral": ()}
    found = renew(SMALL, one, **STAMP)
    assert facts(found.text)["gpt-a"].skus["GlobalStandard"] == {
        "swedencentral",
        "eastus",
        "westus",
    }
    assert facts(found.text)["gpt-b"] == facts(SMALL)["gpt-b"]


def test_a_model_that_no_region_has_any_more_is_taken_out(answers):
    gone = {
        region: tuple(each for each in found if each.key.name != "gpt-b")
        for region, found in answers.items()
    }
    found = renew(SMALL, gone, **STAMP)
    assert facts(found.text).keys() == {"gpt-a"}
    assert [(each.model, each.after) for each in found.changes] == [("gpt-b/1", "in no region")]


def test_odd_names_of_pools_come_and_go(answers):
    def named(pool):
        return {
            region: tuple(
                replace(each, skus=tuple(replace(sku, usage_name=pool) for sku in each.skus))
                if each.key.name == "gpt-b"
                else each
                for each in found
            )
            for region, found in answers.items()
        }

    other = renew(SMALL, named("OpenAI.GlobalStandard.gpt.b"), **STAMP)
    assert facts(other.text)["gpt-b"].usage_names["GlobalStandard"] == "OpenAI.GlobalStandard.gpt.b"
    regular = renew(SMALL, named("OpenAI.GlobalStandard.gpt-b"), **STAMP)
    assert "usage_name" not in regular.text


def test_what_is_offered_and_not_in_the_file_is_named_and_taken_in_when_told_to(answers):
    newer = {
        region: (*found, replace(found[0], key=replace(found[0].key, version="2026-10-10")))
        for region, found in answers.items()
        if found
    }
    told = renew(SMALL, newer, **STAMP)
    assert [str(each) for each in told.unlisted] == ["gpt-a 2026-10-10"]
    taken = renew(SMALL, newer, added=["gpt-a/2026-10-10"], **STAMP)
    new = catalog.parse(taken.text)[-1]
    assert (new.name, new.version, new.kind) == ("gpt-a", "2026-10-10", "reasoning")
    assert new.skus["GlobalStandard"] == set(REGIONS)
    assert "kind: reasoning # unverified" in taken.text
    assert taken.unlisted == []


def test_another_kind_of_account_is_not_ours(answers):
    theirs = {
        region: tuple(
            replace(each, kind="OpenAI") if each.key.name == "gpt-b" else each for each in found
        )
        for region, found in answers.items()
    }
    assert facts(renew(SMALL, theirs, **STAMP).text).keys() == {"gpt-a"}


SKUS = ("GlobalStandard", "DataZoneStandard", "ProvisionedManaged", "GlobalBatch")
SOLD = st.dictionaries(
    st.sampled_from(SKUS), st.sets(st.sampled_from(REGIONS), min_size=1), min_size=1
)


@given(
    SOLD,
    st.sampled_from(["GenerallyAvailable", "Legacy", "Deprecating", "Deprecated"]),
    st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)),
    st.booleans(),
)
def test_the_renewed_file_says_what_azure_said_and_a_second_time_nothing_moves(
    sold, lifecycle, retires, default
):
    written = facts(SMALL)["gpt-a"]
    wanted = replace(
        written,
        lifecycle=lifecycle,
        retires=f"{retires:%Y-%m-%d}",
        is_default_version=default,
        skus={sku: frozenset(where) for sku, where in sold.items()},
        usage_names={sku: catalog.usage_name("OpenAI", "gpt-a", sku) for sku in sold},
    )
    azure = Dated((wanted, facts(SMALL)["gpt-b"]))
    told = {each: azure.models(each) for each in REGIONS}
    found = renew(SMALL, told, **STAMP)
    assert facts(found.text) == {"gpt-a": wanted, "gpt-b": facts(SMALL)["gpt-b"]}
    assert renew(found.text, told, **STAMP).changes == []
    assert "# An older one." in found.text


def test_the_real_table_comes_back_as_it_is_written():
    text = catalog.FILE.read_text()
    azure = Dated()
    told = {each: azure.models(each) for each in catalog.regions("global")}
    found = renew(text, told, **STAMP)
    assert (found.changes, found.unlisted) == ([], [])
    assert body(found.text) == body(text)
