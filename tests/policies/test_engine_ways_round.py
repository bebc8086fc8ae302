"""Ways round the gate that only the real engine knows: it changes what a program asks for."""

from textwrap import dedent

import pytest

from tests.policies import tiny_provider
from tests.policies.project import Project
from tests.policies.test_ways_round import GUARD, KEYS, SOUND

pytestmark = pytest.mark.engine

CHANGED = """
    def opened(args):
        if args.name not in ("transformed", "swept"):
            return None
        properties = {**args.props["properties"], "disableLocalAuth": False}
        return pulumi.ResourceTransformResult({**args.props, "properties": properties}, args.opts)

    account("transformed", opts=pulumi.ResourceOptions(transforms=[opened]))
    pulumi.runtime.register_resource_transform(opened)
    account("swept")

    keys_on = pulumi.Config().get_bool("keysOn") or False
    ignored = pulumi.ResourceOptions(ignore_changes=["properties.disableLocalAuth"])
    account("ignored", disable_local_auth=not keys_on, opts=None if keys_on else ignored)

    id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a"
    deployment(ai.Account.get("read", id).name, "Microsoft.DefaultV2")
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What the gate says of a stack that was made without it."""
    with tiny_provider.serving() as (_, port):
        project = Project(tmp_path_factory.mktemp("round"), port, dedent(SOUND) + dedent(CHANGED))
        project.select("dev", keysOn="true")
        made = project.pulumi("up", "--yes")
        assert made.returncode == 0, made.stdout
        code, found, said = project.preview("dev")
        assert code != 0, said
        return found


@pytest.mark.parametrize("name", ["transformed", "swept", "ignored"])
def test_an_account_is_judged_as_azure_would_get_it(found, name):
    said = [message for level, message in found[KEYS] if level == "mandatory"]
    assert any(f"'{name}' accepts API keys: disableLocalAuth is false" in each for each in said)


def test_an_account_that_is_only_read_is_judged_by_nobody(found):
    assert any("is put into an account that" in message for _, message in found[GUARD])
