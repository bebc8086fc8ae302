"""The gate in the real engine, on a program that is not ours in style: flat, no components."""

import json
import os
import subprocess
import sys
from textwrap import dedent

import pytest

from components.stack_file import ROOT
from tests.policies import tiny_provider

pytestmark = pytest.mark.engine

PACK = str(ROOT / "policies")

PROGRAM = """
    import pulumi
    from pulumi_azure_native import authorization, cognitiveservices as ai, resources

    config = pulumi.Config()
    group = resources.ResourceGroup("group", resource_group_name="rg-shop")
    account = ai.Account(
        "account",
        resource_group_name=group.name,
        account_name="shop-ai",
        kind="AIServices",
        sku={"name": "S0"},
        identity={"type": "SystemAssigned"},
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


class Project:
    """A project of its own, with its own home and backend."""

    def __init__(self, folder, port):
        self.folder = folder
        (folder / "state").mkdir()
        (folder / "phrase").write_text("for tests")
        (folder / "__main__.py").write_text(dedent(PROGRAM))
        venv = json.dumps(sys.prefix)
        (folder / "Pulumi.yaml").write_text(
            f"name: shop\nruntime: {{ name: python, options: {{ virtualenv: {venv} }} }}\n"
        )
        engine = subprocess.run(
            [sys.executable, "-m", "sandbox.engine", "path"],
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=True,
        ).stdout.strip()
        self.environment = {
            **os.environ,
            "PATH": os.pathsep.join([engine, os.environ["PATH"]] if engine else [])
            or os.environ["PATH"],
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE_FILE": str(folder / "phrase"),
            "PULUMI_DEBUG_PROVIDERS": f"azure-native:{port}",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "1",
        }

    def pulumi(self, *arguments):
        return subprocess.run(
            ["pulumi", "--non-interactive", *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def select(self, stack, secret=None, **config):
        keys = {key if ":" in key else f"shop:{key}": held for key, held in config.items()}
        file = self.folder / f"Pulumi.{stack}.yaml"
        file.unlink(missing_ok=True)
        self.pulumi("stack", "select", "--create", stack)
        salt = file.read_text() if file.exists() else ""
        file.write_text(f"{salt}\nconfig: {json.dumps(keys)}\n")
        if secret:
            self.pulumi("config", "set", "--secret", "secret", secret)

    def preview(self, stack, *arguments, **config):
        """(exit code, rule -> [(level, message)], everything that was printed)."""
        self.select(stack, **config)
        result = self.pulumi(
            "preview", "--json", "--policy-pack", str(ROOT / "policies"), *arguments
        )
        found = {}
        for line in result.stdout.splitlines():
            event = json.loads(line) if line.startswith("{") else {}
            if said := event.get("policyEvent"):
                level, message = said["enforcementLevel"], said["message"]
                found.setdefault(said["policyName"], []).append((level, message))
        return result.returncode, found, result.stdout + result.stderr


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    with tiny_provider.serving() as (tiny, port):
        made = Project(tmp_path_factory.mktemp("shop"), port)
        made.tiny = tiny
        yield made


def test_a_new_stack_built_the_ordinary_way_passes_its_first_preview(project):
    code, found, said = project.preview("prod")
    assert found == {}
    assert code == 0, said


def test_prod_refuses_what_dev_only_hears_about(project):
    code, found, said = project.preview("prod", keys="on", secret="hunter2-hunter2")
    assert code != 0
    assert list(found) == ["account-local-auth-disabled"]
    ((level, message),) = found["account-local-auth-disabled"]
    assert level == "mandatory"
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
    code, found, said = project.preview("prod", unknown="yes")
    assert code != 0, said
    ((level, message),) = found["preview-values-known"]
    assert level == "mandatory"
    assert "model-version-pinned could not read properties.model.version of 'chat'" in message
    code, found, said = project.preview("dev", unknown="yes")
    assert (code, found) == (0, {}), said


def test_the_profile_comes_from_the_configuration(project):
    code, _, said = project.preview("kim", unknown="yes")
    assert code != 0
    code, _, said = project.preview("kim", unknown="yes", **{"plumbline:profile": "dev"})
    assert code == 0, said
    code, _, said = project.preview("staging", **{"plumbline:profile": "dev"})
    assert code != 0
    assert "stack staging may not be judged as dev. Fix: " in said


def test_a_misspelt_policy_configuration_stops_the_preview(project, tmp_path):
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"account-local-auth-disbled": "advisory"}))
    code, _, said = project.preview("prod", "--policy-pack-config", str(config))
    assert code != 0
    assert "no rule account-local-auth-disbled" in said


def test_what_has_passed_goes_up_and_passes_again_with_every_value_known(project):
    project.select("kim", **{"plumbline:profile": "prod"})
    result = project.pulumi("up", "--yes", "--policy-pack", PACK)
    assert result.returncode == 0, result.stdout + result.stderr
    code, found, said = project.preview("kim")
    assert (code, found) == (0, {}), said
    project.select("kim")
    analysed = project.pulumi("policy", "analyze", "--policy-pack", PACK, "--stack", "kim")
    assert analysed.returncode == 0, analysed.stdout + analysed.stderr
