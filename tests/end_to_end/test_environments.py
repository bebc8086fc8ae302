"""Staging and prod: what they are at first, what they answer, and what they do not allow."""

import json

import pytest

pytestmark = pytest.mark.engine

STACKS = ("staging", "prod")


def findings(said):
    return json.loads(said.out)["findings"]


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
    network = [each for each in findings(said) if each["check"] == "network"]
    assert network
    assert all("private: 127.0.0.1" in each["text"] for each in network)


def test_nobody_is_answered_outside_the_network(from_outside):
    assert from_outside.code == 4
    assert not any(each["answered"] for each in json.loads(from_outside.out)["measured"])


def test_azures_refusal_is_shown_as_it_is(from_outside):
    said = {each["text"] for each in findings(from_outside) if each["check"] == "chat"}
    assert len(said) == 1
    assert "(403): Public access is disabled. Please configure private endpoint." in str(said)


def test_that_nobody_outside_is_answered_can_be_proven(deployed):
    proof = deployed.plumb("smoke", "--stack", "prod", "--outside", "--json", outside=True)
    assert proof.code == 0, proof.all
    inside = deployed.plumb("smoke", "--stack", "prod", "--outside", "--json")
    assert inside.code == 1, inside.all
    assert "answers from outside" in inside.out


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
