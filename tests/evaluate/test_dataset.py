"""A dataset is read whole or not at all, and says all that is wrong with it at once."""

import json

import pytest

from components.stack_file import ROOT
from scripts.evaluate import dataset
from scripts.evaluate.bar import bar
from scripts.evaluate.dataset import WrongDataset

GOOD = {
    "id": "parcel-1",
    "query": "Where is my parcel?",
    "context": "[doc1] It arrives tomorrow.",
    "ground_truth": "It arrives tomorrow.",
    "tags": ["typical"],
}


def parsed(*lines, least=None):
    text = "\n".join(each if isinstance(each, str) else json.dumps(each) for each in lines)
    return dataset.parse(text, "cora.jsonl", "cora", least or {})


def complaints(*lines, least=None):
    with pytest.raises(WrongDataset) as wrong:
        parsed(*lines, least=least)
    return str(wrong.value).splitlines()


def test_a_line_is_a_question():
    found = parsed(GOOD)
    assert [item.id for item in found.items] == ["parcel-1"]
    assert found.count() == {"typical": 1, "edge": 0, "adversarial": 0, "regression": 0}


def test_every_mistake_is_told_with_its_line():
    assert complaints(
        {**GOOD, "tags": ["typcal"]},
        "",
        "{not json",
        {**GOOD, "id": "a b", "qery": "?"},
        GOOD,
        GOOD,
        [1],
    ) == [
        "cora.jsonl:1: tags.0: Input should be 'typical', 'edge', 'adversarial' or 'regression'",
        "cora.jsonl:3: no JSON: Expecting property name enclosed in double quotes: "
        "line 1 column 2 (char 1). Fix: one object a line",
        "cora.jsonl:4: id: odd characters. Fix: letters, digits, '_', '.' and '-', at most 80",
        "cora.jsonl:4: qery: no such key. Fix: one of id, query, context, ground_truth, tags, "
        "expect",
        "cora.jsonl:6: id 'parcel-1' stands in line 5 already. "
        "Fix: give each question an id of its own",
        "cora.jsonl:7: no JSON object. Fix: one a line",
    ]


def test_each_tag_has_a_least_number_of_questions():
    least = {"typical": 1, "edge": 2}
    assert complaints(GOOD, least=least) == [
        "cora.jsonl: 0 questions tagged edge, at least 2. Fix: add some"
    ]
    two = [{**GOOD, "id": f"e{number}", "tags": ["edge"]} for number in (1, 2)]
    assert parsed(GOOD, *two, least=least).count()["edge"] == 2


def test_nothing_is_no_dataset():
    assert complaints("", "") == ["cora.jsonl: no question in it. Fix: a JSON object a line"]


def test_what_is_expected_is_checked_too():
    assert complaints({**GOOD, "expect": {"json_schema": {"type": "objekt"}, "cite": []}}) == [
        "cora.jsonl:1: expect.json_schema: no JSON schema: 'objekt' is not valid under any of the "
        "given schemas",
        "cora.jsonl:1: expect.cite: no such key. Fix: one of exact, json_schema, refusal, cites, "
        "most_words",
    ]


def test_what_can_never_be_held_is_told():
    assert complaints(
        {**GOOD, "ground_truth": " ", "expect": {"exact": True}},
        {**GOOD, "expect": {"cites": ["doc1", "doc2"]}},
    ) == [
        "cora.jsonl:1: expect.exact without a ground_truth to be. Fix: add it",
        "cora.jsonl:2: expect.cites: no [doc2] in the context. Fix: one of its labels",
    ]


@pytest.mark.parametrize("name", ["cora", "triage"])
def test_the_examples_are_enough_for_the_gate_of_prod(name):
    found = dataset.read(ROOT / "datasets" / f"{name}.jsonl")
    asked, there = bar("prod"), found.count()
    assert len(found.items) >= asked.samples
    assert there["edge"] >= asked.edge
    assert there["adversarial"] >= asked.adversarial


def test_the_hash_is_of_the_content_and_not_of_how_lines_end(tmp_path):
    unix, windows, other = (tmp_path / f"{name}.jsonl" for name in ("unix", "windows", "other"))
    line = json.dumps(GOOD)
    unix.write_bytes(f"{line}\n".encode())
    windows.write_bytes(f"{line}\r\n".encode())
    other.write_bytes(f"{line} \n".encode())
    first, second, third = (dataset.read(file, {}).sha256 for file in (unix, windows, other))
    assert first == second != third


@pytest.mark.parametrize("content", [None, b"\xff"])
def test_what_cannot_be_read_is_told(tmp_path, content):
    file = tmp_path / "cora.jsonl"
    if content:
        file.write_bytes(content)
    with pytest.raises(WrongDataset, match="Fix: name a file of JSON lines"):
        dataset.read(file)


def test_of_very_many_mistakes_the_first_are_told():
    found = complaints(*["{"] * 80)
    assert len(found) == dataset.MOST_COMPLAINTS + 1
    assert found[-1] == "cora.jsonl: and 30 more"


def test_a_line_that_never_ends_to_open_is_a_line_that_is_wrong():
    with pytest.raises(WrongDataset, match=r"cora.jsonl:1: no JSON"):
        dataset.parse("[" * 100_000, "cora.jsonl", "cora")
