"""Staging and prod: what they are at first, what they answer, and what they do not allow."""

import json

import pytest

pytestmark = pytest.mark.engine

STACKS = ("staging", "prod")


@pytest.fixture(scope="module")
def first_steps(project):
    """What the first preview of each says, before anything is there but its evidence."""
    for stack in STACKS:
        project.create(stack)
        project.prove(stack)
    return {stack: project.preview(stack) for stack in STACKS}


@pytest.fixture(scope="module")
def deployed(project, first_steps):
    for stack in STACKS:
        project.deploy(stack)
    return project


@pytest.fixture(scope="module")
def from_outside(deployed):
    return deployed.plumb("smoke", "--stack", "prod", "--json", outside=True)


@pytest.mark.parametrize("stack", STACKS)
def test_a_first_preview_passes_the_gate_and_only_creates(first_steps, stack):
    assert {step["op"] for step in first_steps[stack].values()} == {"create"}


@pytest.mark.parametrize("stack", STACKS)
def test_a_second_preview_shows_no_change(deployed, stack):
    assert deployed.preview(stack) == {}


@pytest.mark.parametrize("stack", STACKS)
def test_a_refresh_shows_no_change(deployed, stack):
    said = deployed.refresh(stack, "--expect-no-changes")
    assert said.code == 0, said.all


@pytest.mark.parametrize("stack", STACKS)
def test_every_deployment_and_route_answers_inside_the_network(deployed, stack):
    said = deployed.plumb("smoke", "--stack", stack, "--json")
    assert said.code == 0, said.all
    assert all(result["ok"] for result in json.loads(said.out)["results"])


def test_nobody_is_answered_outside_the_network(from_outside):
    report = json.loads(from_outside.out)
    assert from_outside.code == 4
    assert not any(result["ok"] for result in report["results"])


def test_azures_refusal_is_shown_as_it_is(from_outside):
    problems = {
        text for each in json.loads(from_outside.out)["results"] for text in each["problems"]
    }
    assert len(problems) == 1
    assert "(403)" in str(problems)
    assert "Public access is disabled. Please configure private endpoint." in str(problems)


def test_prod_is_not_destroyed_by_a_slip(deployed, azure):
    before = azure.ids()
    said = deployed.pulumi("destroy", "--stack", "prod", "--yes")
    assert said.code != 0
    assert "protect" in said.all
    assert azure.ids() == before


def test_accounts_are_not_written_to_twice_at_once(deployed, azure):
    assert azure.control("GET", "/conflicts")["value"] == []


def test_even_a_destroy_without_a_preview_leaves_prods_models_in_service(deployed, azure):
    before = {each for each in azure.ids() if "/contoso-cora-prod-" in each}
    said = deployed.destroy("prod")
    served = {each for each in before if "/deployments/" in each or "/raipolicies/" in each}
    assert said.code != 0
    assert "ScopeLocked" in said.all
    assert served
    assert served <= azure.ids()
