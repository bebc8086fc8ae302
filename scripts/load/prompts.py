"""What is asked: prompts of a given length, each unlike the others as far as it should be."""

import random
from collections.abc import Mapping
from typing import Any, Final

from scripts.load.scenario import Mix, Scenario

TEXT: Final = (
    "time year people way day man thing woman life child world school state family student group "
    "country problem hand part place case week company system program question work government "
    "number night point home water room mother area money story fact month lot right study book"
)
"""Each word is one token in the tokenizers of today's models, with the space before."""

ENDING: Final = "Retell this in your own words, at length."


class Prompts:
    """What each call of a run sends, by its number; the same scenario gives the same ones."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._kinds = list(scenario.mix.values())
        self._weights = [kind.weight for kind in self._kinds]
        longest = max(kind.prompt_tokens for kind in self._kinds)
        self._shared = random.Random(scenario.seed).choices(
            TEXT.split(), k=round(longest * scenario.cache_share)
        )

    def __getitem__(self, number: int) -> Mapping[str, Any]:
        """The body; made when it is wanted, since a long run's do not fit into memory."""
        chance = random.Random(f"{self._scenario.seed}/{number}")
        (kind,) = chance.choices(self._kinds, self._weights)
        text = self._text(kind, chance)
        if self._scenario.operation == "embeddings":
            return {"input": text}
        body: dict[str, Any] = {
            "messages": [{"role": "user", "content": text}],
            # Not max_tokens, nor a temperature: reasoning models refuse both.
            "max_completion_tokens": kind.answer_tokens,
        }
        if kind.reasoning_effort:
            body["reasoning_effort"] = kind.reasoning_effort
        if self._scenario.stream:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        return body

    def _text(self, kind: Mix, chance: random.Random) -> str:
        """Caches know a prompt by its beginning, so what is the same comes first."""
        shared = self._shared[: round(kind.prompt_tokens * self._scenario.cache_share)]
        own = max(kind.prompt_tokens - len(shared) - len(ENDING.split()), 0)
        return " ".join([*shared, *chance.choices(TEXT.split(), k=own), ENDING])
