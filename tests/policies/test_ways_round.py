"""Ways round the gate that a hurried engineer would try, through a program and on the wire."""

from textwrap import dedent

import pytest

from components.profiles import PROFILES
from policies.registry import RULES
from policies.values import OUTPUT, SECRET, SIGNATURE, UNKNOWN
from policies.verdict import judged
from scripts.checking import mocked
from tests.policies.rules.cases import REFUSED, messages, one_change, world_of
from tests.policies.worlds import NOW, sound, wired

KEYS = "account-local-auth-disabled"
NETWORK = "account-public-network-restricted"
IDENTITY = "account-managed-identity"
FILTER = "content-filter-assigned"
EXPORTS = "no-keys-exported"
GUARD = "preview-values-known"

SOUND = """
    import pulumi
    from pulumi_azure_native import cognitiveservices as ai

    def account(name="account", opts=None, **changes):
        properties = {
            "custom_sub_domain_name": name,
            "disable_local_auth": True,
            "public_network_access": "Disabled",
        }
        return ai.Account(
            name,
            resource_group_name="rg-shop",
            account_name=name,
            kind="AIServices",
            sku={"name": "S0"},
            identity={"type": "SystemAssigned"},
            properties={**properties, **changes},
            opts=opts,
        )

    def deployment(account_name, content_filter, opts=None):
        return ai.Deployment(
            "chat",
            resource_group_name="rg-shop",
            account_name=account_name,
            deployment_name="chat-v1",
            properties={
                "model": {"format": "OpenAI", "name": "gpt-5.4", "version": "2026-03-05"},
                "rai_policy_name": content_filter,
            },
            opts=opts,
        )
"""

TRIED = {
    "a versioned type token": (
        """
        pulumi.CustomResource(
            "azure-native:cognitiveservices/v20241001:Account",
            "account",
            {"accountName": "a", "properties": {"disableLocalAuth": False}},
        )
        """,
        KEYS,
    ),
    "the token of a local package": (
        """
        pulumi.CustomResource(
            "azure-native_cognitiveservices_v20250601:cognitiveservices:Account",
            "account",
            {"accountName": "a", "properties": {"disableLocalAuth": False}},
        )
        """,
        KEYS,
    ),
    "Python's spelling, which nobody translates in a raw resource": (
        """
        pulumi.CustomResource(
            "azure-native:cognitiveservices:Account",
            "account",
            {"account_name": "a", "properties": {"disable_local_auth": True}},
        )
        """,
        KEYS,
    ),
    "Python's spelling beside the real one": (
        """
        pulumi.CustomResource(
            "azure-native:cognitiveservices:Account",
            "account",
            {"properties": {"disable_local_auth": True, "disableLocalAuth": False}},
        )
        """,
        KEYS,
    ),
    "a secret": ("account(disable_local_auth=pulumi.Output.secret(False))", KEYS),
    "a value that takes its time": (
        "account(disable_local_auth=pulumi.Output.from_input(True).apply(lambda on: not on))",
        KEYS,
    ),
    "a text for a flag": ("account(disable_local_auth='True')", KEYS),
    "what is ignored from now on": (
        """
        ignored = pulumi.ResourceOptions(ignore_changes=["properties.publicNetworkAccess"])
        account(public_network_access="Enabled", opts=ignored)
        """,
        NETWORK,
    ),
    "an older name kept as an alias": (
        """
        renamed = pulumi.ResourceOptions(aliases=[pulumi.Alias(name="before")])
        account(public_network_access="Enabled", opts=renamed)
        """,
        NETWORK,
    ),
    "a transformation": (
        """
        def opened(args):
            properties = {**args.props["properties"], "publicNetworkAccess": "Enabled"}
            return pulumi.ResourceTransformationResult(
                {**args.props, "properties": properties}, args.opts
            )

        account(opts=pulumi.ResourceOptions(transformations=[opened]))
        """,
        NETWORK,
    ),
    "a filter on another account": (
        """
        account()
        other = account("other")
        ai.RaiPolicy(
            "strict",
            resource_group_name="rg-shop",
            account_name=other.name,
            rai_policy_name="strict",
        )
        deployment("account", "strict")
        """,
        FILTER,
    ),
    "one account's name, worked out from another's": (
        """
        good, bad = account(), account("bad")
        ai.RaiPolicy(
            "strict",
            resource_group_name="rg-shop",
            account_name="account",
            rai_policy_name="strict",
        )
        names = pulumi.Output.all("account", "bad", good.id)
        deployment(names.apply(lambda names: names[1]), "strict")
        """,
        FILTER,
    ),
    "a filter's name, worked out from another's": (
        """
        filter = ai.RaiPolicy(
            "strict",
            resource_group_name="rg-shop",
            account_name=account().name,
            rai_policy_name="strict",
        )
        deployment("account", filter.name.apply(lambda name: "made-by-hand"))
        """,
        FILTER,
    ),
    "a good account as the parent": (
        """
        deployment("elsewhere", "Microsoft.DefaultV2", pulumi.ResourceOptions(parent=account()))
        """,
        GUARD,
    ),
    "an account that is only read": (
        """
        id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a"
        deployment(ai.Account.get("account", id).name, "strict")
        """,
        GUARD,
    ),
    "a template": (
        """
        from pulumi_azure_native import resources
        resources.Deployment(
            "template",
            resource_group_name="rg-shop",
            properties={"mode": "Incremental", "template": {"resources": []}},
        )
        """,
        GUARD,
    ),
    "a resource of no type": (
        """
        from pulumi_azure_native import resources
        resources.Resource(
            "account",
            resource_group_name="rg-shop",
            resource_name_="a",
            resource_provider_namespace="Microsoft.CognitiveServices",
            parent_resource_path="",
            resource_type="accounts",
            api_version="2025-06-01",
            properties={"disableLocalAuth": False},
        )
        """,
        GUARD,
    ),
    "the classic provider": (
        "pulumi.CustomResource('azure:cognitive/account:Account', 'account', {'kind': 'OpenAI'})",
        GUARD,
    ),
    "a connection that holds a key": (
        """
        ai.AccountConnection(
            "search",
            resource_group_name="rg-shop",
            account_name=account().name,
            properties=ai.ApiKeyAuthConnectionPropertiesArgs(
                auth_type="ApiKey", category="CognitiveSearch", target="https://search"
            ),
        )
        """,
        IDENTITY,
    ),
    "an output that is a whole resource": (
        """
        from pulumi_azure_native import applicationinsights
        traces = applicationinsights.Component(
            "traces", resource_group_name="rg-shop", kind="web", application_type="web"
        )
        pulumi.export("traces", {"connection_string": traces.connection_string})
        """,
        EXPORTS,
    ),
    "a key within a text": (
        """pulumi.export("settings", '{"a": "0123456789abcdef0123456789abcdef"}')""",
        EXPORTS,
    ),
}


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize(("source", "rule"), TRIED.values(), ids=TRIED)
def test_no_way_round_leads_through(tmp_path, source, rule, profile):
    program = tmp_path / "__main__.py"
    program.write_text(dedent(SOUND) + dedent(source))
    world = mocked.run(program, "shop", profile, {})
    found = {
        result.rule.id: result
        for result in judged(RULES, world, profile, profile, NOW).results
        if result.findings
    }
    opens = rule == NETWORK and profile == "dev"  # where anybody may reach an account
    assert (rule in found) is not opens
    assert opens or profile == "dev" or found[rule].level == "mandatory"


@pytest.mark.parametrize("wrap", [SECRET, OUTPUT])
def test_what_is_wrapped_is_judged_as_what_is_in_it(wrap):
    for case in REFUSED:
        place = one_change(case)
        if place is None:
            continue
        rule, profile, ((*_, value),), *_ = case
        if isinstance(value, str | bool | int | list | dict):
            wrapped = {SIGNATURE: wrap, "value": value, "secret": True}
            world = world_of([(*place, wrapped)], profile)
            assert len(messages(rule, world, profile)) == 1, case


def test_a_scope_that_the_preview_cannot_know_opens_no_account():
    world = wired(sound(("access", "scope", UNKNOWN)), "access", scope=["store"])
    (message,) = messages("rbac-inference-role-assigned", world)
    assert "nobody may call" in message
