"""Quota: pools summed over the stack, our own capacity added back, names taken and never built."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.exit import Exit
from scripts.preflight.checks.quota import quota
from scripts.preflight.pool import pools
from scripts.subscription.facts import DeletedAccount, Unknown
from tests.preflight.worlds import (
    DATA_ZONE,
    GPT,
    HERE,
    MINI,
    MISTRAL,
    NOW,
    PTU,
    STANDARD,
    TUNED,
    TUNED_POOL,
    holds,
    levels,
    offered,
    said,
    seen,
    sku,
    stack,
    standing,
    usages,
    wants,
)

POOL = "OpenAI.GlobalStandard.gpt-5.4"
PTU_POOL = "OpenAI.DataZoneProvisionedManaged"
DEAD = Unknown(reason="deployments of contoso-primary: 500", fix="later", code=Exit.NOT_REACHED)


def found(wanted, live=(), **changes):
    return list(quota(wanted, with_pool(wanted, live, changes)))


def with_pool(wanted, live, pools_):
    return replace(
        seen(wanted, accounts=(standing(),) if live else ()),
        usages={HERE: usages(**pools_)},
        deployments={"primary": tuple(live)},
    )


def test_what_fits_raises_no_finding():
    assert found(stack(wants(capacity=30)), **{POOL: (970, 1000)}) == []


def test_too_little_names_pool_delta_and_the_limit_to_ask_for():
    ((level, text),) = said(found(stack(wants(capacity=50)), **{POOL: (970, 1000)}))
    assert level == "fail"
    assert "30 for us (limit 1000, 970 in use)" in text
    assert f"50 of {POOL} in swedencentral (chat 50)" in text
    assert "ask for a limit of 1020 (+20)" in text


def test_what_we_hold_already_is_ours_again():
    full = {POOL: (1000, 1000)}
    assert found(stack(wants(capacity=30)), [holds(capacity=30)], **full) == []
    assert levels(found(stack(wants(capacity=31)), [holds(capacity=30)], **full)) == ["fail"]


def test_what_we_hold_is_not_asked_for_once_more():
    ((_, text),) = said(
        found(stack(wants(capacity=50)), [holds(capacity=30)], **{POOL: (1000, 1000)})
    )
    assert "30 for us (limit 1000, 1000 in use, 30 of it ours)" in text
    assert "ask for a limit of 1020 (+20)" in text


def test_a_pool_is_summed_over_the_whole_stack():
    two = stack(wants("chat", capacity=600), wants("draw", capacity=600))
    ((level, text),) = said(found(two, **{POOL: (0, 1000)}))
    assert level == "fail"
    assert "1200 of" in text
    assert "(chat 600, draw 600)" in text
    assert "+200" in text


def test_provisioned_throughput_shares_one_pool_whatever_the_model():
    two = stack(
        wants("a", model=GPT, sku=PTU, capacity=200), wants("b", model=MINI, sku=PTU, capacity=150)
    )
    ((level, text),) = said(found(two, **{PTU_POOL: (0, 300)}))
    assert (level, "350 of OpenAI.DataZoneProvisionedManaged" in text) == ("fail", True)


def test_each_region_has_pools_of_its_own():
    two = stack(wants(capacity=600), wants(capacity=600, account="secondary"))
    assert list(quota(two, seen(two))) == []


@pytest.mark.parametrize(
    "live",
    [
        holds(model=GPT, sku=DATA_ZONE, capacity=500),
        holds(model=MINI, sku=STANDARD, capacity=500),
        holds("other", capacity=500),
    ],
)
def test_a_deployment_that_is_made_anew_gives_nothing_back(live):
    assert levels(found(stack(wants(capacity=600)), [live], **{POOL: (500, 1000)})) == ["fail"]


def test_another_model_in_the_same_provisioned_pool_holds_both():
    changed = stack(wants("chat", model=GPT, sku=PTU, capacity=200))
    before = holds("chat", model=MINI, sku=PTU, capacity=200)
    ((level, text),) = said(found(changed, [before], **{PTU_POOL: (200, 300)}))
    assert level == "fail"
    assert "delete what leaves the stack before the update: chat (200)" in text


def test_a_new_version_of_the_model_is_the_same_deployment():
    older = replace(GPT, version="2025-01-01")
    assert (
        found(stack(wants(capacity=600)), [holds(model=older, capacity=600)], **{POOL: (600, 1000)})
        == []
    )


def test_what_leaves_the_stack_holds_quota_until_the_end_of_the_update():
    ((level, text),) = said(
        found(
            stack(wants("chat-v4", capacity=600)),
            [holds("chat-v3", capacity=600)],
            **{POOL: (600, 1000)},
        )
    )
    assert level == "fail"
    assert "before the update: chat-v3 (600)" in text


def test_names_of_pools_are_taken_from_the_models_and_never_built():
    odd = stack(
        wants("mini", model=MINI, sku="Standard", capacity=10),
        wants("other", model=MISTRAL, capacity=20),
    )
    names = {each.name: each.need for each in pools(odd, seen(odd))[0]}
    assert names == {
        "OpenAI.Standard.gpt4.1-mini": 10,
        "Mistral.GlobalStandard.Mistral-Large-3": 20,
    }


def test_a_fine_tuned_model_draws_on_a_pool_of_its_own_found_among_the_usages():
    tuned = stack(wants("triage", model=TUNED, sku="Standard", capacity=50))
    (pool,) = pools(tuned, seen(tuned))[0]
    assert pool.name == TUNED_POOL


def test_a_fine_tuned_models_pool_that_azure_tells_is_believed():
    told = [
        replace(each, skus=(*each.skus, sku("Standard", "OpenAI.Told", scope="Finetune")))
        for each in offered()
    ]
    tuned = stack(wants("triage", model=TUNED, sku="Standard", capacity=50))
    (pool,) = pools(tuned, seen(tuned, models={HERE: tuple(told)}))[0]
    assert pool.name == "OpenAI.Told"


def test_a_fine_tuned_model_that_is_provisioned_draws_on_the_common_pool():
    tuned = stack(wants("triage", model=TUNED, sku=PTU, capacity=50))
    (pool,) = pools(tuned, seen(tuned))[0]
    assert pool.name == PTU_POOL


def test_a_sku_that_only_fine_tuned_models_have_may_have_no_pool_that_is_told():
    tuned = stack(wants("triage", model=TUNED, sku="DeveloperTier", capacity=50))
    assert levels(quota(tuned, seen(tuned))) == ["unknown"]


def test_a_pool_that_nobody_tells_is_unknown_and_not_enough():
    tuned = stack(wants("triage", model=TUNED, sku="Standard", capacity=50))
    without = tuple(each for each in usages() if each.name != TUNED_POOL)
    assert levels(quota(tuned, seen(tuned, usages={HERE: without}))) == ["unknown"]


def test_usages_that_did_not_come_are_unknown_with_their_code():
    wanted = stack(wants())
    dead = Unknown(reason="quota: 500", fix="later", code=Exit.NOT_REACHED)
    (finding,) = quota(wanted, seen(wanted, usages={HERE: dead}))
    assert (finding.level, finding.code) == ("unknown", Exit.NOT_REACHED)


@pytest.mark.parametrize(("used", "level"), [(0, []), (990, ["unknown"]), (1000, ["unknown"])])
def test_without_our_own_deployments_a_full_pool_is_unknown_and_a_free_one_is_not(used, level):
    wanted = stack(wants(capacity=30))
    blind = replace(with_pool(wanted, [], {POOL: (used, 1000)}), deployments={"primary": DEAD})
    assert levels(quota(wanted, blind)) == level


def test_more_than_the_whole_limit_is_refused_whatever_we_hold():
    wanted = stack(wants(capacity=1001))
    blind = replace(seen(wanted), deployments={"primary": DEAD})
    assert levels(quota(wanted, blind)) == ["fail"]


def test_an_autoscaled_deployment_keeps_what_its_scaler_gave_it():
    wanted = stack(wants("chat", capacity=30, autoscaled=True), wants("draw", capacity=900))
    full = {POOL: (200, 1000)}
    assert levels(found(wanted, [holds("chat", capacity=200)], **full)) == ["fail"]


def test_a_deleted_account_of_the_region_is_named_because_it_may_hold_quota():
    wanted = stack(wants(capacity=50))
    gone = DeletedAccount(
        name="old-account",
        resource_group="rg",
        location=HERE,
        subdomain="old-account",
        deleted_at=NOW,
        purged_at=NOW,
    )
    full = replace(with_pool(wanted, [], {POOL: (1000, 1000)}), deleted=(gone,))
    assert "purge old-account, which may hold quota" in said(quota(wanted, full))[0][1]
    unused = replace(with_pool(wanted, [], {POOL: (0, 40)}), deleted=(gone,))
    assert "purge" not in said(quota(wanted, unused))[0][1]


def test_what_fits_in_the_end_but_not_on_the_way_is_a_warning():
    swap = stack(wants("a", capacity=100), wants("b", capacity=900))
    live = [holds("a", capacity=900), holds("b", capacity=100)]
    ((level, text),) = said(found(swap, live, **{POOL: (1000, 1000)}))
    assert level == "warn"
    assert "800 more at once" in text


def test_a_limit_that_was_cut_below_what_is_in_use_refuses_only_what_grows():
    cut = {POOL: (200, 100)}
    assert levels(found(stack(wants(capacity=200)), [holds(capacity=200)], **cut)) == ["warn"]
    assert levels(found(stack(wants(capacity=201)), [holds(capacity=200)], **cut)) == ["fail"]


CAPACITIES = st.integers(1, 500)
DEPLOYMENTS = st.dictionaries(
    st.sampled_from(["a", "b", "c", "d"]), st.tuples(CAPACITIES, CAPACITIES), min_size=1
)


@given(DEPLOYMENTS, st.integers(0, 500), st.integers(0, 3000))
def test_a_yes_means_that_azure_refuses_no_write_of_the_update(changes, others, limit):
    """By name, as the program writes them; without a warning, in whatever order."""
    wanted = stack(*(wants(name, capacity=new) for name, (_, new) in changes.items()))
    live = [holds(name, capacity=old) for name, (old, _) in changes.items()]
    used = others + sum(each.capacity for each in live)
    answer = levels(found(wanted, live, **{POOL: (used, limit)}))
    in_use, refused = used, False
    growing_first = sorted(changes.values(), key=lambda each: each[0] - each[1])
    for old, new in growing_first:
        refused |= new > old and new - old > limit - in_use
        in_use += new - old
    needed = others + sum(new for _, new in changes.values())
    if answer == []:
        assert not refused
    if answer == ["fail"]:
        assert needed > limit
    if needed > limit:
        grows = any(new > old for old, new in changes.values())
        assert answer == (["fail"] if grows else ["warn"])


@given(st.lists(CAPACITIES, min_size=1, max_size=5), st.integers(0, 3000))
def test_what_is_asked_for_is_exactly_what_is_missing(capacities, limit):
    wanted = stack(*(wants(f"d{n}", capacity=each) for n, each in enumerate(capacities)))
    missing = sum(capacities) - limit
    texts = [text for _, text in said(found(wanted, **{POOL: (0, limit)}))]
    assert bool(texts) == (missing > 0)
    assert all(f"(+{missing})" in text for text in texts)
