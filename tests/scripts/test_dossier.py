"""Whoever signs sees each number with its limit and age, what is missing, and the verdict."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from policies.rule import CATEGORIES
from scripts.readiness import dossier_page, dossier_text
from scripts.readiness.dossier import Figure
from scripts.readiness.dossiers import NoDossier, compiled
from scripts.readiness.evidence_log import read
from tests import proof
from tests.scripts.conftest import NOW


@pytest.fixture(scope="module")
def ready(prod):
    return compiled(prod, NOW)


@pytest.fixture(scope="module")
def empty(prod, tmp_path_factory):
    folder = proof.checkout(tmp_path_factory.mktemp("empty") / "plumbline")
    return compiled(replace(prod, root=folder), NOW)


@pytest.fixture
def changed(prod, tmp_path):
    """Another checkout, whose evidence a test may change."""
    folder = proof.checkout(tmp_path / "plumbline")
    target = replace(prod, root=folder)
    target.file.parent.mkdir()
    target.file.write_bytes(prod.file.read_bytes())
    return target


def lines(dossier):
    return [line.strip() for line in dossier_text.as_text(dossier).splitlines()]


def test_what_is_proven_is_ready(ready):
    assert ready.is_ready
    assert lines(ready)[0] == (
        "prod: ready; findings: 0 mandatory, 0 advisory; rules: 51 of 51 hold"
    )
    assert all(figure.holds for each in ready.proofs for figure in each.figures)
    assert not any(ready.missing(category) for category in CATEGORIES)


def test_every_deployment_that_serves_is_told_with_what_was_measured(ready, prod):
    tested = {each.about: each.of for each in ready.proofs if each.kind == "loadTest"}
    assert set(tested) == {"/".join(key) for key in prod.serving}
    assert tested["primary/chat-v4"] == "gpt-5.5 2026-04-24 DataZoneStandard 150"


def test_a_number_stands_beside_its_limit_and_age(ready):
    said = lines(ready)
    assert "primary/chat-v4: load test, entry 7, 1 day old (counts 30)" in " ".join(said)
    assert any(re.fullmatch(r"p95, ms +2,140 +under 3,000", line) for line in said)
    assert any(
        re.fullmatch(r"forecast a month, EUR +48,000 +at most 60,000", line) for line in said
    )


def test_nothing_is_wider_than_a_terminal(ready, empty):
    for each in (ready, empty):
        assert max(map(len, dossier_text.as_text(each).splitlines())) <= 100


def test_without_evidence_every_lack_is_told_with_what_to_do(empty):
    assert not empty.is_ready
    assert not empty.awaits_only_approval
    assert "evidence/prod.yaml: nothing is recorded of prod yet" in lines(empty)
    lacks = [row for category in CATEGORIES for row in empty.missing(category)]
    assert {row.category for row in lacks} == {"quality", "performance", "operations", "business"}
    assert all("Fix: " in row.message for row in lacks)


def test_what_lacks_only_approval_awaits_a_decision(changed):
    recorded = read(changed.file)
    first = next(each.line for each in recorded if each.entry["kind"] == "approval")
    text = changed.file.read_text().splitlines(keepends=True)
    changed.file.write_text("".join(text[: first - 1]))
    found = compiled(changed, NOW)
    assert not found.is_ready
    assert found.awaits_only_approval
    assert "approvals are awaited" in dossier_page.as_page(found)


def test_an_edited_number_is_told_before_everything_else(changed):
    changed.file.write_text(changed.file.read_text().replace("p95Ms: 2140.5", "p95Ms: 1140.5", 1))
    found = compiled(changed, NOW)
    assert not found.is_ready
    said = "evidence/prod.yaml:1: entry 1 was changed after it was recorded. Fix: restore the file"
    assert lines(found)[1].startswith(said)
    assert said in dossier_page.as_page(found)


def test_what_is_too_old_is_marked(prod):
    found = compiled(prod, NOW + timedelta(days=14))
    old = {each.kind for each in found.proofs if not each.is_fresh}
    assert old == {"evaluation"}
    assert any("(counts 14), gpt-5.4 2026-03-05 TOO OLD" in line for line in lines(found))


def test_a_program_reads_the_same(ready, empty):
    answer = json.loads(json.dumps(dossier_text.as_json(ready), allow_nan=False))
    assert answer["verdict"] == "ready"
    assert list(answer["categories"]) == list(CATEGORIES)
    (p95,) = {
        (each["value"], each["bound"], each["limit"], each["holds"])
        for entry in answer["categories"]["performance"]["proofs"]
        for each in entry["figures"]
        if each["what"] == "p95, ms"
    }
    assert p95 == (2140.5, "under", 3000, True)
    assert dossier_text.as_json(empty)["verdict"] == "refused"


@pytest.mark.parametrize(
    ("value", "bound", "holds"),
    [
        (4.0, "over", False),
        (4.0, "at least", True),
        (4.0, "under", False),
        (4.0, "at most", True),
        (None, "at most", False),
        ("4", "at least", False),
        ("any", None, True),
        (None, None, False),
    ],
)
def test_a_limit_itself_is_within_or_not_as_it_says(value, bound, holds):
    assert Figure("any", value, bound, 4.0).holds == holds


def test_the_page_needs_nothing_from_elsewhere(ready, empty):
    for page in map(dossier_page.as_page, (ready, empty)):
        assert "<script" not in page
        assert not re.search(r"(src|href)=\"(?!https://wiki\.contoso\.com/)", page)
        assert "url(" not in page


def test_the_page_does_not_believe_what_it_prints(changed):
    text = changed.file.read_text().replace("Fred Finance", "<script>alert(1)</script>")
    changed.file.write_text(text)
    assert "<script>" not in dossier_page.as_page(compiled(changed, NOW))


def test_a_stack_that_cannot_be_judged_has_no_dossier(changed):
    (changed.root / "Pulumi.prod.yaml").write_text("config: {}")
    with pytest.raises(NoDossier, match=r"Pulumi\.prod\.yaml is wrong"):
        compiled(changed, NOW)
