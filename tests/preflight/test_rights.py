"""Rights: each one that is missing, with the role that gives it and where."""

import pytest

from components.catalog import ROLES
from scripts.exit import Exit
from scripts.preflight.checks import rights as check
from scripts.preflight.checks.rights import rights
from scripts.subscription.facts import Permission, Unknown
from tests.preflight.worlds import HERE, SUBSCRIPTION, levels, said, seen, stack, standing, wants

AT = f"/subscriptions/{SUBSCRIPTION}"
SUBNET = f"{AT}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/ai"
OWNER = (Permission(actions=("*",), not_actions=()),)
CONTRIBUTOR = (
    Permission(
        actions=("*",),
        not_actions=("Microsoft.Authorization/*/Delete", "Microsoft.Authorization/*/Write"),
    ),
)
AI_CONTRIBUTOR = (Permission(actions=("Microsoft.CognitiveServices/*",), not_actions=()),)


def test_an_owner_lacks_nothing():
    wanted = stack(wants(), private=True, subnet=SUBNET, roles=["Cognitive Services Usages Reader"])
    assert list(rights(wanted, seen(wanted))) == []


def test_quota_that_may_not_be_read_names_role_and_scope():
    wanted = stack(wants())
    refused = Unknown(
        reason="quota: 403", fix="a role", code=Exit.NOT_REACHED, missing_action=check.USAGES
    )
    (finding,) = rights(wanted, seen(wanted, usages={HERE: refused}))
    assert (finding.level, finding.code) == ("fail", Exit.NO)
    assert finding.wanted == f"Cognitive Services Usages Reader at {AT}"
    assert finding.fix.endswith(f'--role "Cognitive Services Usages Reader" --scope {AT}')


def test_quota_that_did_not_come_for_another_reason_is_no_missing_right():
    wanted = stack(wants())
    dead = Unknown(reason="quota: 500", fix="later", code=Exit.NOT_REACHED)
    assert list(rights(wanted, seen(wanted, usages={HERE: dead}))) == []


def test_a_contributor_can_neither_assign_roles_nor_lock():
    wanted = stack(wants(), roles=["Cognitive Services OpenAI User"])
    found = list(rights(wanted, seen(wanted, permissions={"": CONTRIBUTOR})))
    assert [each.wanted for each in found] == [
        f"Role Based Access Control Administrator at {AT}",
        f"User Access Administrator at {AT}",
    ]


def test_dev_is_not_locked_and_without_roles_nobody_assigns():
    wanted = stack(wants(), profile="dev")
    assert list(rights(wanted, seen(wanted, permissions={"": CONTRIBUTOR}))) == []


def test_missing_rights_are_told_by_the_role_that_gives_them():
    wanted = stack(wants(), profile="dev")
    ((level, text),) = said(rights(wanted, seen(wanted, permissions={"": AI_CONTRIBUTOR})))
    assert level == "fail"
    assert "Microsoft.AppConfiguration/configurationStores/write" in text
    assert "CognitiveServices" not in text
    assert "wanted Contributor at" in text


def test_a_right_on_the_group_is_enough_once_the_group_is_there():
    wanted = stack(wants())
    there = seen(wanted, accounts=(standing(),), permissions={"": ()})
    assert list(rights(wanted, there)) == []


def test_a_role_on_the_subscription_is_given_by_who_may_do_so_there():
    wanted = stack(wants(), roles=["Cognitive Services Usages Reader"])
    there = seen(wanted, accounts=(standing(),), permissions={"": CONTRIBUTOR})
    ((level, text),) = said(rights(wanted, there))
    assert (level, text.count(AT)) == ("fail", 2)


def test_a_given_subnet_must_let_an_endpoint_in():
    wanted = stack(wants(), private=True, subnet=SUBNET)
    ((level, text),) = said(rights(wanted, seen(wanted, permissions={SUBNET: AI_CONTRIBUTOR})))
    assert level == "fail"
    assert f"wanted Network Contributor at {SUBNET}" in text


def test_rights_that_nobody_tells_are_unknown():
    wanted = stack(wants())
    dead = Unknown(reason="your rights: 403", fix="a role", code=Exit.NOT_REACHED)
    assert levels(rights(wanted, seen(wanted, permissions={"": dead}))) == ["unknown"]


@pytest.mark.parametrize(
    ("action", "allowed"),
    [
        ("Microsoft.CognitiveServices/accounts/write", True),
        ("microsoft.cognitiveservices/accounts/WRITE", True),
        ("Microsoft.Authorization/roleAssignments/write", False),
    ],
)
def test_an_action_is_allowed_unless_the_same_role_takes_it_away(action, allowed):
    assert CONTRIBUTOR[0].allows(action) is allowed


def test_what_one_role_takes_away_another_may_give():
    wanted = stack(wants(), roles=["Cognitive Services OpenAI User"])
    both = (*CONTRIBUTOR, Permission(actions=("Microsoft.Authorization/*",), not_actions=()))
    assert list(rights(wanted, seen(wanted, permissions={"": both}))) == []
    assert OWNER[0].allows("anything/at/all")


def test_every_role_that_is_named_exists():
    named = [*check.ALWAYS, *check.PRIVATE, check.LOCKED]
    assert {each.role for each in named} | {check.USAGES_READER, check.ASSIGNER} <= ROLES.keys()
