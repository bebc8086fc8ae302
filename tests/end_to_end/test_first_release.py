"""From a fresh clone to a deployed prod, by what the gate says and by nothing else.

Forty minutes, since a load test that counts takes a quarter of one: `make story`.
"""

import json
import re
from importlib import import_module

import pytest
import yaml

from tests.end_to_end.person import ORDER, Person

pytestmark = [pytest.mark.engine, pytest.mark.story, pytest.mark.timeout(5400)]

PHASES = len(ORDER) + 1
"""One to spare."""

RECOMPUTE = {
    "loadTest": "scripts.load.recompute",
    "evaluation": "scripts.evaluate.recompute",
    "humanReview": "scripts.evaluate.review.recompute",
}
DECLARED = ("rollback", "approval")
"""By people: the watch was in somebody's hand."""


JUDGING = """
    judging:
      preset: lenient
      adjust: [{ filter: Jailbreak, source: Prompt, enabled: false, blocking: false }]
"""
JUDGE = """
        judge-v1: { model: gpt-4.1, version: "2025-04-14", sku: GlobalStandard, capacity: 200,
                    content_filter: judging }
"""


@pytest.fixture(scope="module")
def prod(project):
    """Prod in name only, staging as large as prod is to be, and a judge in dev."""
    project.create("prod")
    file = project.folder / "Pulumi.dev.yaml"
    text = file.read_text().replace("content_filters:\n", f"content_filters:{JUDGING}", 1)
    file.write_text(text.replace("deployments:\n", f"deployments:{JUDGE}", 1))
    project.deploy("dev")
    file = project.folder / "Pulumi.staging.yaml"
    text = re.sub(r"(DataZoneStandard, capacity): \d+", r"\1: 150", file.read_text())
    file.write_text(re.sub(r"(sku: Standard\s+capacity): \d+", r"\1: 50", text))
    project.deploy("staging")
    return project


UP = ("up", "--stack", "prod", "--yes", "--policy-pack", "policies", "--suppress-outputs")


@pytest.fixture(scope="module")
def person(prod):
    return Person(prod)


@pytest.fixture(scope="module")
def refused(prod, person):
    said = prod.pulumi(*UP)
    person.keep("make up stack=prod", said)
    return said


@pytest.fixture(scope="module")
def released(person, refused):
    """Everything done that the gate asked for."""
    for _ in range(PHASES):
        if not person.work_off("prod"):
            return person
    raise AssertionError(f"still asked for: {person.asked('prod')}")


def test_prod_is_refused_before_anything_was_measured(refused, azure):
    assert refused.code != 0
    assert not any("prod" in each for each in azure.ids())


def test_who_does_what_the_gate_says_ends_at_a_green_gate(prod, released):
    assert prod.checked("prod") == (0, set())
    assert prod.judged("prod") == (0, set())


def test_every_number_follows_from_the_files_that_its_run_kept(prod, released):
    entries = yaml.safe_load((prod.folder / "evidence" / "prod.yaml").read_text())
    again = [
        (kind, data)
        for folder in (prod.folder / ".plumb" / "runs").iterdir()
        for kind, data in recomputed(folder)
    ]
    numbers = [each for each in entries if each["kind"] not in DECLARED]
    assert {each["kind"] for each in numbers} == {*RECOMPUTE, "demand", "capacityPlan", "cost"}
    for entry in numbers:
        assert (entry["kind"], entry["data"]) in again


def recomputed(folder):
    """What the files of a run come to: (kind of evidence, data)."""
    if (folder / "result.json").exists():
        kind = json.loads((folder / "result.json").read_text())["kind"]
        yield kind, import_module(RECOMPUTE[kind]).recompute(folder)
    elif "-cost-" in folder.name:
        yield "cost", import_module("scripts.cost.recompute").recompute(folder)
    elif "-capacity-" in folder.name:
        found = import_module("scripts.capacity.recompute").recompute(folder)
        yield "capacityPlan", found.get("capacityPlan")
        yield from (("demand", data) for data in found.get("demand", {}).values())


def test_what_is_proven_goes_up_and_answers(prod, released):
    said = prod.pulumi(*UP)
    released.keep("make up stack=prod", said)
    assert said.code == 0, said.all
    smoke = prod.plumb("smoke", "--stack", "prod")
    released.keep("plumb smoke --stack prod", smoke)
    assert smoke.code == 0, smoke.all


def test_another_version_turns_the_gate_red_again(prod, released):
    with prod.changed("prod", {"accounts.primary.deployments.chat-v4.model": "gpt-5.4"}):
        with_version = {"accounts.primary.deployments.chat-v4.version": "2026-03-05"}
        with prod.changed("prod", with_version):
            assert prod.checked("prod")[0] == 1
            assert prod.judged("prod")[0] != 0
            released.keep("plumb check --stack prod", prod.plumb("check", "--stack", "prod"))
