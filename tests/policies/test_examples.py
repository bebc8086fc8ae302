"""What --explain shows of a rule is so: its example is refused and passed by the rule itself."""

import pytest
import yaml

from policies.example import EXAMPLES, example_of
from policies.registry import RULES
from tests.policies.pulumi_yaml import world_of
from tests.policies.rules.cases import outcomes


def told(rule, text):
    found = outcomes(rule, world_of(yaml.safe_load(text)))
    assert [outcome.crash or outcome.missed for outcome in found] == [None] * len(found)
    return [finding.message for outcome in found for finding in outcome.findings]


@pytest.mark.parametrize("rule", RULES)
def test_the_failing_example_is_refused_and_the_passing_one_is_not(rule):
    example = example_of(rule)
    assert example, f"policies/examples/{rule}.yaml is missing"
    assert told(rule, example.failing)
    assert told(rule, example.passing) == []


@pytest.mark.parametrize("rule", RULES)
def test_the_passing_example_shows_what_the_rule_speaks_of(rule):
    world = world_of(yaml.safe_load(example_of(rule).passing))
    types = RULES[rule].types
    assert not types or {resource.type for resource in world.resources} & types


def test_no_example_is_left_of_a_rule_that_has_gone():
    assert {path.stem for path in EXAMPLES.iterdir()} == set(RULES)


def test_an_example_reads_well_in_a_terminal():
    lines = [line for path in EXAMPLES.iterdir() for line in path.read_text().splitlines()]
    assert max(map(len, lines)) <= 100
