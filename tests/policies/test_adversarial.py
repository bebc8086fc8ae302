"""No input makes a rule fail, and no message gives away what it should not."""

from hypothesis import given, settings
from hypothesis import strategies as st

from policies import judge
from policies.registry import RULES
from policies.rule import ResourceRule
from policies.values import UNKNOWN
from policies.verdict import judged
from tests.policies.worlds import MISSING, NOW, PARTS, changed, context, resource, sound

SECRETS = (
    "0123456789abcdef0123456789abcdef",
    "A1b2" * 21,
    "InstrumentationKey=00000000-0000-0000-0000-000000000000",
    "Endpoint=https://x;Id=1;Secret=abc",
    "AccountKey=xyz",
    "eyJhbGciOiJSUzI1NiJ9.e30.c2ln",
)
ODD = st.one_of(
    st.builds(lambda: UNKNOWN),
    st.sampled_from([MISSING, None, True, False, 0, -1, 1e300, "", "x" * 5000, [], {}]),
    st.sampled_from(SECRETS),
    st.text(max_size=10),
    st.lists(st.text(max_size=3), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


def paths(inputs, prefix=""):
    for key, held in inputs.items():
        yield prefix + key
        if isinstance(held, dict):
            yield from paths(held, f"{prefix}{key}.")


PLACES = [(name, path) for name, part in PARTS.items() for path in paths(part.inputs)]
changes = st.lists(
    st.tuples(st.sampled_from(PLACES), ODD).map(lambda each: (*each[0], each[1])), max_size=4
)


def results(world, profile="prod"):
    return judged(RULES, world, profile, profile, NOW).results


@given(changes, st.sampled_from(["dev", "staging", "prod"]))
def test_no_rule_fails_on_any_input(changes, profile):
    found = results(sound(*changes), profile)
    assert [result.crashes for result in found if result.crashes] == []


@given(changes)
def test_every_finding_says_what_to_do_and_hides_credentials(changes):
    for result in results(sound(*changes)):
        for finding in result.findings:
            what, _, fix = finding.message.partition("Fix: ")
            assert what
            assert fix
            assert len(finding.message) < 1000
            assert "\n" not in finding.message
            assert not any(secret in finding.message for secret in SECRETS)


@given(changes, st.randoms())
def test_order_and_neighbours_change_nothing(changes, random):
    world = sound(*changes)
    shuffled = list(world.resources)
    random.shuffle(shuffled)
    neighbour = resource("random:index/randomPet:RandomPet", "pet", {"length": 2})
    again = type(world)([*shuffled, neighbour])
    assert messages(world) == messages(again)


def messages(world):
    return {(r.rule.id, f.message) for r in results(world) for f in r.findings}


@given(changes)
def test_int_and_float_judge_alike(changes):
    as_float = [(name, path, _floats(value)) for name, path, value in changes]
    assert messages(sound(*changes)) == messages(sound(*as_float))


def _floats(value):
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return {k: _floats(v) for k, v in value.items()} if isinstance(value, dict) else value


@settings(max_examples=25)
@given(st.sampled_from(sorted(RULES)), changes)
def test_a_rule_asked_twice_says_the_same(rule, changes):
    rule, world = RULES[rule], sound(*changes)
    if isinstance(rule, ResourceRule):
        for each in world.of(*rule.types):
            assert repr(judge.of_resource(rule, each, context())) == repr(
                judge.of_resource(rule, each, context())
            )
    else:
        assert repr(judge.of_stack(rule, world, context())) == repr(
            judge.of_stack(rule, world, context())
        )


def test_a_change_of_the_sound_stack_is_a_change():
    assert changed({"a": {"b": 1}}, "a.b", MISSING) == {"a": {}}
