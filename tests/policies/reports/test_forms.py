"""What holds of every form in which the gate answers."""

import json
from pathlib import Path

import pytest

from components.stack_file import ROOT
from policies.comparison import Comparison
from policies.registry import RULES
from policies.report import Report
from scripts.readiness.forms import ENDINGS, UnknownForm, form_of, write, written
from tests.policies.reports.sample import SECRET, one_of_everything, report

FORMS = sorted(set(ENDINGS.values()))
PEOPLE = ["html", "markdown", "table"]


def text(form, of=None):
    return written(form, of or one_of_everything(), None, RULES)


@pytest.mark.parametrize("form", FORMS)
def test_equal_input_gives_equal_bytes(form):
    assert text(form) == text(form)


@pytest.mark.parametrize("form", FORMS)
def test_no_form_holds_a_secret_a_path_of_this_machine_or_its_own_time(form):
    said = text(form)
    assert SECRET not in said
    assert "(hidden)" in said
    assert str(ROOT) not in said
    assert "T09:00" not in said  # the moment as of which was judged


@pytest.mark.parametrize("form", FORMS)
def test_every_form_shows_what_is_open_waived_and_expired(form):
    said = text(form)
    for rule in ("account-public-network-restricted", "account-local-auth-disabled"):
        assert rule in said
    assert "2026-11-25" in said  # until when one is waived
    assert "expired 2026-11-20" in " ".join(said.replace("\\", "").split())


@pytest.mark.parametrize("form", FORMS)
def test_every_form_says_what_could_not_be_told(form):
    assert "properties.model.version" in text(form).replace("\\", "")


@pytest.mark.parametrize("form", PEOPLE)
def test_people_are_told_of_a_waiver_that_is_of_no_use(form):
    said = " ".join(text(form).replace("\\", "").split())
    assert "at 'nothing' matches nothing in prod" in said.replace("&#39;", "'")


@pytest.mark.parametrize("form", FORMS)
def test_every_form_can_say_that_all_is_well(form):
    assert text(form, report())


def test_the_ending_of_a_file_tells_its_form():
    assert {form_of(Path(f"x{ending}"), None) for ending in ENDINGS} == set(FORMS)
    assert form_of(Path("x.sarif"), "json") == "sarif"
    assert form_of(Path("results"), "sarif") == "sarif"
    with pytest.raises(UnknownForm, match=r"results to be\? Fix: a name that ends in one of \.txt"):
        form_of(Path("results"), None)


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    there = tmp_path / "report.md"
    there.write_text("as it was")
    with pytest.raises(UnicodeError):
        write(there, "\ud800")
    assert there.read_text() == "as it was"
    write(tmp_path / "new" / "folder" / "a.md", "text")
    assert (tmp_path / "new" / "folder" / "a.md").read_text() == "text"


@pytest.mark.parametrize(
    ("file", "form"), [("check-1.json", Report), ("compare-1.json", Comparison)]
)
def test_the_documented_schema_is_that_of_the_report(file, form):
    documented = json.loads((ROOT / "docs" / "schemas" / file).read_text())
    assert documented == form.model_json_schema()


def test_a_report_reads_back_as_it_was_written():
    whole = one_of_everything()
    assert Report.model_validate_json(whole.text()) == whole


def test_a_report_says_which_schema_it_has_first():
    assert next(iter(json.loads(text("json")))) == "schema"
    assert json.loads(text("json"))["schema"] == "plumb.check/1"


def test_a_report_tells_what_became_of_each_waiver():
    prod, _ = one_of_everything().stacks
    standing = {row.rule: (row.status, row.waiver and row.waiver.owner) for row in prod.findings}
    assert standing["account-local-auth-disabled"] == ("waived", "kim@contoso.com")
    assert standing["account-custom-subdomain"] == ("expired", "kim@contoso.com")
    assert standing["account-public-network-restricted"] == ("open", None)
    assert (prod.counts.mandatory, prod.counts.waived) == (4, 1)


def test_two_faults_of_one_resource_are_two_findings():
    addresses = ("account", "properties.networkAcls.ipRules", [{"value": "0.0.0.0/0"}])
    public = ("account", "properties.publicNetworkAccess", "Enabled")
    (stack,) = report(addresses, public).stacks
    assert len({(row.rule, row.resource.name) for row in stack.findings}) == 1
    assert len({row.fingerprint for row in stack.findings}) == len(stack.findings) > 1
