"""The pack as the engine starts it: python -m pulumi.policy, from inside policies/."""

import subprocess
import sys
from datetime import UTC, datetime

import grpc
import pytest
from pulumi.runtime.proto import analyzer_pb2 as wire
from pulumi.runtime.proto.analyzer_pb2_grpc import AnalyzerStub

from components.stack_file import ROOT
from policies.registry import RULES
from tests.policies.engine_side import asked, shown, struct
from tests.policies.worlds import MISSING, sound

PACK = ROOT / "policies"


@pytest.fixture(scope="module", params=[PACK, ROOT], ids=["from the pack", "from the project"])
def pack(request):
    """A stub of the pack, started anew."""
    command = [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(PACK)]
    with subprocess.Popen(
        command, cwd=request.param, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        port = process.stdout.readline().strip()
        assert port.isdigit(), process.stderr.read()
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield AnalyzerStub(channel)
        process.terminate()


def configured(pack, stack="prod", **config):
    return pack.ConfigureStack(
        wire.AnalyzerStackConfigureRequest(stack=stack, project="shop", config=config)
    )


def test_the_first_line_is_the_port_and_every_rule_is_offered(pack):
    configured(pack)
    offered = [policy.name for policy in pack.GetAnalyzerInfo(wire_nothing()).policies]
    assert offered == [*RULES, "waivers-in-force"]


def wire_nothing():
    from google.protobuf.empty_pb2 import Empty

    return Empty()


def test_levels_follow_the_stack(pack):
    for stack, level in [("dev", wire.ADVISORY), ("prod", wire.MANDATORY)]:
        configured(pack, stack)
        policies = pack.GetAnalyzerInfo(wire_nothing()).policies
        levels = {policy.name: policy.enforcementLevel for policy in policies}
        assert levels["model-version-pinned"] == level
        assert levels["account-local-auth-disabled"] == wire.MANDATORY


def test_a_finding_comes_back_over_the_wire(pack):
    configured(pack)
    # The pack has the real clock, so the evidence is of yesterday.
    world = sound(("account", "properties.disableLocalAuth", MISSING), now=datetime.now(UTC))
    said = []
    for resource in world.resources:
        said += pack.Analyze(asked(resource)).diagnostics
    stack = [shown(resource, struct({})) for resource in world.resources]
    said += pack.AnalyzeStack(wire.AnalyzeStackRequest(resources=stack)).diagnostics
    assert [each.policyName for each in said] == ["account-local-auth-disabled"]
    (finding,) = said
    assert finding.policyName == "account-local-auth-disabled"
    assert finding.enforcementLevel == wire.MANDATORY
    assert finding.severity == wire.PolicySeverity.POLICY_SEVERITY_CRITICAL
    assert finding.message.startswith("An account takes Entra tokens, never keys.\n'account'")


@pytest.mark.parametrize("config", [{"account-local-auth-disbled": {}}])
def test_a_misspelt_rule_is_an_error_of_the_call(pack, config):
    request = wire.ConfigureAnalyzerRequest()
    for name in config:
        request.policyConfig[name].enforcementLevel = wire.ADVISORY
    with pytest.raises(grpc.RpcError, match="no rule account-local-auth-disbled"):
        pack.Configure(request)


def test_no_file_of_the_pack_hides_a_standard_module():
    names = {path.stem for path in PACK.iterdir() if path.suffix == ".py"}
    assert names & sys.stdlib_module_names == set()
