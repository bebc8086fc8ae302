"""Who may judge, and how fast they are asked."""

import os
import sys

import pytest

from components.catalog import model_behind
from scripts.evaluate.judges.azure_ai_evaluation import AzureAiEvaluationJudge
from scripts.evaluate.judges.chosen import (
    WrongJudge,
    check,
    kin,
    names_itself,
    open_judge,
    pace,
    prompts,
)
from scripts.evaluate.judges.ours import OurJudge
from scripts.evaluate.timing import Timing
from scripts.opened import Opened
from scripts.stack_outputs import AccountOutputs, DeploymentOutputs
from tests.evaluate.judges.evaluators import module

TIME = Timing(until=100.0, clock=lambda: 0.0)


def held(model="gpt-4.1", version="2025-04-14", sku="GlobalStandard", format="OpenAI", capacity=10):
    return DeploymentOutputs(
        model=model,
        version=version,
        format=format,
        sku=sku,
        capacity=capacity,
        content_filter="f",
        spillover="",
    )


class There(Opened):
    """A stack whose outputs are one account with a judge."""

    def __init__(self, deployment):
        object.__setattr__(self, "deployment", deployment)

    def held(self, target):
        account = AccountOutputs(
            name="ai", location="here", endpoint="https://ai.example/", deployments={}
        )
        return account, self.deployment


def opened(deployment=None, judged=("primary/chat-v4",), **more):
    there = There(deployment or held())
    return open_judge(there, "primary/judge", judged, time=TIME, token=None, **more)


def test_a_judge_is_the_deployment_as_it_is_deployed():
    found = opened()
    assert isinstance(found, OurJudge)
    named = (found.account, found.deployment, found.model, found.version, found.sku)
    assert named == ("primary", "judge", "gpt-4.1", "2025-04-14", "GlobalStandard")
    assert found.names_itself == "gpt-4.1-2025-04-14"
    assert not found.thinks
    assert found.ends == TIME.until
    assert opened(held("gpt-5.4", "2026-03-05")).thinks


@pytest.mark.parametrize(
    ("deployment", "judged", "why"),
    [
        (held(), ["primary/judge"], "would judge its own answers"),
        (held("text-embedding-3-large", "1"), [], "says nothing"),
        (held(sku="GlobalBatch"), [], "takes no questions"),
    ],
)
def test_who_cannot_judge_is_refused_with_a_way_out(deployment, judged, why):
    facts = model_behind(deployment.model, deployment.version, deployment.format)
    with pytest.raises(WrongJudge, match=f"{why}.*Fix: --judge"):
        check("primary/judge", deployment, facts, judged)
    with pytest.raises(WrongJudge, match=why):
        opened(deployment, judged)


def test_a_judge_of_the_same_model_is_kin():
    assert kin(held(), [held(sku="Standard", capacity=1)])
    assert not kin(held(), [held(version="2026-01-01"), held("gpt-4.1-mini")])


@pytest.mark.parametrize(
    ("deployment", "name"),
    [
        (held(), "gpt-4.1-2025-04-14"),
        (held("gpt-4.1-mini-2025-04-14.ft-1f2e", "1"), "gpt-4.1-mini-2025-04-14.ft-1f2e"),
        (held("Mistral-Large-3", "1", format="Mistral AI"), ""),
    ],
)
def test_what_a_judge_calls_itself_is_known_of_one_publisher(deployment, name):
    assert names_itself(deployment) == name


def test_a_judge_is_asked_as_fast_as_its_capacity_admits():
    facts = model_behind("gpt-4.1", "2025-04-14", "OpenAI")
    rated, reserved = (
        pace(held(sku=sku), facts, TIME) for sku in ("Standard", "ProvisionedManaged")
    )
    assert (rated.fits(10_000), rated.fits(10_001)) == (True, False)
    assert reserved.fits(10**9)
    assert pace(held("new", "1"), None, TIME).fits(10**9)


def test_the_other_prompts_are_asked_of_the_same_deployment(monkeypatch):
    monkeypatch.setenv("PF_LOGGING_LEVEL", "CRITICAL")
    monkeypatch.setitem(sys.modules, "azure.ai.evaluation", module())
    found = opened(way="azure-ai-evaluation")
    assert isinstance(found, AzureAiEvaluationJudge)
    assert (found.deployment, found.model) == ("judge", "gpt-4.1")


def test_without_the_other_prompts_the_judge_is_wrong(monkeypatch):
    monkeypatch.setenv("PF_LOGGING_LEVEL", "CRITICAL")
    monkeypatch.setitem(sys.modules, "azure.ai.evaluation", None)
    with pytest.raises(WrongJudge, match="not installed"):
        opened(way="azure-ai-evaluation")
    with pytest.raises(WrongJudge, match="not installed"):
        prompts("azure-ai-evaluation")


def test_other_prompts_have_another_hash_and_stdout_to_us(monkeypatch):
    monkeypatch.setitem(sys.modules, "azure.ai.evaluation", module())
    monkeypatch.delenv("PF_LOGGING_LEVEL", raising=False)
    hashes = {prompts("ours"), prompts("azure-ai-evaluation")}
    assert hashes == {opened().prompt_sha256, opened(way="azure-ai-evaluation").prompt_sha256}
    assert len(hashes) == 2
    assert os.environ["PF_LOGGING_LEVEL"] == "CRITICAL"
