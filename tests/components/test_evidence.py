"""Evidence enters the graph as it was written, or not at all."""

import pytest

from components.evidence import UnreadableEvidence, entries, newest


def test_evidence_of_a_subject_is_its_newest_of_each_kind():
    chat = {"stack": "prod", "account": "primary", "deployment": "chat-v3"}
    entry = {"subject": chat, "kind": "loadTest"}
    entries_of_all = [
        {**entry, "seq": 1},
        {**entry, "seq": 2},
        {"subject": {"stack": "prod"}, "kind": "approval", "seq": 3},
        {"subject": {"stack": "prod"}, "kind": "approval", "seq": 4},
    ]
    assert newest(entries_of_all, chat)["loadTest"]["seq"] == 2
    assert [each["seq"] for each in newest(entries_of_all, {"stack": "prod"})["approval"]] == [3, 4]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1", "is no list of entries"),
        ("- {p95Ms: .nan}", "0.p95Ms: nan is no number"),
        ("- {p95Ms: }", "0.p95Ms: is empty"),
        ("- {n: 9007199254740993}", "0.n: 9007199254740993 loses digits"),
        ("- {n: [-9007199254740993]}", "0.n.0: -9007199254740993 loses digits"),
        ("- {at: 2026-11-20}", "0.at: 2026-11-20 must be in quotes"),
        ("- [", "any.yaml"),
    ],
)
def test_evidence_that_the_engine_would_change_is_refused(tmp_path, text, message):
    (tmp_path / "any.yaml").write_text(text)
    with pytest.raises(UnreadableEvidence) as raised:
        entries(tmp_path / "any.yaml")
    assert message in str(raised.value)


def test_a_stack_without_evidence_yet_has_none(tmp_path):
    assert entries(tmp_path / "none.yaml") == []
