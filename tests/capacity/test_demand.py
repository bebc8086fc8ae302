import json

import pytest

from components.evidence_file import UnreadableEvidence
from scripts.capacity.demand import Told, peak, recorded
from scripts.capacity.peak import NoDemand, Peak
from tests.capacity.test_load_run import report

RECORDED = Peak(requests=60, prompt_tokens=600, declared_output=200, cache_share=0.1, source="x")
ENTRY = """
- seq: {seq}
  kind: "demand"
  subject: {{ stack: "prod", route: "{route}" }}
  data: {{ peakRpm: {rpm}.0, avgPromptTokens: 600.0, maxOutputTokens: 200.0, growthMonths: 12.0,
    asOf: "2026-11-2{seq}T00:00:00Z" }}
"""


def test_options_alone_are_enough():
    told = Told(requests=10, prompt_tokens=100, declared_output=50)
    found = peak(told, None, {}, "chat")
    assert (found.requests, found.output, found.source) == (10, 50, "options")


def test_no_output_is_an_answer_as_of_embeddings():
    assert peak(Told(requests=10, prompt_tokens=100, declared_output=0), None, {}, "x").output == 0


def test_what_nobody_said_is_asked_for_by_its_option():
    with pytest.raises(NoDemand, match="--prompt, --max-output"):
        peak(Told(requests=10), None, {}, "chat")


def test_evidence_says_it_and_an_option_changes_a_number():
    found = peak(Told(requests=99), None, {"chat": RECORDED}, "chat")
    assert (found.requests, found.prompt_tokens, found.cache_share) == (99, 600, 0.1)
    assert found.source == "x, changed by options"


def test_another_routes_demand_is_not_ones_own():
    with pytest.raises(NoDemand):
        peak(Told(), None, {"triage": RECORDED}, "chat")


def test_a_load_run_says_it_before_the_evidence(tmp_path):
    (tmp_path / "report.json").write_text(json.dumps(report()))
    found = peak(Told(), tmp_path, {"chat": RECORDED}, "chat")
    assert (found.prompt_tokens, found.source) == (500, "load run r-1")


def test_another_maximum_makes_what_was_observed_worthless(tmp_path):
    (tmp_path / "report.json").write_text(json.dumps(report()))
    assert peak(Told(declared_output=50), tmp_path, {}, "chat").observed_output is None


def test_the_newest_entry_of_each_route_counts(tmp_path):
    file = tmp_path / "prod.yaml"
    rows = [(1, "chat", 10), (2, "triage", 20), (3, "chat", 30)]
    file.write_text("".join(ENTRY.format(seq=seq, route=to, rpm=rpm) for seq, to, rpm in rows))
    found = recorded(file)
    assert {route: each.requests for route, each in found.items()} == {"chat": 30, "triage": 20}
    assert found["chat"].source == "evidence of 2026-11-23"


def test_an_entry_that_plumb_never_wrote_is_named_with_its_line(tmp_path):
    file = tmp_path / "prod.yaml"
    file.write_text(ENTRY.format(seq=1, route="chat", rpm=1).replace("peakRpm", "peak"))
    with pytest.raises(UnreadableEvidence, match=r"prod\.yaml:2: is no demand"):
        recorded(file)


def test_no_evidence_yet_says_nothing(tmp_path):
    assert recorded(tmp_path / "none.yaml") == {}
