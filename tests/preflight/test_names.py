"""Names: ours, free, taken by others, or soft-deleted."""

from datetime import timedelta

import pytest

from scripts.exit import Exit
from scripts.preflight.checks.names import names
from scripts.subscription.facts import DeletedAccount, Subdomain, Unknown
from tests.preflight.worlds import HERE, NOW, THERE, levels, said, seen, stack, standing, wants

STACK = stack(wants())
DEAD = Unknown(reason="deleted accounts: 500", fix="later", code=Exit.NOT_REACHED)


def taken(reason="Sub domain name 'contoso-primary' is already used. Please pick another."):
    return {"contoso-primary": Subdomain(name="contoso-primary", available=False, reason=reason)}


def gone(**changes):
    given = {
        "name": "contoso-primary",
        "resource_group": "rg-contoso",
        "location": HERE,
        "subdomain": "contoso-primary",
        "deleted_at": NOW - timedelta(hours=8),
        "purged_at": NOW + timedelta(hours=40),
        **changes,
    }
    return DeletedAccount(**given)


def test_a_free_name_raises_no_finding():
    assert list(names(STACK, seen(STACK))) == []


def test_ones_own_name_is_not_taken():
    answered = seen(STACK, accounts=(standing(),), subdomains=taken())
    assert list(names(STACK, answered)) == []


def test_a_name_that_somebody_else_has_is_refused():
    ((level, text),) = said(names(STACK, seen(STACK, subdomains=taken())))
    assert level == "fail"
    assert "already used" in text
    assert text.endswith("Fix: another subdomain: it is unique in all of Azure")


def test_a_soft_deleted_name_can_be_restored_or_purged():
    answered = seen(STACK, deleted=(gone(),), subdomains=taken())
    ((level, text),) = said(names(STACK, answered))
    assert level == "fail"
    assert "forgets it in 40 h" in text
    where = "-l swedencentral -g rg-contoso -n contoso-primary"
    assert f"az cognitiveservices account recover {where}" in text
    assert f"az cognitiveservices account purge {where}" in text
    assert "Contributor on the subscription" in text


@pytest.mark.parametrize("changes", [{"location": THERE}, {"name": "another-name"}])
def test_what_was_deleted_elsewhere_can_only_be_purged(changes):
    answered = seen(STACK, deleted=(gone(**changes),), subdomains=taken())
    ((_, text),) = said(names(STACK, answered))
    assert "recover" not in text
    assert "account purge" in text


def test_names_are_compared_whatever_their_casing():
    answered = seen(STACK, deleted=(gone(name="Contoso-Primary", subdomain=""),))
    assert levels(names(STACK, answered)) == ["fail"]


def test_without_a_date_it_is_48_hours():
    assert "after 48 h" in said(names(STACK, seen(STACK, deleted=(gone(purged_at=None),))))[0][1]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"location": THERE}, "contoso-primary stands in francecentral"),
        ({"kind": "OpenAI"}, "contoso-primary is of kind OpenAI"),
    ],
)
def test_an_account_that_stands_otherwise_is_refused(changes, found):
    ((level, text),) = said(names(STACK, seen(STACK, accounts=(standing(**changes),))))
    assert (level, text.startswith(found)) == ("fail", True)


@pytest.mark.parametrize(
    ("tags", "said_of_it"),
    [
        ({}, "workload=nothing, environment=nothing"),
        ({"workload": "other", "environment": "prod"}, "workload=other, environment=prod"),
        ({"workload": "contoso", "environment": "dev"}, "workload=contoso, environment=dev"),
    ],
)
def test_an_account_that_this_stack_has_hardly_made_is_told(tags, said_of_it):
    ((level, text),) = said(names(STACK, seen(STACK, accounts=(standing(tags=tags),))))
    assert level == "warn"
    assert f"stands in rg-contoso, tagged {said_of_it}" in text


@pytest.mark.parametrize(
    "changes",
    [{"deleted": DEAD}, {"accounts": DEAD}, {"subdomains": {"contoso-primary": DEAD}}],
)
def test_a_question_that_died_is_unknown_and_never_a_free_name(changes):
    (finding,) = names(STACK, seen(STACK, **changes))
    assert (finding.level, finding.code) == ("unknown", Exit.NOT_REACHED)


def test_a_deleted_name_is_found_though_the_accounts_cannot_be_read():
    answered = seen(STACK, accounts=DEAD, deleted=(gone(),))
    assert levels(names(STACK, answered)) == ["unknown", "fail"]


def test_a_region_takes_thirty_accounts():
    many = tuple(standing(f"other-{number}") for number in range(30))
    ((level, text),) = said(names(STACK, seen(STACK, accounts=many)))
    assert level == "fail"
    assert "30 accounts of kind AIServices in swedencentral" in text
    assert list(names(STACK, seen(STACK, accounts=(*many[:29], standing())))) == []
