"""What a run leaves beside its rows: for programs, build servers, pull requests and people."""

import io
import json
import math
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator
from rich.console import Console

from components.stack_file import ROOT
from scripts.evaluate import outputs
from scripts.evaluate.report import report
from scripts.evaluate.row import Row, Unjudged
from scripts.evaluate.table import print_report
from scripts.exit import Exit
from tests.evaluate import folders
from tests.evaluate.rows import enough, item, row, rows

HOSTILE = "<script>alert(1)</script> | \x00 ]]>"


@pytest.fixture
def written(tmp_path):
    """A run that failed in every way there is, and its files."""
    bad = [
        row("weak", scores={"relevance": 2}, query=HOSTILE),
        row("blocked", outcome="filtered"),
        row("lost", outcome="server"),
        row("silent", scores={"fluency": Unjudged(reason=HOSTILE)}),
        row("uncited", checks={"citation": False}),
    ]
    found = [*bad, *enough()[5:]]
    kept = folders.run(tmp_path, found)
    outputs.write(kept, report(kept))
    return kept.folder


def text(folder, name):
    return (folder / name).read_text(encoding="utf-8")


def test_a_program_reads_everything_of_it(written):
    told = json.loads(text(written, "evaluation.json"))
    assert (told["schema"], told["exit_code"]) == ("plumb.evaluation/1", 0)
    assert told["dataset"]["name"] == "cora"
    assert told["measured"]["metrics"]["groundedness"]["mean"] == 5
    found = {each["id"]: (each["mark"], each["faults"], each["gaps"]) for each in told["rows"]}
    assert found["weak"] == ("fail", ["relevance 2"], [])
    assert found["blocked"] == ("fail", ["blocked by the content filter"], [])
    assert found["lost"] == ("unknown", [], ["no answer: server"])
    assert found["silent"] == ("unknown", [], ["fluency"])
    assert found["uncited"] == ("fail", ["citation"], [])
    assert told["cost"]["judge"]["currency"] == "USD"


@pytest.mark.parametrize(
    "found",
    [
        enough(),
        [row("q", judged=False)],
        [Row(item=item())],
        [row("q", context="", outcome="server"), row("r", outcome="filtered")],
        [row("q", scores=math.nan, harms=Unjudged(reason="no JSON"))],
    ],
)
@pytest.mark.parametrize("more", [{}, {"recorded": {"fluency": 4.5}}])
def test_every_answer_to_a_program_is_of_the_documented_schema(tmp_path, found, more):
    kept = folders.run(tmp_path, found, beside=[] if more else found, **more)
    outputs.write(kept, report(kept))
    told = json.loads(text(kept.folder, "evaluation.json"))
    schema = json.loads((ROOT / "docs/schemas/evaluation-1.json").read_text())
    Draft202012Validator.check_schema(schema)
    assert [each.message for each in Draft202012Validator(schema).iter_errors(told)] == []


def test_a_build_server_reads_the_verdict_and_the_rows(written):
    root = ElementTree.fromstring(text(written, "junit.xml"))
    verdict, answers = root.findall("testsuite")
    assert verdict.get("failures") == verdict.get("errors") == "0"
    assert answers.get("tests") == "200"
    assert answers.get("skipped") == "2"


def test_a_page_shows_what_fails_and_runs_nothing_of_it(written):
    page = text(written, "report.html")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "http" not in page.replace("http-equiv", "")
    open_tags = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            if tag not in ("meta", "line", "rect", "circle"):
                open_tags.append(tag)

        def handle_endtag(self, tag):
            if tag in open_tags:
                assert open_tags.pop() == tag

    Reader().feed(page)
    assert open_tags == []


def test_a_pull_request_is_told_what_fails_in_cells_that_hold(written):
    lines = text(written, "report.md").splitlines()
    assert lines[0] == "## primary/chat-v4: it answers well enough"
    assert "* `weak`: relevance 2" in lines
    cells = [line for line in lines if line.startswith("| ok")]
    assert cells
    assert all(line.count("|") - line.count("\\|") == 4 for line in cells)


def test_a_terminal_of_a_hundred_columns_is_enough(written):
    out = io.StringIO()
    print_report(report(folders.Kept(written)), Console(file=out, width=100, highlight=False))
    shown = out.getvalue()
    assert max(map(len, shown.splitlines())) <= 100
    assert shown.rstrip().endswith("primary/chat-v4: it answers well enough")
    assert "weak does not pass: relevance 2" in shown


def test_what_is_left_open_can_be_typed_as_it_stands(tmp_path):
    found = report(folders.run(tmp_path, [*enough()[20:], *rows(20, "late", judged=False)]))
    out = io.StringIO()
    print_report(found, Console(file=out, width=40, highlight=False))
    again = f"Next: plumb evaluate --stack {found.plan.stack} --again {found.plan.run_id}"
    assert out.getvalue().splitlines()[-1] == again


def test_a_failure_is_one_of_the_build(tmp_path):
    kept = folders.run(tmp_path, rows(20, scores=1))
    found = report(kept)
    outputs.write(kept, found)
    assert found.code == Exit.NO
    root = ElementTree.fromstring(text(kept.folder, "junit.xml"))
    [verdict, _] = root.findall("testsuite")
    assert int(verdict.get("failures", "0")) >= 5
    assert int(verdict.get("errors", "0")) >= 1


def test_a_model_without_a_price_costs_nobody_knows_what(tmp_path):
    odd = folders.Model(
        stack="staging",
        account="primary",
        deployment="odd-v1",
        model="odd",
        version="1",
        sku="Standard",
        location="nowhere",
    )
    found = report(folders.run(tmp_path, rows(1), target=odd))
    assert found.spent["target"].money is None
    assert "no price is known for odd 1" in found.as_json()["cost"]["target"]["problem"]
