"""The gate in the real engine, on a program that is not ours in style: flat, no components."""

import json

import pytest

from tests.policies import tiny_provider
from tests.policies.project import PACK, Project

pytestmark = pytest.mark.engine

PROGRAM = """
    import pulumi
    from pulumi_azure_native import authorization, cognitiveservices as ai, resources

    config = pulumi.Config()
    tags = {
        "owner": "shop@contoso.com",
        "costCenter": "CC-7",
        "environment": "dev",
        "dataClassification": "internal",
    }
    group = resources.ResourceGroup("group", resource_group_name="rg-shop", tags=tags)
    account = ai.Account(
        "account",
        resource_group_name=group.name,
        account_name="shop-ai",
        kind="AIServices",
        sku={"name": "S0"},
        identity={"type": "SystemAssigned"},
        tags=tags,
        properties={
            "customSubDomainName": "shop-ai",
            "disable_local_auth": config.get("keys") is None,
            "publicNetworkAccess": "Disabled",
        },
    )
    policy = ai.RaiPolicy(
        "strict",
        resource_group_name=group.name,
        account_name=account.name,
        properties=ai.RaiPolicyPropertiesArgs(base_policy_name="Microsoft.DefaultV2"),
    )
    version = "2026-03-05" if config.get("unknown") is None else account.etag
    ai.Deployment(
        "chat",
        resource_group_name=group.name,
        account_name=account.name,
        deployment_name="chat-v1",
        sku=ai.SkuArgs(name="DataZoneStandard", capacity=50),
        properties={
            "model": {"format": "OpenAI", "name": "gpt-5.4", "version": version},
            "raiPolicyName": policy.name,
            "version_upgrade_option": "NoAutoUpgrade",
        },
    )
    authorization.RoleAssignment(
        "access",
        scope=account.id,
        principal_id=account.identity.apply(lambda identity: identity.principal_id),
        principal_type="ServicePrincipal",
        role_definition_id=(
            "/subscriptions/x/providers/Microsoft.Authorization/roleDefinitions/"
            "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd"
        ),
    )
    pulumi.export("secret", config.get_secret("secret") or "")
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    with tiny_provider.serving() as (tiny, port):
        made = Project(tmp_path_factory.mktemp("shop"), port, PROGRAM)
        made.tiny = tiny
        yield made


def levels(found):
    return {level for said in found.values() for level, _ in said}


def test_what_dev_demands_is_little_and_the_rest_is_advice(project):
    code, found, said = project.preview("dev")
    assert levels(found) == {"advisory"}
    assert code == 0, said[-2000:]


def test_prod_refuses_what_dev_only_hears_about(project):
    code, found, said = project.preview("prod", keys="on", secret="hunter2-hunter2")
    assert code != 0
    assert levels(found) == {"mandatory"}
    ((_, message),) = found["account-local-auth-disabled"]
    assert "Fix: disableLocalAuth: true" in message
    assert "hunter2" not in said


def test_a_refused_up_touches_nothing(project):
    project.preview("prod", keys="on")
    before = list(project.tiny.created)
    result = project.pulumi("up", "--yes", "--policy-pack", PACK)
    assert result.returncode != 0
    assert "account-local-auth-disabled" in result.stdout
    assert project.tiny.created == before


def test_an_unknown_value_closes_prod_but_not_dev(project):
    wanted = "model-version-pinned could not read properties.model.version of 'chat'"
    code, found, _ = project.preview("prod", unknown="yes")
    assert code != 0
    ((level, _),) = [each for each in found["preview-values-known"] if wanted in each[1]]
    assert level == "mandatory"
    code, found, said = project.preview("dev", unknown="yes")
    assert (code, levels(found)) == (0, {"advisory"}), said[-2000:]


def test_the_profile_comes_from_the_configuration(project):
    code, _, said = project.preview("kim", unknown="yes")
    assert code != 0
    code, _, said = project.preview("kim", unknown="yes", **{"plumbline:profile": "dev"})
    assert code == 0, said[-2000:]
    code, _, said = project.preview("staging", **{"plumbline:profile": "dev"})
    assert code != 0
    assert "stack staging may not be judged as dev. Fix: " in said


def test_a_misspelt_policy_configuration_stops_the_preview(project, tmp_path):
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"account-local-auth-disbled": "advisory"}))
    code, _, said = project.preview("prod", "--policy-pack-config", str(config))
    assert code != 0
    assert "no rule account-local-auth-disbled" in said
