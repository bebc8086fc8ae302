"""azure-ai-evaluation as the judge of how well answers are said. Harm is judged by our prompts: its
own evaluators of harm need a Foundry project.

Version 1.18.10. Its evaluators are asked row by row; its `evaluate` leaves rows out of the metrics
that it could not judge. What they return is checked here: they take any number for a score, 7 as
well, and call a row without one completed.
"""

import asyncio
import importlib
import os
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from types import ModuleType
from typing import Any, Final, Protocol

from scripts.evaluate.bar import GOOD
from scripts.evaluate.dataset import Item
from scripts.evaluate.judges.evaluator_result import Scored, none, problem, read
from scripts.evaluate.judges.ours import CHARACTERS_A_TOKEN, OurJudge
from scripts.evaluate.judges.sheet import prompts_sha256
from scripts.evaluate.row import Answer, Judged, Metric, wanted

VERSION: Final = "1.18.10"
API_VERSION: Final = "2024-10-21"

EVALUATORS: Final[Mapping[Metric, tuple[str, tuple[str, ...]]]] = {
    "groundedness": ("GroundednessEvaluator", ("response", "context")),
    "relevance": ("RelevanceEvaluator", ("query", "response")),
    "coherence": ("CoherenceEvaluator", ("query", "response")),
    "fluency": ("FluencyEvaluator", ("response",)),
}
"""Metric -> its class, and what that is given."""

PROMPT_TOKENS: Final = 2_500
"""Of the longest of its prompts, before there is anything to judge in it."""

ANSWER_TOKENS: Final = 800
THINKING_TOKENS: Final = 60_000
"""What it lets a reasoning judge say. Admission counts all of it."""

ROLE: Final = re.compile(r"^(?=\s*#?\s*(?:system|user|assistant|function)\s*:\s*$)", re.I | re.M)
"""A line that its prompts take for the beginning of another message."""


class Evaluator(Protocol):
    """One of its evaluators."""

    def _to_async(self) -> Callable[..., Awaitable[Any]]:
        """What `evaluate` itself calls: unlike the evaluator, it can be cancelled."""


class NotInstalled(Exception):
    """The extra is missing."""


@dataclass(frozen=True, kw_only=True)
class AzureAiEvaluationJudge:
    """Its evaluators, on the deployment that our prompts are asked of."""

    ours: OurJudge
    evaluators: Mapping[Metric, Evaluator]

    @property
    def account(self) -> str:
        return self.ours.account

    @property
    def deployment(self) -> str:
        return self.ours.deployment

    @property
    def model(self) -> str:
        return self.ours.model

    @property
    def version(self) -> str:
        return self.ours.version

    @property
    def sku(self) -> str:
        return self.ours.sku

    @property
    def prompt_sha256(self) -> str:
        return its_prompts_sha256()

    def judge(self, item: Item, answer: Answer) -> Judged:
        """What is wanted of an answer, each with a score or the reason why there is none."""
        until = self.ours.until()
        want = wanted(item, answer)
        judged = self.ours.judge_by(replace(want, metrics=()), item, answer, until)
        scores, reasons, usage = dict(judged.scores), dict(judged.reasons), judged.usage
        for metric in want.metrics:
            found = self._scored(metric, item, answer, until)
            scores[metric] = found.score
            usage += found.usage
            if found.reason:
                reasons[metric] = found.reason
        return replace(judged, scores=scores, reasons=reasons, usage=usage)

    def _scored(self, metric: Metric, item: Item, answer: Answer, until: float) -> Scored:
        given = {"query": item.query, "response": answer.text, "context": item.context}
        told = {name: guarded(given[name]) for name in EVALUATORS[metric][1]}
        most = THINKING_TOKENS if self.ours.thinks else ANSWER_TOKENS
        said = sum(map(len, told.values())) // CHARACTERS_A_TOKEN
        pace, cost = self.ours.pace, PROMPT_TOKENS + said + most
        if not pace.fits(cost):
            return none(
                f"throttled_quota: one question takes {cost:,} tokens. "
                "Fix: more capacity for the judge, or our own prompts"
            )
        if not pace.enter(cost, until):
            return none("throttled_quota: its tokens a minute were used up")
        left_s = until - self.ours.clock()
        if left_s <= 0:
            return none("timeout: no time was left")
        try:
            result = asyncio.run(_within(self.evaluators[metric], told, left_s))
        except Exception as error:  # whatever a judge's answer makes it raise
            return none(problem(error))
        return read(metric, result, self.ours.names_itself)


def its_prompts_sha256() -> str:
    """Its prompts are as its version has them; harm is judged by ours."""
    return sha256(f"azure-ai-evaluation {VERSION}\n{prompts_sha256()}".encode()).hexdigest()


def through_azure_ai_evaluation(
    ours: OurJudge, endpoint: str, found: Any = None, credential: Any = None
) -> AzureAiEvaluationJudge:
    """The same deployment, asked by azure-ai-evaluation.

    found: its module; by default, the one that is installed.

    Raises:
        NotInstalled: there is none.
    """
    module = found or installed()
    if credential is None:
        from azure.identity import DefaultAzureCredential

        credential = DefaultAzureCredential()
    config = {
        "azure_endpoint": endpoint,
        "azure_deployment": ours.deployment,
        "api_version": API_VERSION,
    }
    evaluators = {
        # By itself it takes 3 for good.
        metric: getattr(module, name)(
            config, threshold=GOOD, credential=credential, is_reasoning_model=ours.thinks
        )
        for metric, (name, _) in EVALUATORS.items()
    }
    return AzureAiEvaluationJudge(ours=ours, evaluators=evaluators)


def installed() -> ModuleType:
    """Its module.

    Raises:
        NotInstalled: there is none.
    """
    # It writes each error to stdout, traceback and all, where our own answer belongs.
    os.environ.setdefault("PF_LOGGING_LEVEL", "CRITICAL")
    try:
        return importlib.import_module("azure.ai.evaluation")
    except ModuleNotFoundError:
        raise NotInstalled(
            "azure-ai-evaluation is not installed (312 MB). "
            f"Fix: .venv/bin/pip install azure-ai-evaluation=={VERSION}, or judge by our prompts"
        ) from None


async def _within(evaluator: Evaluator, told: Mapping[str, str], seconds: float) -> Any:
    """Its own patience is ten retries with waits of up to a minute each."""
    return await asyncio.wait_for(evaluator._to_async()(**told), seconds)


def guarded(text: str) -> str:
    """A text that its prompts take for nothing but text.

    They are templates of whole conversations: a line `system:` in an answer would begin another
    message to the judge, and a picture in Markdown would be fetched and shown to it.
    """
    return ROLE.sub("> ", text).replace("![", "! [")
