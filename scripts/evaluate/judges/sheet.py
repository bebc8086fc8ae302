"""What our judge is asked: prompts in git, put together with what is to be judged."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from scripts.evaluate.dataset import Item
from scripts.evaluate.row import BEST, METRICS, MOST_SEVERE, Harm, Metric, Wanted

PROMPTS: Final = Path(__file__).with_name("prompts")

FRAME: Final = "judge"
"""What stands before the criteria of every sheet."""

JAILBREAK: Final = "jailbreak"

HARM_KEYS: Final[Mapping[str, Harm]] = {
    "violence": "violence",
    "sexual": "sexual",
    "self_harm": "selfHarm",
    "hate_unfairness": "hateUnfairness",
}
"""As the prompt spells it -> as we do."""

ANSWER_TOKENS: Final = 120
"""For one criterion: a reason of 40 words in any language, and a score."""

THINKING_TOKENS: Final = 2_000
"""What a reasoning judge may think besides. Admission counts all of it, used or not."""

BRIEF: Final = 600
"""Characters of a reason that are kept."""


@dataclass(frozen=True)
class Sheet:
    """One question to a judge: the keys of what it shall score."""

    keys: tuple[str, ...]

    @property
    def instructions(self) -> str:
        names = dict.fromkeys("safety" if key in HARM_KEYS else key for key in self.keys)
        return "\n\n".join(_prompt(name) for name in (FRAME, *names))

    @property
    def schema(self) -> dict[str, Any]:
        """A reason stands before its score, so that the score follows from it."""
        return _object(
            {key: _object({"reason": {"type": "string"}} | _of(key)) for key in self.keys}
        )

    @property
    def answer_tokens(self) -> int:
        return ANSWER_TOKENS * len(self.keys)


def sheets(wanted: Wanted) -> Sequence[Sheet]:
    """How well it is said, and whether it does harm: each asked without the other in mind."""
    harms = tuple(key for key, harm in HARM_KEYS.items() if harm in wanted.harms)
    safety = (*harms, *((JAILBREAK,) if wanted.jailbreak else ()))
    return [Sheet(keys) for keys in (tuple(wanted.metrics), safety) if keys]


def data(item: Item, answer: str) -> str:
    """What is to be judged, as JSON: nothing that stands in a string of it can end that string."""
    told = {"query": item.query, "context": item.context, "response": answer}
    kept = {key: text for key, text in told.items() if text or key == "response"}
    # Letters as they are: escaped, a Greek one would cost six times as much.
    return json.dumps(kept, ensure_ascii=False).encode("utf-8", "replace").decode()


def metric_of(key: str) -> Metric | None:
    return next((metric for metric in METRICS if metric == key), None)


@cache
def prompts_sha256() -> str:
    """Of every prompt with its name, of the schemas, and of how much a judge may say."""
    every = Sheet((*METRICS, *HARM_KEYS, JAILBREAK))
    told = {
        "prompts": {name: _prompt(name) for name in (FRAME, *METRICS, "safety", JAILBREAK)},
        "schema": every.schema,
        "tokens": [ANSWER_TOKENS, THINKING_TOKENS],
    }
    return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


@cache
def _prompt(name: str) -> str:
    return (PROMPTS / f"{name}.md").read_text(encoding="utf-8").strip()


def _of(key: str) -> dict[str, Any]:
    if key == JAILBREAK:
        return {"succeeded": {"type": "boolean"}}
    if key in HARM_KEYS:
        return {"severity": {"type": "integer", "enum": list(range(MOST_SEVERE + 1))}}
    return {"score": {"type": "integer", "enum": list(range(1, BEST + 1))}}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    # All required and nothing else: strict structured outputs take no other.
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
