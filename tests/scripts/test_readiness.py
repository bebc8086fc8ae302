"""`plumb readiness` as a person runs it: what it says, what it writes, what it answers."""

import json
import subprocess
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import get_args

import pytest
import yaml
from typer.testing import CliRunner

from components import stack_file
from components.evidence_file import read
from components.evidence_kinds import KINDS, Person, Role
from scripts import short_lived
from scripts.cli import app
from scripts.exit import Exit
from scripts.readiness import command as readiness
from scripts.readiness import declared, run_folder, signed_in
from tests import proof
from tests.components.evidence_examples import DATA
from tests.scripts.conftest import NOW

ADA = Person(id="00000000-0000-4000-8000-000000000001", name="Ada", upn="ada@contoso.com")


@dataclass
class Here:
    """A checkout to run the command in, and who runs it."""

    folder: object

    @property
    def file(self):
        return self.folder / "evidence" / "prod.yaml"

    def plumb(self, *words, code=Exit.YES):
        done = CliRunner().invoke(app, ["readiness", *map(str, words)])
        assert done.exit_code == code, done.output
        return done.stdout if code == Exit.YES else done.output

    def commit(self, author, text="any"):
        identity = ["-c", "user.name=any", "-c", "user.email=any@any"]
        self.git(*identity, "add", "--all")
        self.git(*identity, "commit", "--quiet", "--author", author, "--message", text)

    def git(self, *words):
        subprocess.run(["git", *words], cwd=self.folder, check=True, capture_output=True)

    def spoil(self, before, after):
        text = self.file.read_text()
        assert before in text
        self.file.write_text(text.replace(before, after, 1))


@pytest.fixture
def here(tmp_path, prod, monkeypatch):
    """A fresh checkout, with nothing recorded."""
    folder = proof.checkout(tmp_path / "plumbline")
    (folder / ".gitignore").write_text(".plumb/\n")
    as_it_is = (folder / "Pulumi.prod.yaml").read_bytes()
    really = declared.declared

    def known(stack, root, git_sha):
        """What the program would say of a stack file that nobody has changed."""
        if (root / f"Pulumi.{stack}.yaml").read_bytes() == as_it_is:
            return replace(prod, root=root)
        return really(stack, root, git_sha)

    monkeypatch.setattr(declared, "declared", known)
    monkeypatch.setattr(stack_file, "ROOT", folder)
    monkeypatch.setattr(short_lived, "in_a_process_of_its_own", lambda: None)
    monkeypatch.setattr(signed_in, "whoever_runs_this", lambda: ADA)
    monkeypatch.setattr(readiness, "_now", lambda: NOW)
    return Here(folder)


@pytest.fixture
def recorded(here, proven):
    """The same with a complete record of prod."""
    here.file.parent.mkdir()
    here.file.write_bytes((proven / "evidence" / "prod.yaml").read_bytes())
    return here


@pytest.fixture
def run(here, prod):
    """The folder of a load test of prod."""
    result = next(each for each in proof.results(prod, NOW) if each.kind == "loadTest")
    folder = here.folder / ".plumb" / "runs" / "load-1"
    run_folder.write(folder, result)
    return folder


def declare(here, kind="cost", **changes):
    file = here.folder / "data.yaml"
    file.write_text(yaml.safe_dump(DATA[kind] | changes))
    return file


def test_a_run_is_recorded(here, run):
    said = here.plumb("record", "loadTest", "--stack", "prod", "--from", run)
    (entry,) = (each.entry for each in read(here.file))
    assert "loadTest of primary/chat-reserved is entry 1 of evidence/prod.yaml" in said
    assert entry["hash"] in said


def test_a_declaration_is_recorded(here):
    source = declare(here, "demand")
    words = ("record", "demand", "--stack", "prod", "--route", "chat", "--from", source)
    said = here.plumb(*words, "--json")
    answer = json.loads(said)
    assert answer["written"]
    assert answer["entries"] == [each.entry for each in read(here.file)]


def test_a_dry_run_writes_nothing(here):
    words = ("record", "cost", "--stack", "prod", "--from", declare(here), "--dry-run")
    assert "cost of prod would be entry 1" in here.plumb(*words)
    assert not json.loads(here.plumb(*words, "--json"))["written"]
    assert not here.file.exists()


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("record", "price", "--from", "x"), Exit.WRONG_USE, "'price' is not one of"),
        (("record", "approval", "--from", "x"), Exit.WRONG_USE, "'approval' is not one of"),
        (("record", "cost", "--from", "none.yaml"), Exit.WRONG_USE, "none.yaml: "),
        (("record", "loadTest", "--from", "none"), Exit.WRONG_USE, "none holds no result.json"),
        (("approve", "--role", "boss", "--ticket", "1"), Exit.WRONG_USE, "'boss' is not one of"),
        (("approve", "--role", "product", "--ticket", "1"), Exit.NO, "with successMetrics"),
    ],
)
def test_a_mistake_is_told_with_what_to_do(here, words, code, message):
    said = here.plumb(*words, "--stack", "prod", code=code)
    assert message in said
    assert not here.file.exists()


def test_numbers_that_are_measured_come_from_no_file_of_ones_own(here):
    source = declare(here, "loadTest")
    said = here.plumb(
        "record", "loadTest", "--stack", "prod", "--from", source, code=Exit.WRONG_USE
    )
    assert "Fix: name the folder of a run" in said


def test_a_run_of_another_kind_is_named(here, run):
    words = ("record", "evaluation", "--stack", "prod", "--from", run)
    assert "Fix: plumb readiness record loadTest" in here.plumb(*words, code=Exit.WRONG_USE)


def test_a_stack_that_cannot_be_read_is_told(here):
    (here.folder / "Pulumi.prod.yaml").write_text("config: {}")
    said = here.plumb("verify", "--stack", "prod", code=Exit.WRONG_USE)
    assert "Pulumi.prod.yaml is wrong" in said


def test_whoever_is_signed_in_approves(here):
    said = here.plumb("approve", "--stack", "prod", "--role", "security", "--ticket", "CHG-1")
    assert "approval of security is entry 1" in said
    assert "covers primary/chat-v4: gpt-5.5 2026-04-24 DataZoneStandard 150\n" in said
    (entry,) = (each.entry for each in read(here.file))
    assert entry["data"]["by"] == ADA.written()


def test_nobody_approves_for_two_roles(here):
    here.plumb("approve", "--stack", "prod", "--role", "security", "--ticket", "CHG-1")
    words = ("approve", "--stack", "prod", "--role", "operations", "--ticket", "CHG-1")
    assert "Ada has approved for security already" in here.plumb(*words, code=Exit.NO)
    assert len(read(here.file)) == 1


@pytest.mark.parametrize(
    ("error", "code"),
    [(signed_in.NotSignedIn, Exit.NOT_REACHED), (signed_in.NoPerson, Exit.NO)],
)
def test_nobody_approves_without_a_name(here, monkeypatch, error, code):
    def refuse():
        raise error("nobody")

    monkeypatch.setattr(signed_in, "whoever_runs_this", refuse)
    here.plumb("approve", "--stack", "prod", "--role", "security", "--ticket", "1", code=code)
    assert not here.file.exists()


def test_nothing_recorded_is_no_answer(here):
    said = here.plumb("verify", code=Exit.CANNOT_TELL)
    assert "evidence/prod.yaml: nothing is recorded of prod yet" in said


def test_a_whole_record_is_verified(recorded):
    said = recorded.plumb("verify", "--stack", "prod")
    assert "entries, each as it was recorded; head " in said
    answer = json.loads(recorded.plumb("verify", "--stack", "prod", "--json"))
    assert answer["whole"]
    assert answer["stacks"][0]["problems"] == []


def test_an_edited_number_is_named_with_its_line(recorded):
    recorded.spoil("p95Ms: 2140.5", "p95Ms: 1140.5")
    said = recorded.plumb("verify", code=Exit.NO)
    assert "evidence/prod.yaml:1: entry 1 was changed after it was recorded. Fix: restore" in said


def test_a_file_that_cannot_be_read_is_told(recorded):
    recorded.file.write_text("- {a: 1}\n- {")
    assert "evidence/prod.yaml:3: not YAML" in recorded.plumb("verify", code=Exit.NO)


def test_nothing_is_recorded_in_a_file_that_cannot_be_read(recorded):
    recorded.file.write_text("- {")
    stack = recorded.folder / "Pulumi.prod.yaml"
    stack.write_text(f"{stack.read_text()}\n# the program is run, and cannot read it either\n")
    words = ("record", "cost", "--stack", "prod", "--from", declare(recorded))
    assert "prod.yaml:2: not YAML" in recorded.plumb(*words, code=Exit.NO)


def test_evidence_of_another_model_is_named(recorded):
    stack = recorded.folder / "Pulumi.prod.yaml"
    text = stack.read_text()
    stack.write_text(
        text.replace('gpt-5.5, version: "2026-04-24"', 'gpt-5.4, version: "2026-03-05"')
    )
    said = recorded.plumb("verify", "--stack", "prod", code=Exit.NO)
    assert "loadTest of primary/chat-v4, is about model gpt-5.5, and prod declares gpt-5.4" in said
    assert "evaluation of primary/chat-v4, is about version 2026-04-24" in said
    assert "chat-v3" not in said


def test_how_old_evidence_may_be_is_left_to_the_gate(recorded, monkeypatch):
    monkeypatch.setattr(readiness, "_now", lambda: NOW + timedelta(days=100))
    words = ("verify", "--stack", "prod")
    assert "(limit 14)" in recorded.plumb(*words, code=Exit.NO)
    recorded.plumb(*words, "--recorded-only")
    recorded.spoil("p95Ms: 2140.5", "p95Ms: 1140.5")
    recorded.plumb(*words, "--recorded-only", code=Exit.NO)


@pytest.fixture
def released(recorded):
    """The same in git, on a branch that has been released."""
    recorded.git("init", "--quiet", "--initial-branch", "main")
    recorded.commit("Eve <eve@contoso.com>")
    recorded.git("branch", "released")
    return recorded


def verify(here, code=Exit.YES):
    """As CI does."""
    words = ("verify", "--stack", "prod", "--recorded-only", "--against", "released")
    return here.plumb(*words, code=code)


def test_more_entries_are_no_rewriting(released):
    released.plumb("record", "cost", "--stack", "prod", "--from", declare(released))
    released.commit("Eve <eve@contoso.com>")
    verify(released)


def test_what_was_cut_off_is_found_against_the_branch(released):
    released.file.write_text(released.file.read_text().rpartition("- seq:")[0])
    released.plumb("verify", "--stack", "prod")
    assert "is gone, and whatever came after it" in verify(released, Exit.NO)


def test_a_record_that_is_gone_is_found_against_the_branch(released):
    released.file.unlink()
    assert "entry 1 is gone, and whatever came after it" in verify(released, Exit.NO)


@pytest.mark.parametrize("author", ["Any <Ada@Contoso.com>", "Ada <ada@home.example>"])
def test_nobody_approves_their_own_change(released, author):
    (released.folder / "Pulumi.dev.yaml").write_text("changed")
    released.commit(author)
    released.plumb("approve", "--stack", "prod", "--role", "finance", "--ticket", "CHG-2")
    released.commit("Eve <eve@contoso.com>")
    assert "Ada approved their own change" in verify(released, Exit.NO)


def test_whoever_approves_may_commit_the_approval(released):
    (released.folder / "Pulumi.dev.yaml").write_text("changed")
    released.commit("Eve <eve@contoso.com>")
    released.plumb("approve", "--stack", "prod", "--role", "finance", "--ticket", "CHG-2")
    released.commit("Ada <ada@contoso.com>")
    verify(released)


def test_a_branch_that_is_not_there_is_told(released):
    words = ("verify", "--stack", "prod", "--against", "nowhere")
    assert "git rev-parse" in released.plumb(*words, code=Exit.WRONG_USE)


def test_an_earlier_copy_may_be_a_file(recorded):
    copy = recorded.folder / "copy.yaml"
    copy.write_bytes(recorded.file.read_bytes())
    recorded.plumb("verify", "--stack", "prod", "--against", copy)
    recorded.file.write_text(recorded.file.read_text().rpartition("- seq:")[0])
    recorded.plumb("verify", "--stack", "prod", "--against", copy, code=Exit.NO)


def test_all_that_is_recorded_and_every_role_can_be_typed():
    assert set(get_args(readiness.Recordable)) == KINDS.keys() - {"approval"}
    assert get_args(readiness.Role) == get_args(Role)


def test_the_report_answers_what_the_gate_would(here, recorded):
    page = here.folder / "page.html"
    here.plumb("report", "--stack", "prod", "--html", page)
    assert page.read_text().startswith("<!doctype html>")
    assert json.loads(here.plumb("report", "--stack", "prod", "--json"))["verdict"] == "ready"
    here.file.unlink()
    assert "nothing is recorded" in here.plumb("report", "--stack", "prod", code=Exit.NO)
