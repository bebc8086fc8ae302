"""Azure's answers read into facts: what the clients drop, nulls, odd dates, what is no answer."""

from datetime import UTC, datetime
from types import SimpleNamespace as Told

import pytest

from scripts.subscription import wire
from scripts.subscription.facts import Unknown
from scripts.subscription.patience import read

ROW = {
    "kind": "AIServices",
    "skuName": "S0",
    "model": {
        "format": "OpenAI",
        "name": "gpt-5.4",
        "version": "2026-03-05",
        "isDefaultVersion": True,
        "lifecycleStatus": "GenerallyAvailable",
        "capabilities": {"chatCompletion": "true", "fineTune": "false"},
        "deprecation": {"inference": "2027-09-02T00:00:00+09:00", "fineTune": None},
        "replacementConfig": {
            "targetModelName": "gpt-5.5",
            "targetModelVersion": "2026-04-24",
            "autoUpgradeStartDate": "2027-08-01T00:00:00Z",
            "upgradeOnExpiryLeadTimeDays": 7,
        },
        "skus": [
            {
                "name": "GlobalStandard",
                "usageName": "OpenAI.GlobalStandard.gpt-5.4",
                "deprecationDate": "2027-09-02T00:00:00Z",
                "capacity": {"minimum": None, "maximum": 1000, "step": None, "default": 10},
                "rateLimits": [
                    {"key": "request", "renewalPeriod": 10, "count": 1},
                    {"key": "token", "renewalPeriod": 60, "count": 1000},
                ],
                "cost": [{"name": "input", "meterId": "m-1", "unit": "1K"}],
                "somethingNew": {"of": 2027},
            },
            {"name": "ProvisionedManaged"},
        ],
    },
}


def test_rate_limits_keep_their_keys_and_are_told_by_the_minute():
    (model,) = wire.offered([ROW])
    sku = model.sku("GlobalStandard")
    assert (sku.per_minute("request"), sku.per_minute("token")) == (6, 1000)


def test_null_minimum_and_step_are_one():
    (model,) = wire.offered([ROW])
    sku, bare = model.skus
    assert (sku.minimum, sku.step, sku.maximum, sku.default) == (1, 1, 1000, 10)
    assert (bare.minimum, bare.step, bare.maximum, bare.usage_name) == (1, 1, None, None)


def test_dates_are_utc_whatever_their_offset():
    (model,) = wire.offered([ROW])
    assert model.retires == datetime(2027, 9, 1, 15, tzinfo=UTC)
    assert model.fine_tune_retires is None


def test_the_rest_of_a_row_is_read_too():
    (model,) = wire.offered([ROW])
    assert (model.replacement.name, model.replacement.version) == ("gpt-5.5", "2026-04-24")
    assert model.replacement.upgrades_from == datetime(2027, 8, 1, tzinfo=UTC)
    assert model.capabilities == {"chatCompletion"}
    assert model.skus[0].meters == ("m-1",)


def test_a_row_without_a_replacement_has_none():
    bare = {**ROW, "model": {"format": "OpenAI", "name": "a", "version": "1"}}
    (model,) = wire.offered([bare])
    assert (model.replacement, model.retires, model.skus) == (None, None, ())


def test_a_fine_tuned_sku_is_not_taken_for_its_base():
    skus = [{"name": "Standard", "scope": "Finetune"}, {"name": "Standard", "scope": "Base"}]
    (model,) = wire.offered([{**ROW, "model": {**ROW["model"], "skus": skus}}])
    assert model.sku("Standard").scope == "Base"
    assert model.sku("DeveloperTier") is None


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"kind": "AIServices"},
        {**ROW, "model": {**ROW["model"], "skus": [{"usageName": "a"}]}},
        {**ROW, "model": {**ROW["model"], "deprecation": {"inference": "soon"}}},
    ],
)
def test_what_is_no_row_of_azures_is_unknown(row):
    answer = read("models of swedencentral", lambda: wire.offered([row]))
    assert isinstance(answer, Unknown)
    assert answer.reason.startswith("models of swedencentral: an answer that is none of Azure's")


def test_accounts_are_read_from_ids_of_any_casing():
    account = wire.account(
        Told(
            id="/subscriptions/s/RESOURCEGROUPS/rg-a/providers/Microsoft.CognitiveServices/x/y",
            name="y",
            location="Sweden Central",
            kind="AIServices",
            tags=None,
            properties=Told(custom_sub_domain_name="y", provisioning_state="Succeeded"),
        )
    )
    assert (account.resource_group, account.location) == ("rg-a", "swedencentral")
    assert account.group_id == "/subscriptions/s/RESOURCEGROUPS/rg-a"


def test_a_zone_is_read_with_its_networks_and_addresses():
    zone = wire.private_zone(
        {"id": "/z", "name": "privatelink.openai.azure.com"},
        [{"properties": {"virtualNetwork": {"id": "/v"}}}],
        [
            {"name": "a", "properties": {"aRecords": [{"ipv4Address": "10.0.0.4"}]}},
            {"name": "b", "properties": {}},
        ],
    )
    assert (zone.networks, zone.addresses) == (("/v",), (("a", ("10.0.0.4",)), ("b", ())))


def test_room_and_deployments_are_read_with_what_azure_leaves_out():
    room = wire.room(
        Told(
            location="swedencentral",
            properties=Told(
                sku_name="Standard", available_capacity=7.0, available_finetune_capacity=None
            ),
        )
    )
    assert (room.available, room.available_fine_tuned) == (7, 0)
    deployment = wire.deployment(
        Told(
            name="chat",
            sku=Told(name="Standard", capacity=None),
            properties=Told(
                model=Told(format="OpenAI", name="a", version=None),
                version_upgrade_option=None,
                spillover_deployment_name=None,
                provisioning_state="Succeeded",
            ),
        )
    )
    assert (deployment.capacity, deployment.upgrade_option) == (1, "OnceCurrentVersionExpired")


@pytest.mark.parametrize(
    "told",
    [
        Told(name=Told(value="a", localized_value=None), current_value=None, limit=10),
        Told(name=Told(value="a", localized_value=None), current_value=1, limit=None),
        Told(name=None, current_value=1, limit=10),
    ],
)
def test_a_quota_without_its_numbers_is_unknown_and_not_nought(told):
    assert isinstance(read("quota", lambda: wire.usage(told)), Unknown)


def test_a_region_that_does_not_say_how_much_room_it_has_is_unknown_and_not_full():
    silent = Told(sku_name="Standard", available_capacity=None, available_finetune_capacity=1)
    told = Told(location="swedencentral", properties=silent)
    assert isinstance(read("room", lambda: wire.room(told)), Unknown)
