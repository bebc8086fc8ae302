"""What somebody answers for stays in sight, counts again when its day is over, in both hosts."""

from datetime import date

import pytest

from components.stack_file import ROOT
from policies.host import Gate
from policies.registry import RULES
from policies.verdict import judged
from policies.waiver_file import LONGEST, LONGEST_CRITICAL, NEVER, WrongWaivers, read_waivers
from policies.waivers import Register, Waiver
from policies.world import STACK, Finding, Resource
from tests.policies.engine_side import Engine
from tests.policies.worlds import MISSING, NOW, sound

KEYS = "account-local-auth-disabled"
KEYS_ON = ("account", "properties.disableLocalAuth", MISSING)
TODAY = NOW.date()
ENTRY = {
    "rule": KEYS,
    "stacks": ["prod"],
    "resource": "account",
    "reason": "The old client goes in January.",
    "owner": "kim",
    "approvedBy": "alex",
    "ticket": "AI-7",
    "created": "2026-11-01",
    "expires": "2026-11-30",
}


def waiver(**changes):
    return Waiver.model_validate({**ENTRY, **changes})


def verdict(*changes, waivers=(), stack="prod", profile="prod"):
    return judged(RULES, sound(*changes), stack, profile, NOW, waivers)


def of_rule(verdict, rule=KEYS):
    return next(result for result in verdict.results if result.rule.id == rule)


def test_a_waived_finding_does_not_count_and_does_not_vanish():
    said = verdict(KEYS_ON, waivers=[waiver()])
    result = of_rule(said)
    assert said.verdict == "ready"
    assert (result.findings, result.status) == ((), "waived")
    assert [excused.waiver.owner for excused in result.waived] == ["kim"]


@pytest.mark.parametrize(
    "changes",
    [
        {"stacks": ["staging"]},
        {"resource": "another"},
        {"resource": "accoun"},
        {"resource": "Account"},
        {"rule": "account-managed-identity"},
        {"created": "2026-11-22"},
    ],
)
def test_a_waiver_for_something_else_is_none(changes):
    said = verdict(KEYS_ON, waivers=[waiver(**changes)])
    assert said.verdict == "refused"
    assert of_rule(said).waived == ()


@pytest.mark.parametrize("resource", ["acc*", "a?count", "*count"])
def test_a_pattern_means_logical_names(resource):
    assert verdict(KEYS_ON, waivers=[waiver(resource=resource)]).verdict == "ready"


def test_its_last_day_counts_and_the_day_after_brings_the_finding_back():
    assert verdict(KEYS_ON, waivers=[waiver(expires="2026-11-21")]).verdict == "ready"
    said = verdict(KEYS_ON, waivers=[waiver(expires="2026-11-20")])
    (finding,) = of_rule(said).findings
    assert said.verdict == "refused"
    assert "waiver of kim expired 2026-11-20. Fix: disableLocalAuth: true" in finding.message
    assert of_rule(said).expired[0].finding == finding


def test_one_that_is_in_force_outweighs_one_that_is_over():
    both = [waiver(expires="2026-11-20"), waiver(owner="robin")]
    assert of_rule(verdict(KEYS_ON, waivers=both)).waived[0].waiver.owner == "robin"


def test_the_stack_as_a_whole_is_waived_by_its_name():
    root = Resource(urn="u", type=STACK, name="shop-prod", inputs={})
    for subject in (None, root):
        register = Register([waiver(resource="prod")], "prod", TODAY)
        assert register.sort(KEYS, [Finding(subject, "x. Fix: y.")]).findings == ()


def test_a_name_is_meant_as_it_is_written():
    named = Resource(urn="u", type="t", name="Account", inputs={})
    register = Register([waiver()], "prod", TODAY)
    assert register.sort(KEYS, [Finding(named, "x. Fix: y.")]).waived == ()


def test_a_rule_that_fails_can_be_waived(monkeypatch):
    def broken(resource, ctx):
        raise KeyError("x")
        yield

    monkeypatch.setattr(type(RULES[KEYS]), "check", property(lambda self: broken), raising=False)
    everywhere = [waiver(rule=id, resource="acc*") for id in RULES if id.startswith("account-")]
    told = [judged({KEYS: RULES[KEYS]}, sound(), "prod", "prod", NOW, w) for w in ([], everywhere)]
    assert [each.verdict for each in told] == ["cannot tell", "ready"]


@pytest.mark.parametrize(
    ("changes", "notice"),
    [
        ({}, "ends on 2026-11-30. Fix: put right what it is for: AI-7."),
        ({"expires": "2026-12-04"}, "ends on 2026-12-04"),
        ({"expires": "2026-12-05"}, None),
        ({"expires": "2026-11-20"}, None),  # the finding itself says so
        ({"resource": "nothing"}, "matches nothing in prod. Fix: remove it"),
        ({"resource": "nothing", "expires": "2026-11-20"}, "matches nothing in prod"),
        ({"created": "2026-11-22"}, "begins only on 2026-11-22"),
        ({"stacks": ["staging"]}, None),
    ],
)
def test_a_waiver_that_ends_or_is_of_no_use_is_a_notice(changes, notice):
    notices = verdict(KEYS_ON, waivers=[waiver(**changes)]).notices
    assert [notice in said for said in notices] == ([True] if notice else [])


WAIVERS = [
    [waiver()],
    [waiver(expires="2026-11-20")],
    [waiver(resource="nothing")],
    [waiver(created="2026-11-22")],
]


@pytest.mark.parametrize("waivers", WAIVERS)
def test_both_hosts_waive_alike(waivers, monkeypatch):
    class Today(type(NOW)):
        @classmethod
        def now(cls, zone):
            return NOW

    monkeypatch.setattr("policies.host.datetime", Today)
    heard = Engine(waivers=waivers).preview(sound(KEYS_ON)).said
    told = verdict(KEYS_ON, waivers=waivers)
    counted = {
        (result.rule.id, finding.message) for result in told.results for finding in result.findings
    }
    aside = {message for rule, _, message, _ in heard if rule == "waivers-in-force"}
    assert {(r, m) for r, _, m, _ in heard if r != "waivers-in-force"} == counted
    assert set(told.notices) == {message for message in aside if "is waived until" not in message}
    assert len(aside) == len(told.notices) + sum(len(each.waived) for each in told.results)


def test_the_engine_hears_who_answers_for_what_is_waived():
    heard = Engine(waivers=[waiver(expires="9999-12-31")]).preview(sound(KEYS_ON)).said
    ((rule, urn, message, level),) = heard
    assert (rule, level) == ("waivers-in-force", "advisory")
    assert urn.endswith("::account")
    assert "waived until 9999-12-31 by kim, approved by alex (AI-7): 'account' accepts" in message


def test_what_policy_analyze_shows_is_waived_by_the_stack_in_its_names():
    gate = Gate([waiver(), waiver(stacks=["dev"])])
    assert gate.registered("urn:pulumi:dev::shop::t::n").stack == "dev"
    assert len(gate.register.waivers) == 1


def test_no_configuration_silences_the_waivers_or_makes_them_block():
    for level in ("disabled", "mandatory"):
        config = {"waivers-in-force": {"enforcementLevel": level}}
        engine = Engine(policy_config=config, waivers=[waiver(expires="9999-12-31")])
        ((rule, _, _, said),) = engine.preview(sound(KEYS_ON)).said
        assert (rule, said) == ("waivers-in-force", "advisory")


@pytest.fixture
def read(tmp_path):
    def read(text):
        file = tmp_path / "waivers.yaml"
        file.write_text(text)
        return read_waivers(RULES, file)

    return read


def entry(**changes):
    return [{**ENTRY, **changes}]


def yaml_of(entries):
    import yaml

    return yaml.safe_dump(entries)


@pytest.mark.parametrize("text", ["", "[]", "# nothing\n"])
def test_no_waiver_is_no_mistake(read, text, tmp_path):
    assert read(text) == ()
    assert read_waivers(RULES, tmp_path / "missing.yaml") == ()


def test_a_day_may_stand_with_or_without_quotes(read):
    (quoted,) = read(yaml_of(entry()))
    (unquoted,) = read(yaml_of(entry(created=date(2026, 11, 1), expires=date(2026, 11, 30))))
    assert quoted == unquoted == waiver()


@pytest.mark.parametrize(
    ("changes", "mistake"),
    [
        ({"rule": "nonsense"}, "nonsense: no such rule. Fix: "),
        ({"tickt": "AI-7"}, "tickt: no such field"),
        ({"ticket": ""}, "ticket: too short"),
        ({"ticket": 7}, "ticket: must be text"),
        ({"reason": "  because it is so   "}, "reason: too short"),
        ({"stacks": "prod"}, "stacks: must be a list"),
        ({"stacks": []}, "stacks: names no stack"),
        ({"created": 20261101}, "created: must be a day"),
        ({"expires": "soon"}, "expires: must be a day"),
        ({"expires": "2026-10-31"}, "before it was created"),
        ({"approvedBy": "Kim"}, "kim approves it alone"),
        ({"expires": "2026-12-02"}, "lasts longer than 30 days"),
        ({"resource": "*"}, "means everything"),
        ({"resource": "?*"}, "means everything"),
        ({"rule": "rbac-least-privilege", "expires": "2026-12-02"}, "than 30 days"),
        ({"rule": "model-version-pinned", "expires": "2027-01-31"}, "lasts longer than 90 days"),
        ({"rule": "model-version-pinned", "resource": "*"}, "means everything"),
        ({"rule": "preview-values-known"}, "cannot be waived"),
    ],
)
def test_a_waiver_that_says_too_little_or_excuses_too_much_is_refused(read, changes, mistake):
    with pytest.raises(WrongWaivers) as refused:
        read(yaml_of(entry(**changes)))
    (line,) = str(refused.value).splitlines()
    assert line.endswith(mistake) or mistake in line
    assert "waivers.yaml:1: " in line


def test_every_mistake_is_told_with_its_line(read):
    text = yaml_of([*entry(ticket=7), *entry(), *entry(owner="")])
    with pytest.raises(WrongWaivers) as refused:
        read(text)
    lines = [text.splitlines().index(line) + 1 for line in text.splitlines() if line[0] == "-"]
    assert len(str(refused.value).splitlines()) == 2
    assert f"waivers.yaml:{lines[0]}: ticket" in str(refused.value)


@pytest.mark.parametrize("text", ["a: b", "- [", "text", "- text", "\tx", "- 1", "&a [*a]"])
def test_what_is_no_list_of_waivers_is_refused(read, text):
    with pytest.raises(WrongWaivers, match=r"waivers\.yaml:\d: "):
        read(text)


def test_a_medium_rule_may_be_waived_everywhere_and_for_longer(read):
    text = yaml_of(
        entry(
            rule="account-managed-identity", resource="*", expires=str(date(2026, 11, 1) + LONGEST)
        )
    )
    assert len(read(text)) == 1
    assert LONGEST > LONGEST_CRITICAL


def test_the_rules_that_nobody_may_waive_are_there():
    assert sorted(NEVER) == [8, 28, 51]


def test_ours_are_in_order():
    read_waivers(RULES, ROOT / "policies" / "waivers.yaml")
