"""azure-ai-evaluation 1.18.10 as far as it is called: signatures and results as it has them."""

import asyncio
import json
import math
from types import SimpleNamespace

MODEL = "gpt-4.1-2025-04-14"


def result(metric, score=4.0, *, status="completed", threshold=4, finish="stop", model=MODEL):
    """What one of its evaluators returns."""
    passed = None if score is None else score >= threshold
    verdicts = {None: "not_applicable", True: "pass", False: "fail"}
    unknown = score is not None and math.isnan(score)
    return {
        metric: score,
        f"{metric}_score": score,
        f"{metric}_passed": passed,
        f"{metric}_result": "unknown" if unknown else verdicts[passed],
        f"{metric}_reason": "Let's think step by step: it is.",
        f"{metric}_status": status,
        f"{metric}_threshold": threshold,
        f"{metric}_properties": {
            "prompt_tokens": 10,
            "completion_tokens": 5,
            "total_tokens": 15,
            "finish_reason": finish,
            "model": model,
            "sample_input": "[]",
            "sample_output": "[]",
        },
    }


class Evaluator:
    """One of its classes; a judge's whole answer is in `says`."""

    metric, says, made = "", '{"reason": "r", "score": 4}', None

    def __init__(self, model_config, *, threshold=3, credential=None, **kwargs):
        self.config, self.threshold, self.options = model_config, threshold, kwargs
        self.given = []
        self.made.append(self)

    def _to_async(self):
        return self._call

    async def _call(
        self, *, query=None, response=None, context=None, conversation=None, ground_truth=None
    ):
        self.given.append({"query": query, "response": response, "context": context})
        said = self.says
        if isinstance(said, BaseException):
            raise said
        if said == "never":
            await asyncio.Event().wait()
        answer = json.loads(said)
        score = math.nan
        if isinstance(answer, dict):
            if answer.get("status", "completed") == "skipped":
                return result(self.metric, None, status="skipped", threshold=self.threshold)
            score = answer.get("score", math.nan)
            score = math.nan if score is None else float(score)
        return result(self.metric, score, threshold=self.threshold)


def module(says=None):
    """What `import azure.ai.evaluation` gives; `says` by metric takes the place of a 4."""
    made = []
    classes = {
        f"{metric.capitalize()}Evaluator": type(
            f"{metric.capitalize()}Evaluator",
            (Evaluator,),
            {"metric": metric, "made": made, "says": (says or {}).get(metric, Evaluator.says)},
        )
        for metric in ("groundedness", "relevance", "coherence", "fluency")
    }
    return SimpleNamespace(**classes, made=made)
