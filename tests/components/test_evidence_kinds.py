"""Evidence says what it must, within what can be true, and of nothing but its own identity."""

import pytest

from components.evidence_entry import complaints, is_intact
from components.evidence_kinds import KINDS, differences
from tests.components.evidence_examples import DATA, entry

EXAMPLES = [entry(kind) for kind in KINDS]


@pytest.mark.parametrize("kind", KINDS)
def test_a_complete_entry_has_no_fault(kind):
    assert list(complaints(entry(kind))) == []
    assert is_intact(entry(kind))


def required(kind):
    fields = KINDS[kind].data.model_fields.values()
    return [field.alias for field in fields if field.is_required()]


@pytest.mark.parametrize(("kind", "key"), [(kind, key) for kind in KINDS for key in required(kind)])
def test_what_is_required_may_not_be_left_out(kind, key):
    without = {name: value for name, value in DATA[kind].items() if name != key}
    assert list(complaints(entry(kind, data=without))) == [f"data.{key}: is missing"]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_may_be_added(kind):
    found = list(complaints(entry(kind, data=DATA[kind] | {"odd": 1}, odder=1)))
    assert found == ["odder: is not known", "data.odd: is not known"]


@pytest.mark.parametrize(
    ("kind", "changes", "message"),
    [
        ("evaluation", {"judged": 201}, "data: judged 201 of 200 samples"),
        ("evaluation", {"passShareLower": 1.1}, "data.passShareLower: input should be less"),
        ("evaluation", {"samples": "200"}, "data.samples: input should be a valid integer"),
        ("evaluation", {"datasetSha256": "AB"}, "data.datasetSha256: "),
        ("evaluation", {"uri": "http://runs.contoso.com"}, "data.uri: "),
        ("evaluation", {"uri": "https://me:pw@contoso.com"}, "data.uri: "),
        ("evaluation", {"uri": "https://x.blob.core.windows.net/a?sv=1&sig=abc"}, "data.uri: "),
        ("loadTest", {"p95Ms": 9000}, "data: p50Ms <= p95Ms <= p99Ms does not hold"),
        ("loadTest", {"ranAt": "2026-11-20"}, "data.ranAt: "),
        ("loadTest", {"ranAt": "2026-02-31T00:00:00Z"}, "data.ranAt: "),
        ("loadTest", {"ranAt": "2026-11-20T09:00:00+01:00"}, "data.ranAt: "),
        ("humanReview", {"kappa": -2}, "data.kappa: "),
        ("approval", {"role": "boss"}, "data.role: "),
        ("approval", {"covers": []}, "data.covers: "),
        ("approval", {"role": "product"}, "data: product approves with successMetrics"),
        ("attestation", {"what": "two\nlines"}, "data.what: "),
    ],
)
def test_what_cannot_be_true_is_refused(kind, changes, message):
    (found,) = complaints(entry(kind, data=DATA[kind] | changes))
    assert found.startswith(message)


@pytest.mark.parametrize(
    ("kind", "changes", "message"),
    [
        ("cost", {"kind": "price"}, "no kind price"),
        ("cost", {"subject": {"stack": "prod", "route": "chat"}}, "cost is about a stack"),
        ("demand", {"subject": {"stack": "prod"}}, "demand is about a route, not stack"),
        ("loadTest", {"identity": None}, "identity is missing"),
        ("cost", {"identity": entry("loadTest")["identity"]}, "identity has no use"),
        ("loadTest", {"tool": {"name": "vim", "version": "9"}}, "loadTest is measured by plumb"),
        ("cost", {"seq": 0}, "seq: "),
    ],
)
def test_an_entry_fits_its_kind(kind, changes, message):
    assert any(each.startswith(message) for each in complaints(entry(kind, **changes)))


@pytest.mark.parametrize("odd", [None, 1, [], "x", {}, {"kind": []}, {"kind": "cost", "data": 1}])
def test_no_entry_is_too_odd_to_be_read(odd):
    held = odd if isinstance(odd, dict) else {"kind": "cost", "data": odd, "subject": odd}
    assert list(complaints(held))
    assert not is_intact(held)


def test_a_changed_entry_is_not_intact():
    whole = entry("loadTest")
    assert not is_intact(whole | {"seq": 2})
    assert is_intact(whole | {"seq": 1.0})


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"promptSha256": "f" * 64, "gitSha": "abcdef0"}, []),
        ({"capacity": 200}, []),
        ({"capacity": 149}, ["capacity"]),
        ({"capacity": "150"}, ["capacity"]),
        ({"model": "gpt-5.5", "version": "2026-04-24"}, ["model", "version"]),
        ({"sku": None}, ["sku"]),
    ],
)
def test_a_load_test_counts_for_what_it_depends_on(changes, found):
    identity = entry("loadTest")["identity"]
    assert differences(KINDS["loadTest"].compares, identity, identity | changes) == found


def test_what_was_not_recorded_counts_for_nothing():
    assert differences(("model",), {}, {}) == ["model"]
