"""The cases of every category, and how a rule is asked about one.

A module a category has four tables:
PASSED   (rule, profile, changes): the rule has nothing to say.
REFUSED  (rule, profile, changes, fragment[, others]): it says one thing, which holds the fragment,
         and of all other rules just `others` speak as well.
NEEDED   (rule, part, path): what the rule must read; while it is unknown the rule says so.
NOT_READ (rule, part, path): what may be unknown, since only that it is set counts, or whose it is.
"""

from itertools import chain

from policies import judge
from policies.registry import RULES
from policies.rule import ResourceRule
from policies.rules.guard import GUARD
from policies.verdict import judged
from policies.world import Missed, World
from tests.policies.rules import (
    access_cases,
    account_cases,
    alert_cases,
    business_cases,
    data_cases,
    filter_cases,
    guard_cases,
    integrity_cases,
    network_cases,
    observability_cases,
    operations_cases,
    performance_cases,
    quality_cases,
)
from tests.policies.worlds import NOW, context, sound

MODULES = (
    quality_cases,
    integrity_cases,
    performance_cases,
    account_cases,
    network_cases,
    access_cases,
    filter_cases,
    data_cases,
    observability_cases,
    operations_cases,
    alert_cases,
    business_cases,
    guard_cases,
)

PASSED = list(chain.from_iterable(module.PASSED for module in MODULES))
REFUSED = [
    (rule, profile, changes, fragment, set(*others))
    for module in MODULES
    for rule, profile, changes, fragment, *others in module.REFUSED
]
NEEDED = list(chain.from_iterable(module.NEEDED for module in MODULES))
NOT_READ = list(chain.from_iterable(module.NOT_READ for module in MODULES))


def world_of(changes, profile="prod"):
    return sound(*changes, profile=profile)


def outcomes(rule, world, profile="prod", **config):
    """What comes of one rule, which the guard's own is after all others'."""
    rule, ctx = RULES[rule], context(profile, **config)
    if rule is GUARD:
        world = World(world.resources, [*world.missed, *unread(world, profile)], world.unseen)
    if isinstance(rule, ResourceRule):
        return [judge.of_resource(rule, each, ctx) for each in world.of(*rule.types)]
    return [judge.of_stack(rule, world, ctx)]


def unread(world, profile) -> list[Missed]:
    """What mandatory rules needed and could not know."""
    mandatory = [
        rule
        for rule in RULES.values()
        if rule is not GUARD and rule.levels.at(profile) == "mandatory"
    ]
    return [
        outcome.missed
        for rule in mandatory
        for outcome in outcomes(rule.id, world, profile)
        if outcome.missed
    ]


def messages(rule, world, profile="prod", **config):
    found = outcomes(rule, world, profile, **config)
    assert not any(outcome.crash or outcome.missed for outcome in found)
    return [finding.message for outcome in found for finding in outcome.findings]


def speaking(world, profile):
    """The rules that find something, at whatever level but off."""
    results = judged(RULES, world, profile, profile, NOW).results
    return {result.rule.id for result in results if result.findings}


def one_change(case):
    """The (part, path) of a case that changes one input and nothing else; None for any other."""
    changes = case[2]
    if (
        len(changes) == 1
        and isinstance(changes[0], tuple)
        and changes[0][1] not in ("", "protected")
    ):
        return changes[0][:2]
    return None
