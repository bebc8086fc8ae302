"""The dev stack from its first preview to its end, and once more after that."""

import pytest

from tests.end_to_end.azure_clients import shell

pytestmark = pytest.mark.engine

GROUP, ACCOUNT, LOCATION = "rg-contoso-cora-dev", "contoso-cora-dev-swc", "swedencentral"
CHAT = "accounts.primary.deployments.chat-v3"


@pytest.fixture(scope="module")
def clients(azure):
    with shell(azure) as made:
        yield made


@pytest.fixture(scope="module")
def seeds(azure):
    """What a new subscription has."""
    return azure.ids()


@pytest.fixture(scope="module")
def first_steps(project, seeds):
    """What the first preview says."""
    project.create("dev")
    return project.preview("dev")


@pytest.fixture(scope="module")
def dev(project, first_steps):
    project.deploy("dev")
    return project


@pytest.fixture(scope="module")
def destroyed(dev):
    said = dev.destroy("dev")
    assert said.code == 0, said.all
    return dev


@pytest.fixture(scope="module")
def refused(destroyed):
    """The `up` that follows a destroy too soon."""
    return destroyed.up("dev")


@pytest.fixture(scope="module")
def purged(destroyed, refused, clients):
    clients.cognitive.deleted_accounts.begin_purge(LOCATION, GROUP, ACCOUNT).result()
    return destroyed


def test_the_first_preview_passes_the_gate_and_only_creates(first_steps):
    assert {step["op"] for step in first_steps.values()} == {"create"}


def test_the_state_knows_all_that_was_made(dev, azure, seeds):
    assert dev.ids("dev") >= azure.ids() - seeds


def test_a_second_preview_shows_no_change(dev):
    assert dev.preview("dev") == {}


def test_a_second_up_writes_nothing(dev, azure):
    azure.control("DELETE", "/requests")
    said = dev.up("dev", "--expect-no-changes")
    assert (said.code, written(azure)) == (0, []), said.all


def test_a_refresh_shows_no_change(dev):
    said = dev.refresh("dev", "--expect-no-changes")
    assert said.code == 0, said.all


def test_a_sku_is_changed_by_a_replacement(dev):
    with dev.changed("dev", {f"{CHAT}.sku": "DataZoneStandard"}):
        assert dev.preview("dev")["primary-chat-v3"]["op"] == "replace"


def test_a_model_is_changed_by_a_replacement(dev):
    with dev.changed("dev", {f"{CHAT}.model": "gpt-5.5", f"{CHAT}.version": "2026-04-24"}):
        assert dev.preview("dev")["primary-chat-v3"]["op"] == "replace"


def test_a_capacity_is_changed_in_place_and_nothing_else(dev, azure, clients):
    with dev.changed("dev", {f"{CHAT}.capacity": 40}):
        (name, step), *others = dev.preview("dev").items()
        azure.control("DELETE", "/requests")
        dev.deploy("dev")
    assert (name, step["op"], others) == ("primary-chat-v3", "update", [])
    assert list(step["detailedDiff"]) == ["sku.capacity"]
    assert written(azure) == [f"PUT {ACCOUNT}/deployments/chat-v3"]
    assert clients.cognitive.deployments.get(GROUP, ACCOUNT, "chat-v3").sku.capacity == 40


def test_a_destroy_leaves_nothing_but_the_soft_deleted_account(destroyed, azure, clients, seeds):
    gone = list(clients.cognitive.deleted_accounts.list())
    assert [account.name for account in gone] == [ACCOUNT]
    assert list(clients.resources.resources.list()) == []
    assert list(clients.resources.resource_groups.list()) == []
    assert azure.ids() == seeds


def test_a_name_that_was_just_deleted_is_refused_in_azures_words(refused):
    assert refused.code != 0
    assert "FlagMustBeSetForRestore" in refused.all


def test_after_a_purge_the_same_stack_goes_up(purged):
    said = purged.up("dev")
    assert said.code == 0, said.all
    assert purged.preview("dev") == {}


def test_two_days_after_a_destroy_the_name_is_free(purged, azure, clients):
    said = purged.destroy("dev")
    assert said.code == 0, said.all
    azure.control("POST", "/clock", {"advance": "48h"})
    assert list(clients.cognitive.deleted_accounts.list()) == []
    purged.deploy("dev")


def written(azure):
    """The writes since the journal was emptied, each by the end of its path."""
    journal = azure.control("GET", "/requests")["value"]
    return [
        f"{each['method']} {each['id'].partition('/accounts/')[2] or each['id']}"
        for each in journal
        if each["method"] in ("PUT", "PATCH", "DELETE")
    ]
