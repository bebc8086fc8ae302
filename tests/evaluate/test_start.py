"""Who is asked, beside whom, and what was recorded of it before."""

from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from scripts.evaluate import start
from scripts.evaluate.start import WrongRun
from tests.evaluate import folders


@dataclass
class Route:
    stable: str
    candidate: str | None = None


def opened(evidence="evidence/none.yaml", **routes):
    return SimpleNamespace(
        outputs=SimpleNamespace(routes=routes),
        declared=SimpleNamespace(readiness=SimpleNamespace(evidence=evidence)),
        target=lambda name: f"primary/{name}",
    )


def test_live_is_what_serves_where_the_target_wants_to():
    chat = Route("primary/chat-v3", "primary/chat-v4")
    assert start.beside(opened(chat=chat), "primary/chat-v4", "live") == "primary/chat-v3"


def test_what_is_nobodys_candidate_has_nothing_live_beside_it():
    with pytest.raises(WrongRun, match="Fix: --baseline ACCOUNT/DEPLOYMENT"):
        start.beside(opened(chat=Route("primary/chat-v3")), "primary/chat-v3", "live")


def test_nothing_is_held_against_itself():
    assert start.beside(opened(), "primary/chat-v4", "chat-v3") == "primary/chat-v3"
    with pytest.raises(WrongRun, match="beside itself"):
        start.beside(opened(), "primary/chat-v4", "chat-v4")


@pytest.mark.parametrize(
    ("stack", "others", "wanted"),
    [("staging", [], "staging"), ("staging", ["prod"], "prod"), ("prod", ["dev"], "prod")],
)
def test_the_strictest_environment_that_is_to_believe_it_counts(stack, others, wanted):
    objectives = SimpleNamespace(groundedness=4.0)
    declared = SimpleNamespace(observability=SimpleNamespace(objectives=objectives))
    plan = start.plan(
        SimpleNamespace(stack=stack, declared=declared),
        datetime(2026, 11, 22, tzinfo=UTC),
        target=folders.TARGET,
        baseline=None,
        judge=folders.JUDGE,
        judge_way="ours",
        dataset="cora",
        dataset_sha256="a" * 64,
        most_tokens=500,
        recorded=None,
        profiles=[stack, *others],
        identity=None,
    )
    assert plan.profile == wanted
    assert plan.run_id.startswith("20261122-000000-evaluate-")


ENTRY = """\
- kind: {kind}
  subject: {{ account: primary, deployment: {deployment} }}
  identity: {{ model: gpt-5.5, version: "{version}" }}
  data: {{ metrics: {{ groundedness: {mean}, fluency: 5 }} }}
"""


def entry(mean, kind="evaluation", deployment="chat-v4", version="2026-04-24"):
    return ENTRY.format(mean=mean, kind=kind, deployment=deployment, version=version)


def test_the_newest_evaluation_of_what_answers_counts(tmp_path):
    (tmp_path / "prod.yaml").write_text(
        entry(4.1)
        + entry(4.6)
        + entry(3.0, kind="humanReview")
        + entry(2.0, deployment="chat-v3")
        + entry(1.0, version="2025-01-01")
    )
    found = start.recorded_means(opened("prod.yaml"), folders.TARGET, tmp_path)
    assert found == {"groundedness": 4.6, "fluency": 5}


def test_without_evidence_nothing_was_recorded(tmp_path):
    assert start.recorded_means(opened(), folders.TARGET, tmp_path) == {}
    (tmp_path / "prod.yaml").write_text("{")
    with pytest.raises(WrongRun, match="Fix: restore it from git"):
        start.recorded_means(opened("prod.yaml"), folders.TARGET, tmp_path)
