"""Each component on its own, under a stand-in for the engine."""

import re
from functools import partial
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_azure_native import resources

from components import catalog
from components.account import AiAccount, AiAccountArgs, network_access
from components.alert_rules import log_alerts, metric_alerts, prices, usd_per_hour
from components.content_filters import ContentFilters, ContentFiltersArgs, entries, items
from components.deployments import ModelDeployments, ModelDeploymentsArgs, in_order, properties
from components.known import known
from components.network import first_half
from components.routing import first_value, key_value_name
from components.sections import (
    AccountSettings,
    BlocklistSettings,
    ContentFilterSettings,
    DeploymentSettings,
    FineTunedSettings,
    NetworkSettings,
)
from components.settings import read
from tests.engine import a_stack, deploy

CHAT = DeploymentSettings(
    model="gpt-5.4", version="2026-03-05", sku="DataZoneStandard", capacity=10
)
FULL = CHAT.model_copy(update={"sku": "DataZoneProvisionedManaged", "spillover": "chat"})


def made(**deployments):
    args = ModelDeploymentsArgs(
        stack=a_stack(), account_name="ai", deployments=deployments, after=[]
    )
    return deploy(lambda: ModelDeployments("ai", args))


def test_azure_may_not_change_a_model_under_us():
    (chat,) = made(chat=CHAT).of(catalog.DEPLOYMENT).values()
    assert chat.inputs["properties"]["versionUpgradeOption"] == "NoAutoUpgrade"
    assert chat.inputs["properties"]["model"]["version"] == "2026-03-05"


def test_no_account_is_written_to_twice_at_once():
    engine = made(chat=CHAT, a_full=FULL, draw=CHAT)
    waits_for = {
        name: [urn.rpartition("::")[2] for urn in each.dependencies]
        for name, each in engine.of(catalog.DEPLOYMENT).items()
    }
    assert waits_for == {"ai-chat": [], "ai-draw": ["ai-chat"], "ai-a_full": ["ai-draw"]}


@given(st.dictionaries(st.text(max_size=3), st.sampled_from([CHAT, FULL])))
def test_what_takes_the_overflow_is_there_first(deployments):
    keys = in_order(deployments)
    spills = [deployments[key].spillover is not None for key in keys]
    assert sorted(keys) == sorted(deployments)
    assert spills == sorted(spills)


def test_an_autoscaler_keeps_the_capacity_that_it_gave():
    engine = made(chat=CHAT.model_copy(update={"autoscaled": True}), own=CHAT)
    kept = {
        name: list(engine.request(each).ignoreChanges)
        for name, each in engine.of(catalog.DEPLOYMENT).items()
    }
    assert kept == {"ai-chat": ["sku.capacity"], "ai-own": []}


def test_what_azure_cannot_change_in_place_is_replaced_the_old_one_first():
    engine = made(chat=CHAT)
    request = engine.request(engine.of(catalog.DEPLOYMENT)["ai-chat"])
    assert request.deleteBeforeReplace
    assert list(request.replaceOnChanges) == [
        "sku.name",
        "properties.model.name",
        "properties.model.format",
    ]


def test_a_fine_tuned_model_is_named_after_its_job():
    tuned = DeploymentSettings(
        fine_tuned=FineTunedSettings(base="gpt-4.1-mini-2025-04-14", job="ftjob-ab", suffix="cora"),
        sku="Standard",
        capacity=1,
    )
    model = properties(tuned)["model"]
    assert model == {
        "format": "OpenAI",
        "name": "gpt-4.1-mini-2025-04-14.ft-ab-cora",
        "version": "1",
    }


def test_another_publishers_model_keeps_its_format_and_publisher():
    other = DeploymentSettings(
        model="Mistral-Large-3",
        version="1",
        format="Mistral AI",
        publisher="Mistral AI",
        sku="GlobalStandard",
        capacity=1,
    )
    model = properties(other)["model"]
    assert (model["format"], model["publisher"]) == ("Mistral AI", "Mistral AI")


PRESETS = ["strict", "balanced", "lenient"]


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_names_only_filters_that_azure_has_in_azures_order(preset):
    order = [(fact.name, source) for fact in catalog.CONTENT_FILTERS for source in fact.sources]
    found = [(entry.name, entry.source) for entry in entries(ContentFilterSettings(preset=preset))]
    assert found == [pair for pair in order if pair in set(found)]
    graded = {fact.name for fact in catalog.CONTENT_FILTERS if fact.graded}
    for entry in entries(ContentFilterSettings(preset=preset)):
        assert (entry.threshold is not None) == (entry.name in graded)


def test_presets_are_as_strict_as_they_say():
    thresholds = [
        {entry.threshold for entry in entries(ContentFilterSettings(preset=p))} - {None}
        for p in PRESETS
    ]
    counts = [len(entries(ContentFilterSettings(preset=preset))) for preset in PRESETS]
    assert thresholds == [{"Low"}, {"Medium"}, {"High"}]
    assert counts == [14, 12, 12]  # Microsoft's eleven and Indirect Attack; strict has Profanity


def test_an_adjustment_changes_one_line_of_a_preset():
    plain = ContentFilterSettings(preset="balanced")
    adjusted = ContentFilterSettings.model_validate(
        {
            "preset": "balanced",
            "adjust": [{"filter": "Violence", "source": "Prompt", "threshold": "High"}],
        }
    )
    different = [
        (old.name, old.source, new.threshold)
        for old, new in zip(entries(plain), entries(adjusted), strict=True)
        if old != new
    ]
    assert different == [("Violence", "Prompt", "High")]


def test_a_filter_waits_for_the_blocklists_that_it_names():
    blocklists = {"brand": BlocklistSettings(terms=["a", "b"], patterns=["c+"])}
    filters = {"strict": ContentFilterSettings(preset="strict", blocklists=["brand"])}
    args = ContentFiltersArgs(
        stack=a_stack(),
        account_name="ai",
        content_filters=filters,
        blocklists=blocklists,
        after=[],
    )
    engine = deploy(lambda: ContentFilters("ai", args))
    policy = engine.of(catalog.RAI_POLICY)["ai-strict"]
    before = {urn.rpartition("::")[2] for urn in engine.waits_for(policy)}
    assert before == {
        *engine.of(catalog.RAI_BLOCKLIST),
        *engine.of(catalog.RAI_BLOCKLIST_ITEM),
    }
    assert len(before) == 4
    assert policy.inputs["properties"]["customBlocklists"] == [
        {"blocklistName": "brand", "source": source, "blocking": True}
        for source in ("Prompt", "Completion")
    ]


@given(st.lists(st.text(min_size=1), unique=True), st.randoms())
def test_a_blocklist_in_another_order_is_the_same_blocklist(terms, random):
    shuffled = random.sample(terms, len(terms))
    one, other = BlocklistSettings(terms=terms), BlocklistSettings(terms=shuffled)
    assert sorted(items(one)) == sorted(items(other))
    assert len({name for name, _, _ in items(one)}) == len(terms)


def test_a_name_is_known_before_its_resource_and_waits_for_it():
    def program():
        group = resources.ResourceGroup("group", resource_group_name="rg")
        resources.ResourceGroup("second", resource_group_name=known("rg-second", group))

    second = deploy(program).of(catalog.RESOURCE_GROUP)["second"]
    assert second.inputs["resourceGroupName"] == "rg-second"
    assert [urn.rpartition("::")[2] for urn in second.comes_from["resourceGroupName"]] == ["group"]


def test_a_flag_is_named_as_arm_wants_it():
    assert key_value_name("chat", "prod") == ".appconfig.featureflag~2Fchat-router$prod"


def test_a_candidate_starts_without_a_share():
    prod = read("prod")
    flag = first_value("chat", prod.routes["chat"], prod)
    assert [variant["name"] for variant in flag["variants"]] == ["stable", "candidate"]
    assert flag["allocation"]["percentile"] == [{"variant": "stable", "from": 0, "to": 100}]
    assert flag["allocation"]["seed"] == "chat/r-0000"


FORBIDDEN_METRICS = {
    *("TotalCalls", "TotalErrors", "SuccessfulCalls", "ServerErrors", "ClientErrors"),
    *("BlockedCalls", "Latency", "SuccessRate", "Ratelimit", "DataIn", "DataOut"),
}


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
def test_no_alert_rests_on_a_metric_that_counts_something_else(stack):
    assert not {rule.metric for rule in metric_alerts(read(stack))} & FORBIDDEN_METRICS


def test_a_provisioned_deployment_is_watched_for_being_full():
    watched = [
        rule.dimensions["ModelDeploymentName"]
        for rule in metric_alerts(read("prod"))
        if rule.key.startswith("utilisation")
    ]
    assert watched == [["chat-reserved"]]


def test_objectives_are_the_thresholds_of_the_alerts():
    thresholds = {alert.key: alert.threshold for alert in log_alerts(read("prod"))}
    assert thresholds["errors"] == 5
    assert thresholds["latency"] == 3000
    assert thresholds["groundedness"] == 4
    assert thresholds["daily-cost"] == 3000  # 1.5 x 60,000 / 30


def test_what_is_paid_by_the_hour_is_not_paid_by_the_token():
    prod = read("prod")
    assert prices(prod)["chat-reserved"].input == 0
    assert usd_per_hour(prod) == pytest.approx(50 * 1.1 + 1.7)  # and a fine-tuned model


def test_a_column_that_an_alert_measures_is_in_its_answer():
    for alert in log_alerts(read("prod")):
        assert re.search(rf"\b{alert.column} = ", alert.query)


@pytest.mark.parametrize(
    ("network", "public", "default"),
    [
        ({}, "Disabled", "Deny"),
        ({"public": True}, "Enabled", "Allow"),
        ({"public": True, "allowed_ips": ["198.51.100.7"]}, "Enabled", "Deny"),
    ],
)
def test_a_list_of_addresses_keeps_everybody_else_out(network, public, default):
    wanted = AccountSettings(
        location="swedencentral",
        subdomain="contoso-ai",
        network=NetworkSettings.model_validate(network),
        deployments={"chat": CHAT},
    )
    access = network_access(wanted)
    assert (access["public_network_access"], access["network_acls"]["default_action"]) == (
        public,
        default,
    )
    assert access["network_acls"]["ip_rules"] == [
        {"value": address} for address in network.get("allowed_ips", [])
    ]


def test_an_account_with_outbound_hosts_calls_no_other():
    for stack, restricted in (("prod", True), ("dev", False)):
        args = AiAccountArgs(
            stack=a_stack(),
            settings=read(stack).accounts["primary"],
            workspace_id="logs",
        )
        (account,) = deploy(partial(AiAccount, "ai", args)).of(catalog.ACCOUNT).values()
        properties = account.inputs["properties"]
        assert properties["restrictOutboundNetworkAccess"] == restricted
        assert bool(properties["allowedFqdnList"]) == restricted


@pytest.mark.parametrize(
    ("format", "sku", "smallest"),
    [
        ("OpenAI", "GlobalProvisionedManaged", [15, 20]),
        ("DeepSeek", "GlobalProvisionedManaged", [100, 200]),
        ("OpenAI", "GlobalStandard", [1, 2]),
    ],
)
def test_provisioned_throughput_comes_in_its_publishers_steps(format, sku, smallest):
    model = next(each for each in catalog.models() if each.format == format)
    step = model.capacity(sku)
    assert [n for n in range(201) if step.allows(n)][:2] == smallest


@given(st.integers(8, 28), st.integers(0, 2**32 - 1))
def test_the_subnet_lies_in_its_network(prefix, address):
    space = ip_network((address, prefix), strict=False)
    assert ip_network(first_half(str(space))).subnet_of(space)


def test_a_name_with_two_prices_has_the_higher():
    prod = read("prod")
    primary = prod.accounts["primary"].deployments
    hourly = {"chat-v3": primary["chat-reserved"].model_copy(update={"spillover": None})}
    for one, other in (("primary", "secondary"), ("secondary", "primary")):
        accounts = {
            one: prod.accounts[one],
            other: prod.accounts[other].model_copy(update={"deployments": hourly}),
        }
        mixed = prod.model_copy(update={"accounts": accounts})
        assert prices(mixed)["chat-v3"].output == 16.5
