"""No input makes a rule fail, and no message gives away what it should not."""

from hypothesis import given, settings
from hypothesis import strategies as st

from components.profiles import PROFILES
from policies import judge
from policies.registry import RULES
from policies.rule import ResourceRule
from policies.values import SECRET, SIGNATURE, UNKNOWN
from policies.verdict import judged
from tests.policies.compliant.part import Part
from tests.policies.compliant.proof import ByHand
from tests.policies.worlds import MISSING, NOW, PARTS, changed, context, first_preview, resource
from tests.policies.worlds import sound as compliant

SECRETS = (
    "0123456789abcdef0123456789abcdef",
    "A1b2" * 21,
    "InstrumentationKey=00000000-0000-0000-0000-000000000000",
    "Endpoint=https://x;Id=1;Secret=abc",
    "AccountKey=xyz",
    "eyJhbGciOiJSUzI1NiJ9.e30.c2ln",
)
MARKED = "hunter2 of the marked"
HUGE = [10**30, -(10**30), 1e300, -1e300, 2**53, float("nan"), float("inf"), "x" * 5000]
ODD = st.one_of(
    st.builds(lambda: UNKNOWN),
    st.sampled_from([MISSING, None, True, False, 0, -1, 0.5, "", [], {}, [None], {"": {}}, *HUGE]),
    st.sampled_from(SECRETS),
    st.builds(lambda: {SIGNATURE: SECRET, "value": MARKED}),
    st.text(max_size=10),
    st.lists(st.one_of(st.text(max_size=3), st.builds(lambda: UNKNOWN)), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers() | st.builds(lambda: UNKNOWN), max_size=2),
    st.sampled_from(["PT5M", "2026-11-20T09:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01", "1/2"]),
)


def paths(inputs, prefix=""):
    for key, held in inputs.items() if isinstance(inputs, dict) else enumerate(inputs):
        yield f"{prefix}{key}"
        if isinstance(held, dict | list):
            yield from paths(held, f"{prefix}{key}.")


PLACES = {name: sorted(paths(part.inputs)) for name, part in PARTS.items() if part.inputs}
TYPES = sorted({part.type for part in PARTS.values()})

values = st.one_of(ODD, ODD.map(ByHand))
one_input = st.sampled_from(sorted(PLACES)).flatmap(
    lambda name: st.tuples(st.just(name), st.sampled_from(PLACES[name]), values)
)
one_part = st.tuples(
    st.sampled_from(sorted(PARTS)),
    st.just(""),
    st.just(MISSING) | st.builds(Part, st.sampled_from(TYPES), st.just({})),
)
changes = st.lists(st.one_of(one_input, one_input, one_input, one_part), max_size=4)


def sound(*changes, profile="prod"):
    """The compliant stack with the changes; those come last that leave nothing to change."""
    once = {change[:2]: change for change in changes}
    ordered = sorted(once.values(), key=lambda change: (change[1] == "", -change[1].count(".")))
    return compliant(*ordered, profile=profile)


def results(world, profile="prod"):
    return judged(RULES, world, profile, profile, NOW).results


@given(changes, st.sampled_from(PROFILES), st.booleans())
def test_no_rule_fails_on_any_input(changes, profile, new):
    world = first_preview(sound(*changes)) if new else sound(*changes)
    found = results(world, profile)
    assert [result.crashes for result in found if result.crashes] == []


@given(changes)
def test_every_finding_says_what_to_do_and_hides_credentials(changes):
    for result in results(sound(*changes)):
        for finding in result.findings:
            what, _, fix = finding.message.partition("Fix: ")
            assert what
            assert fix
            assert len(finding.message) < 1200
            assert "\n" not in finding.message
            assert not any(secret in finding.message for secret in (*SECRETS, MARKED))


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
    as_float = [(*where, _floats(value)) for *where, value in changes]
    assert messages(sound(*changes)) == messages(sound(*as_float))


def _floats(value):
    match value:
        case ByHand():
            return ByHand(_floats(value.value))
        case dict():
            return {key: _floats(held) for key, held in value.items()}
        case int() if not isinstance(value, bool) and abs(value) <= 2**53:
            return float(value)
    return value


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
    assert changed({"a": [{"b": 1}]}, "a.0.b", 2) == {"a": [{"b": 2}]}
