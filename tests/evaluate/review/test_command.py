"""`plumb review` over the folder of a run."""

import csv
import json
from datetime import UTC, datetime

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from components import stack_file
from scripts.evaluate import dataset
from scripts.evaluate.kept import Kept, Model, Plan
from scripts.evaluate.review.command import app
from scripts.evaluate.review.recompute import recompute
from scripts.exit import Exit
from scripts.readiness import proven as proven_run
from tests.evaluate.rows import rows

SCHEMA = stack_file.ROOT / "docs" / "schemas" / "review-1.json"
IDENTITY = {"model": "gpt-5.5", "version": "1", "filterSha256": "f", "promptSha256": "p"}


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setattr(stack_file, "ROOT", tmp_path)
    return tmp_path


@pytest.fixture
def run(root):
    """A run of 40 answers that the judge finds good, and 10 that it does not."""
    return begin(root, [*rows(40, "g"), *rows(10, "b", scores=2)])


def begin(root, asked, identity=None):
    content = "".join(f"{row.item.model_dump_json()}\n" for row in asked).encode()
    model = Model(
        stack="staging",
        account="primary",
        deployment="chat-v4",
        model="gpt-5.5",
        version="1",
        sku="Standard",
        location="here",
    )
    plan = Plan(
        run_id="run-1",
        began_at=datetime(2026, 11, 22, tzinfo=UTC),
        stack="staging",
        profile="prod",
        groundedness=4.0,
        dataset="d",
        dataset_sha256=dataset.parse(content.decode(), "d", "d", {}).sha256,
        target=model,
        baseline=None,
        judge=model,
        most_tokens=500,
        identity=identity,
    )
    kept = Kept(root / ".plumb" / "runs" / "run-1")
    kept.begin(plan, content)
    for row in asked:
        kept.add_answer("target", row.answer)
        if row.judged:
            kept.add_judged("target", row.judged)
    return kept


def plumb(*words):
    return CliRunner().invoke(app, [str(each) for each in words])


def filled(run, rate):
    """The sheet as it comes back; `rate` makes a rating of what the judge thinks."""
    sheet = run.folder / "review" / "sheet.csv"
    key = json.loads((run.folder / "review" / "key.json").read_text())
    judges = {str(line["number"]): line["judge"] for line in key["lines"]}
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    back = run.folder / "back.csv"
    with back.open("w", newline="") as file:
        writer = csv.DictWriter(file, lines[0])
        writer.writeheader()
        writer.writerows(line | {"good": rate(judges[line["number"]])} for line in lines)
    return back


def agrees(judge):
    return "yes" if judge == "good" else "no"


def test_a_sheet_is_written_in_both_forms_and_says_how_much_it_will_tell(run):
    done = plumb("export", "run-1", "--sample", 20)
    assert done.exit_code == Exit.YES
    assert "20 of 50 judged answers" in done.output
    assert {each.name for each in (run.folder / "review").iterdir()} == {
        "key.json",
        "page.html",
        "sheet.csv",
    }


def test_people_who_agree_make_a_review_that_can_be_made_again(run, root):
    plumb("export", "run-1")
    back = filled(run, agrees)
    done = plumb("import", "run-1", "--ratings", back, "--json")
    told = json.loads(done.output)
    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(told)
    assert (told["kappa"], told["pass_share"], done.exit_code) == (1, 0.8, Exit.NO)
    [folder] = (root / ".plumb" / "runs").glob("*-review-*")
    again = recompute(folder)
    assert (again["kappa"], again["passShare"]) == (1, 0.8)
    assert again["sheetSha256"] == told["sheet_sha256"]


def test_all_mistakes_of_a_sheet_are_said_and_nothing_is_kept(run, root):
    plumb("export", "run-1", "--sample", 7)
    done = plumb("import", "run-1", "--ratings", filled(run, lambda _: "maybe"))
    assert done.exit_code == Exit.WRONG_USE
    assert done.output.count("Fix: yes, no or ?") == 7
    assert not list((root / ".plumb" / "runs").glob("*-review-*"))


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("export", "none"), Exit.WRONG_USE, "holds no evaluation"),
        (("import", "run-1", "--ratings", "none.csv"), Exit.WRONG_USE, "has no sheet"),
    ],
)
def test_what_is_not_there_is_said_with_a_way_out(run, words, code, said):
    done = plumb(*words)
    assert (done.exit_code, said in done.output, "Fix: " in done.output) == (code, True, True)


def test_a_file_that_is_not_there_is_no_traceback(run):
    plumb("export", "run-1")
    done = plumb("import", "run-1", "--ratings", "none.csv")
    assert done.exit_code == Exit.WRONG_USE
    assert "none.csv: No such file" in done.output


def test_a_run_that_nobody_judged_has_nothing_to_read(root):
    begin(root, rows(5, judged=False))
    assert plumb("export", "run-1").exit_code == Exit.CANNOT_TELL


def test_what_was_judged_anew_is_read_anew(run):
    plumb("export", "run-1")
    back = filled(run, agrees)
    for row in rows(40, "g", scores=1):
        run.add_judged("target", row.judged)
    done = plumb("import", "run-1", "--ratings", back)
    assert done.exit_code == Exit.WRONG_USE
    assert "judged again after the sheet was made" in done.output


def test_a_run_without_identity_proves_nothing(run):
    plumb("export", "run-1")
    done = plumb("import", "run-1", "--ratings", filled(run, agrees), "--record")
    assert done.exit_code == Exit.WRONG_USE
    assert "was made without --record" in done.output


class Declared:
    """What the stack declares now."""

    def __init__(self, identity):
        self._identity = identity
        self.measured = self

    def identity(self, account, deployment):
        return self

    def written(self):
        return self._identity


@pytest.fixture
def recorded(monkeypatch):
    """What is recorded, of what is declared as `now`."""
    kept = []
    now = dict(IDENTITY)
    monkeypatch.setattr("scripts.opened.open_stack", lambda stack: stack)
    monkeypatch.setattr(proven_run, "as_declared", lambda *_, **__: Declared(now))
    monkeypatch.setattr(proven_run, "keep", lambda *given, **more: kept.append((given, more)))
    return kept, now


def reviewed(root, rate):
    run = begin(root, [*rows(95, "g"), *rows(5, "b", scores=2)], IDENTITY)
    plumb("export", "run-1")
    return plumb("import", "run-1", "--ratings", filled(run, rate), "--record-for", "prod")


def test_a_good_review_is_evidence_of_what_was_read(root, recorded):
    assert reviewed(root, agrees).exit_code == Exit.YES
    [((_, target, kind, data, folder), more)] = recorded[0]
    assert (target, kind, more["tool"]) == ("primary/chat-v4", "humanReview", "plumb review")
    assert data == recompute(folder)


@pytest.mark.parametrize(
    ("rate", "code"), [(lambda _: "no", Exit.NO), (lambda _: "yes", Exit.CANNOT_TELL)]
)
def test_no_other_review_is_ever_evidence(root, recorded, rate, code):
    assert reviewed(root, rate).exit_code == code
    assert recorded[0] == []


def test_answers_of_another_version_are_no_evidence_of_this_one(root, recorded):
    recorded[1]["version"] = "2"
    done = reviewed(root, agrees)
    assert done.exit_code == Exit.WRONG_USE
    assert "with version 1, not 2" in done.output
    assert recorded[0] == []
