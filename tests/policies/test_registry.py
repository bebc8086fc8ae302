"""What holds of every rule there is, and of what they judge by."""

from dataclasses import replace

import pytest

from components.profiles import PROFILES, WrongProfile, resolve
from components.stack_file import ROOT
from policies.checklist import ITEMS
from policies.controls import link
from policies.registry import RULES, DoubleRule, registered
from policies.reports.explanation import explained, rule_book
from policies.rule import ResourceRule, WrongLimit

FIRST = next(iter(RULES.values()))
PARAMS = [param for rule in RULES.values() for param in rule.params]


@pytest.mark.parametrize("change", [{"number": 99}, {"id": "another"}])
def test_no_rule_hides_another(change):
    with pytest.raises(DoubleRule):
        registered([FIRST, replace(FIRST, **change)])


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_says_what_holds_and_how_to_get_there(rule):
    assert rule.description.endswith(".")
    assert rule.why.endswith(".")
    assert rule.fix.endswith(".")
    assert rule.id == rule.id.lower().replace("_", "-")
    assert rule.levels.at("prod") == "mandatory"
    assert max(map(len, explained(rule).splitlines())) <= 100
    if isinstance(rule, ResourceRule):
        assert rule.types


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_rule_but_the_guard_stands_in_the_checklist(rule):
    numbers = {n for items in ITEMS.values() for numbers in items.values() for n in numbers}
    assert rule.number in numbers or rule.number == 51


def test_the_checklist_covers_the_rules_that_are_to_come():
    numbers = {n for items in ITEMS.values() for numbers in items.values() for n in numbers}
    assert numbers == set(range(1, 51))


@pytest.mark.parametrize("param", PARAMS, ids=lambda param: param.name)
def test_a_limit_takes_its_own_defaults_and_refuses_nonsense(param):
    for profile in PROFILES:
        default = param.default(profile)
        given = sorted(default) if isinstance(default, frozenset) else default
        assert param.parse(given) == default
    texts = ["nonsense"] if param.choices else [1]
    number = isinstance(param.prod, float)
    for nonsense in (None, True, "nonsense", texts, {"a": 1}, *([] if number else [0])):
        with pytest.raises(WrongLimit, match=param.name):
            param.parse(nonsense)


@pytest.mark.parametrize(
    ("stack", "declared", "profile"),
    [
        ("dev", None, "dev"),
        ("staging", None, "staging"),
        ("prod", None, "prod"),
        ("kim", None, "prod"),
        ("Dev", None, "prod"),
        ("kim", "dev", "dev"),
        ("dev", "staging", "staging"),
        ("staging", "prod", "prod"),
        ("prod-westeurope", None, "prod"),
        ("dev-kim", None, "prod"),
        ("dev-kim", "dev", "dev"),
        ("products", "dev", "dev"),
    ],
)
def test_a_stack_is_judged_as_it_says_or_is_called_or_as_prod(stack, declared, profile):
    assert resolve(stack, declared) == profile


@pytest.mark.parametrize(
    ("stack", "declared"),
    [
        ("staging", "dev"),
        ("prod", "dev"),
        ("prod", "staging"),
        ("prod-westeurope", "dev"),
        ("Prod", "staging"),
        ("production", "dev"),
        ("eu_prod.2", "dev"),
        ("staging-dev", "dev"),
        ("kim", "prd"),
        ("kim", ""),
    ],
)
def test_a_profile_is_neither_made_up_nor_looser_than_the_name(stack, declared):
    with pytest.raises(WrongProfile, match="Fix: "):
        resolve(stack, declared)


@pytest.mark.parametrize(
    "control", sorted({control for rule in RULES.values() for control in rule.controls})
)
def test_every_control_leads_to_a_page(control):
    assert (link(control) or "").startswith("https://")


def test_the_book_of_rules_is_what_the_registry_makes_of_it():
    book = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")
    assert book == rule_book(RULES.values()), "make rules"
