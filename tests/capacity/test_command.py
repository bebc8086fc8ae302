"""`plumb capacity plan` as a person types it, without a cloud."""

import json

import pytest
from typer.testing import CliRunner

from scripts.capacity.evidence import Inputs, claims
from scripts.capacity.peak import Peak
from scripts.capacity.recompute import recompute
from scripts.cli import app
from tests.capacity.test_demand import ENTRY

PEAK = ("--rpm", "60", "--prompt", "600", "--max-output", "200")
PLAN = ("capacity", "plan", "--stack", "prod", "--route", "chat", "--offline")


@pytest.fixture
def plumb(monkeypatch, tmp_path):
    monkeypatch.setattr("components.stack_file.ROOT", tmp_path)
    for name in ("ARM_SUBSCRIPTION_ID", "AZURE_SUBSCRIPTION_ID"):
        monkeypatch.delenv(name, raising=False)
    return lambda *words: CliRunner().invoke(app, words)


def test_enough_is_0_and_not_enough_is_1(plumb):
    assert plumb(*PLAN, *PEAK, "--quota", "1000").exit_code == 0
    short = plumb(*PLAN, "--rpm", "600", *PEAK[2:], "--quota", "10000")
    assert short.exit_code == 1
    assert "Fix: capacity: 576" in short.stdout


def test_a_quota_that_nobody_tells_is_3(plumb):
    done = plumb(*PLAN, *PEAK)
    assert done.exit_code == 3
    assert "quota of swedencentral" in done.stdout


def test_no_demand_is_3_and_says_what_to_type(plumb):
    done = plumb(*PLAN)
    assert done.exit_code == 3
    assert "Fix: --rpm, --prompt, --max-output" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((*PLAN[:3], "nowhere", "--offline"), "nowhere"),
        ((*PLAN[:4], "--route", "none", "--offline"), "Fix: --route chat, triage"),
        ((*PLAN[:4], *PEAK, "--offline"), "Fix: --route, one of chat, triage"),
        ((*PLAN, *PEAK, "--plan-url", "https://contoso.com"), "--reviewed-by"),
        ((*PLAN, *PEAK, "--rpm", "-1"), "rpm"),
        ((*PLAN, *PEAK, "--rpm", "1e308"), "rpm"),
        ((*PLAN, *PEAK, "--prompt", "1e308"), "prompt"),
        ((*PLAN, *PEAK, "--growth", "1e300"), "growth"),
        ((*PLAN, *PEAK, "--quota", "inf"), "quota"),
        ((*PLAN, *PEAK, "--deadline", "0"), "seconds, above 0"),
        ((*PLAN, "--record"), "nothing to record"),
        ((*PLAN, "--from-load", "nowhere"), "name the folder of a load run"),
        ((*PLAN[:-1], *PEAK), "no subscription is named"),
    ],
)
def test_wrong_use_is_2_and_says_what_to_do(plumb, words, said):
    done = plumb(*words)
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.output


def test_json_alone_is_on_stdout(plumb):
    told = json.loads(plumb(*PLAN, *PEAK, "--quota", "1000", "--json").stdout)
    assert (told["schema"], told["exit_code"]) == ("plumb.capacity/1", 0)
    (route,) = told["routes"]
    assert (route["capacity_planned"], route["needs"]["TPM"]) == (58, pytest.approx(57_600))
    assert len(route["growth"]["months"]) == 13


def test_the_page_needs_nothing_from_elsewhere(plumb, tmp_path):
    plumb(*PLAN, *PEAK, "--quota", "100", "--html", str(tmp_path / "plan.html"))
    text = (tmp_path / "plan.html").read_text()
    assert "<svg" in text and "quota ends" in text
    assert "http" not in text and "<script" not in text


def test_help_says_what_to_type(plumb):
    text = plumb("capacity", "plan", "--help").stdout
    assert "Examples:" in text
    assert "range>" not in text and "<str>" not in text
    assert max(map(len, text.splitlines())) <= 100


def test_a_page_that_cannot_be_written_is_2(plumb, tmp_path):
    done = plumb(*PLAN, *PEAK, "--quota", "1000", "--html", str(tmp_path / "no" / "plan.html"))
    assert (done.exit_code, "Traceback" in done.output) == (2, False)


def test_who_is_interrupted_gets_no_verdict(plumb, monkeypatch):
    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("scripts.capacity.knowing.known", interrupted)
    assert plumb(*PLAN, *PEAK, "--quota", "1000").exit_code == 3


def test_a_dry_run_records_nothing(plumb, tmp_path):
    done = plumb(*PLAN, *PEAK, "--quota", "1000", "--record", "--dry-run")
    assert "would record demand of chat" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_review_makes_an_old_demand_no_younger(plumb, tmp_path):
    evidence = tmp_path / "evidence" / "prod.yaml"
    evidence.parent.mkdir()
    evidence.write_text(ENTRY.format(seq=1, route="chat", rpm=60))
    review = ("--plan-url", "https://contoso.com/plan", "--reviewed-by", "Ada")
    done = plumb(*PLAN, "--quota", "1000", "--record", *review, "--dry-run")
    assert "would record capacityPlan" in done.stderr
    assert "demand" not in done.stderr


def test_evidence_is_made_again_from_what_was_kept(tmp_path):
    given = Inputs(
        stack="prod",
        as_of="2026-11-21T00:00:00Z",
        months=12,
        peaks={"chat": Peak(requests=60, prompt_tokens=600, declared_output=200, source="options")},
        plan_url="https://contoso.com/plan",
        reviewed_by="Ada",
    )
    (tmp_path / "inputs.json").write_text(given.model_dump_json())
    demand, review = claims(given)
    assert recompute(tmp_path) == {
        "demand": {"chat": dict(demand.data)},
        "capacityPlan": dict(review.data),
    }
    assert demand.data["growthMonths"] == 12


def test_no_line_is_wider_than_a_hundred_columns(plumb):
    done = plumb(*PLAN, *PEAK, "--output", "100", "--quota", "100")
    assert max(map(len, done.stdout.splitlines())) <= 100
