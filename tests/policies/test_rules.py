"""What holds of every rule: with something it lets pass, something it refuses, all that it says."""

import ast
import inspect
import re
import sys
from dataclasses import replace

import pytest

from components.profiles import PROFILES
from policies import rules
from policies.registry import RULES
from policies.values import SECRET, SIGNATURE, UNKNOWN
from policies.world import World
from tests.policies.rules.cases import (
    NEEDED,
    NOT_READ,
    PASSED,
    REFUSED,
    messages,
    one_change,
    outcomes,
    speaking,
    world_of,
)
from tests.policies.worlds import MISSING, first_preview, sound

GUARD = "preview-values-known"
KEY = "account"
"""What routes and evidence call the account, so renaming it is no mere renaming."""

ONE_CHANGE = [(case, one_change(case)) for case in REFUSED if one_change(case)]
READ = sorted(
    {(case[0], case[1], *place) for case, place in ONE_CHANGE if case[0] != GUARD}
    - {(rule, profile, *place) for rule, *place in NOT_READ for profile in PROFILES}
)


@pytest.mark.parametrize(("rule", "profile", "changes"), PASSED)
def test_a_rule_lets_pass_what_is_right(rule, profile, changes):
    assert messages(rule, world_of(changes, profile), profile) == []


@pytest.mark.parametrize(("rule", "profile", "changes", "fragment", "others"), REFUSED)
def test_a_rule_says_what_is_wrong_and_what_to_do(rule, profile, changes, fragment, others):
    world = world_of(changes, profile)
    (message,) = messages(rule, world, profile)
    assert fragment in message
    assert re.search(r"[^ ] Fix: [^ ].*\.$", message)
    assert speaking(world, profile) == {rule, *others} & RULES.keys()


def test_every_rule_is_tried_both_ways():
    assert RULES.keys() == {case[0] for case in PASSED} == {case[0] for case in REFUSED}


@pytest.mark.parametrize("profile", PROFILES)
def test_no_rule_minds_the_compliant_stack(profile):
    assert [m for rule in RULES for m in messages(rule, sound(profile=profile), profile)] == []


@pytest.mark.parametrize("profile", PROFILES)
def test_no_rule_minds_its_first_preview(profile):
    world = first_preview(sound(profile=profile))
    assert [m for rule in RULES for m in messages(rule, world, profile)] == []


@pytest.mark.parametrize(("rule", "profile", "part", "path"), READ)
def test_what_a_rule_refuses_it_must_know(rule, profile, part, path):
    found = outcomes(rule, world_of([(part, path, UNKNOWN)], profile), profile)
    assert not any(outcome.findings or outcome.crash for outcome in found)
    assert any(outcome.missed for outcome in found)


@pytest.mark.parametrize(("rule", "part", "path"), NEEDED)
def test_what_a_rule_needs_and_cannot_know_closes_the_gate(rule, part, path):
    world = sound((part, path, UNKNOWN))
    found = outcomes(rule, world)
    assert not any(outcome.findings or outcome.crash for outcome in found)
    needed = {outcome.missed.path for outcome in found if outcome.missed}
    assert needed
    (guard,) = outcomes(GUARD, world)
    said = [finding.message for finding in guard.findings]
    assert all(any(f"{rule} could not read {path}" in each for each in said) for path in needed)


@pytest.mark.parametrize(
    ("rule", "profile", "changes"),
    [case[:3] for case in REFUSED if not any(callable(change) for change in case[2])],
)
def test_what_is_refused_once_all_is_known_does_not_pass_before(rule, profile, changes):
    found = outcomes(rule, first_preview(world_of(changes, profile)), profile)
    assert any(outcome.findings or outcome.missed for outcome in found)


@pytest.mark.parametrize(("rule", "part", "path"), NOT_READ)
def test_what_may_be_unknown_is_neither_found_nor_missed(rule, part, path):
    assert messages(rule, sound((part, path, UNKNOWN))) == []


@pytest.mark.parametrize(("case", "place"), ONE_CHANGE)
def test_null_and_empty_are_as_good_as_missing(case, place):
    rule, profile = case[:2]
    if rule == "evidence-integrity":  # null has no hash
        return
    said = [
        messages(rule, world_of([(*place, absent)], profile), profile)
        for absent in (MISSING, None, "", {}, [])
    ]
    assert said == [said[0]] * len(said)


@pytest.mark.parametrize(("rule", "profile", "changes", "fragment", "others"), REFUSED)
def test_neither_order_nor_names_change_what_is_said(rule, profile, changes, fragment, others):
    world = world_of(changes, profile)
    other = messages(rule, renamed(world), profile)
    assert [message.replace("renamed-", "") for message in other] == messages(rule, world, profile)


def renamed(world):
    """The same stack under other logical names, registered the other way round."""

    def other(urn):
        head, _, name = urn.rpartition("::")
        keep = name == KEY or not head
        return urn if keep else f"{head}::renamed-{name}"

    return World(
        [
            replace(
                each,
                urn=other(each.urn),
                name=other(each.urn).rpartition("::")[2],
                parent=other(each.parent),
                comes_from={
                    key: frozenset(map(other, urns)) for key, urns in each.comes_from.items()
                },
            )
            for each in reversed(world.resources)
        ],
        world.missed,
        map(other, world.unseen),
    )


@pytest.mark.parametrize(("case", "place"), ONE_CHANGE)
def test_no_message_shows_what_was_marked_secret(case, place):
    rule, profile, ((*_, value),), *_ = case
    if not isinstance(value, str) or len(value) < 4:
        return
    world = world_of([(*place, {SIGNATURE: SECRET, "value": value})], profile)
    assert not any(value in message for message in messages(rule, world, profile))


def test_every_complaint_in_the_source_is_made_by_some_case():
    said = set()

    def traced(frame, event, argument):
        if not frame.f_globals["__name__"].startswith(rules.__name__):
            return None
        if event == "line":
            said.add((frame.f_globals["__name__"], frame.f_lineno))
        return traced

    before = sys.gettrace()
    sys.settrace(traced)
    try:
        for rule, profile, changes, *_ in REFUSED:
            outcomes(rule, world_of(changes, profile), profile)
    finally:
        sys.settrace(before)
    assert complaints() - said == set()


def complaints():
    """(module, line) of every `yield Finding`."""
    modules = {
        name: module
        for name, module in sys.modules.items()
        if name.startswith(f"{rules.__name__}.")
    }
    return {
        (name, node.lineno)
        for name, module in modules.items()
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Yield)
    }
