"""Evidence enters the graph as it was written, or not at all."""

import pytest

from components import settings
from components.evidence import OURS, chain_of, entries, of_deployment, of_stack
from components.evidence_file import Recorded, UnreadableEvidence, parse, read
from tests.components.evidence_examples import DATA, entry

PROD = settings.read("prod")


def recorded(*entries):
    return [Recorded(place, each) for place, each in enumerate(entries, 1)]


def demand(route, peak, seq=1):
    subject, data = {"stack": "prod", "route": route}, DATA["demand"] | {"peakRpm": peak}
    return entry("demand", seq=seq, subject=subject, data=data)


def approval(role, seq):
    return entry("approval", seq=seq, data=DATA["approval"] | {"role": role})


def test_evidence_of_a_deployment_is_its_newest_of_each_kind():
    other = {"account": "secondary", "deployment": "chat-v3"}
    file = recorded(
        entry("loadTest", seq=1),
        entry("loadTest", seq=2),
        entry("loadTest", seq=3, subject=other),
        entry("evaluation", seq=4),
    )
    found = of_deployment(file, "primary", "chat-v3", PROD)
    assert {kind: each["seq"] for kind, each in found.items()} == {"loadTest": 2, "evaluation": 4}


def test_a_deployment_carries_what_its_routes_ask():
    file = recorded(demand("chat", 9), demand("chat", 8, seq=2), demand("triage", 7, seq=3))
    assert of_deployment(file, "primary", "chat-v4", PROD)["demand"]["seq"] == 2
    assert of_deployment(file, "secondary", "chat-v3", PROD)["demand"]["seq"] == 2
    assert of_deployment(file, "primary", "triage-v1", PROD)["demand"]["seq"] == 3
    assert "demand" not in of_deployment(file, "primary", "embed-v1", PROD)


def test_on_several_routes_it_is_what_the_busiest_asks():
    routes = {
        key: route.model_copy(update={"stable": "chat-v3"}) for key, route in PROD.routes.items()
    }
    shared = PROD.model_copy(update={"routes": routes})
    file = recorded(demand("chat", 9), demand("triage", 7, seq=2))
    assert of_deployment(file, "primary", "chat-v3", shared)["demand"]["seq"] == 1


def test_the_stack_has_one_approval_a_role_and_one_rollback_a_route():
    file = recorded(
        approval("security", 1),
        approval("product", 2),
        approval("security", 3),
        entry("rollback", seq=4),
        entry("rollback", seq=5, subject={"route": "triage"}),
        entry("cost", seq=6),
        entry("cost", seq=7),
        entry("loadTest", seq=8),
    )
    found = of_stack(file, "prod")
    assert [each["seq"] for each in found["approval"]] == [2, 3]
    assert [each["seq"] for each in found["rollback"]] == [4, 5]
    assert found["cost"]["seq"] == 7
    assert "loadTest" not in found


def test_what_was_said_of_another_stack_is_not_said_of_this_one():
    of_staging = entry("approval", subject={"stack": "staging"})
    assert of_stack(recorded(of_staging), "prod") == {}
    assert "approval" in of_stack(recorded(of_staging), "staging")


@pytest.mark.parametrize("kind", sorted(OURS))
def test_no_entry_takes_the_place_of_what_the_program_says(tmp_path, kind):
    file = tmp_path / "prod.yaml"
    file.write_text(f"- kind: cost\n- kind: {kind}\n")
    with pytest.raises(UnreadableEvidence, match=rf"prod\.yaml:2: {kind} is no kind"):
        entries(file)


def test_the_chain_ends_at_the_last_entry_and_the_newest_time():
    early, late = "2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z"
    file = recorded(entry("cost", measuredAt=late), entry("cost", seq=2, measuredAt=early))
    assert chain_of(file, "evidence/prod.yaml") == {
        "file": "evidence/prod.yaml",
        "entries": 2,
        "head": file[-1].entry["hash"],
        "headAt": late,
    }
    assert chain_of([], "none.yaml") == {"file": "none.yaml", "entries": 0}


ODD = [
    {},
    {"kind": []},
    {"kind": "demand", "subject": 1},
    {"kind": "demand", "subject": {"route": [1]}},
    {"kind": "demand", "subject": {"route": "chat"}, "data": []},
    {"kind": "approval", "subject": {"stack": "prod"}, "data": {"role": {}}},
    {"subject": {}},
]


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_entry_is_for_the_gate_to_refuse(odd):
    of_stack(recorded(odd), "prod")
    of_deployment(recorded(odd), "primary", "chat-v3", PROD)
    chain_of(recorded(odd), "any.yaml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1", "is no list of entries"),
        ("- {p95Ms: .nan}", "any.yaml:1: 0.p95Ms: nan is no number"),
        ("- {p95Ms: }", "0.p95Ms: is empty"),
        ("-\n  n: 1\n-\n  n: 9007199254740993", "any.yaml:4: 1.n: 9007199254740993 loses digits"),
        ("- {n: [-9007199254740993]}", "0.n.0: -9007199254740993 loses digits"),
        ("- {at: 2026-11-20}", "0.at: 2026-11-20 must be in quotes"),
        ("- {1: a}", "the key 1 must be in quotes"),
        ("- p95Ms: 9\n  p95Ms: 1", "any.yaml:2: p95Ms stands twice in one map"),
        ("- [", "any.yaml"),
    ],
)
def test_evidence_that_the_engine_would_change_is_refused(tmp_path, text, message):
    (tmp_path / "any.yaml").write_text(text)
    with pytest.raises(UnreadableEvidence) as raised:
        read(tmp_path / "any.yaml")
    assert message in str(raised.value)


def test_an_entry_knows_its_line():
    assert [each.line for each in parse("# first\n- {a: 1}\n\n- a: 2\n  b: 3\n", "x")] == [2, 4]


def test_a_stack_without_evidence_yet_has_none(tmp_path):
    assert read(tmp_path / "none.yaml") == []
    assert parse("", "empty.yaml") == []
