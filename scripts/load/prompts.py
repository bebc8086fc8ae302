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


def bodies(scenario: Scenario, count: int) -> list[Mapping[str, Any]]:
    """What each call of a run sends, by its number; the same scenario gives the same ones."""
    chance = random.Random(scenario.seed)
    kinds = list(scenario.mix.values())
    drawn = chance.choices(kinds, [kind.weight for kind in kinds], k=count)
    return [_body(scenario, kind, chance) for kind in drawn]


def _body(scenario: Scenario, kind: Mix, chance: random.Random) -> Mapping[str, Any]:
    same = round(kind.prompt_tokens * scenario.cache_share)
    body: dict[str, Any] = {
        "messages": [
            {"role": "user", "content": _text(kind.prompt_tokens, same, scenario.seed, chance)}
        ],
        "max_completion_tokens": kind.answer_tokens,
    }
    if scenario.stream:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    return body


def _text(tokens: int, same: int, seed: int, chance: random.Random) -> str:
    """Caches know a prompt by its beginning, so what is the same comes first."""
    words = TEXT.split()
    shared = random.Random(seed).choices(words, k=same)
    own = chance.choices(words, k=max(tokens - same - len(ENDING.split()), 0))
    return " ".join([*shared, *own, ENDING])
