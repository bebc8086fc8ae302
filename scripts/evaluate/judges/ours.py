"""A judge that is asked by our own prompts."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from scripts.evaluate.dataset import Item
from scripts.evaluate.judges.pace import Pace
from scripts.evaluate.judges.reading import Found, Said, brief, read
from scripts.evaluate.judges.sheet import (
    HARM_KEYS,
    JAILBREAK,
    THINKING_TOKENS,
    Sheet,
    data,
    metric_of,
    prompts_sha256,
    sheets,
)
from scripts.evaluate.row import Answer, Judged, Unjudged, Wanted, wanted

ROW_S: Final = 180.0
"""How long one answer may take to be judged, waits and all."""

CHARACTERS_A_TOKEN: Final = 3
"""Fewer than in most languages: who overestimates a prompt is throttled less."""


class Ask(Protocol):
    """Asks a deployment, again where that may help, and tells whatever became of it."""

    def __call__(
        self, messages: list[dict[str, str]], options: Mapping[str, Any], left_s: float
    ) -> Said: ...


@dataclass(frozen=True, kw_only=True)
class OurJudge:
    """One pinned deployment, and how to ask it."""

    account: str
    deployment: str
    model: str
    version: str
    sku: str
    names_itself: str
    """How what its answers call their model begins; empty if nobody knows."""
    thinks: bool
    ask: Ask
    pace: Pace
    clock: Callable[[], float] = time.monotonic
    row_s: float = ROW_S
    ends: float = math.inf
    """By the clock: when the run's time is over."""

    @property
    def prompt_sha256(self) -> str:
        return prompts_sha256()

    def judge(self, item: Item, answer: Answer) -> Judged:
        """What is wanted of an answer, each with a score or the reason why there is none."""
        return self.judge_by(wanted(item, answer), item, answer, self.until())

    def until(self) -> float:
        """Until when an answer that is taken up now may be judged."""
        return min(self.clock() + self.row_s, self.ends)

    def judge_by(self, want: Wanted, item: Item, answer: Answer, until: float) -> Judged:
        """The same, of what is named alone, while there is time by the clock."""
        judged = Judged(id=item.id)
        for sheet in sheets(want):
            said = self._asked(sheet, data(item, answer.text), until)
            judged = entered(judged, read(sheet, said))
            judged = replace(judged, usage=judged.usage + said.usage)
        return judged

    def _asked(self, sheet: Sheet, told: str, until: float) -> Said:
        most = sheet.answer_tokens + (THINKING_TOKENS if self.thinks else 0)
        prompt = len(sheet.instructions) + len(told)
        cost = prompt // CHARACTERS_A_TOKEN + most
        if not self.pace.fits(cost):
            return Said(
                outcome="throttled_quota",
                problem=f"one question takes {cost:,} tokens. Fix: more capacity for the judge",
            )
        if not self.pace.enter(cost, until):
            return Said(outcome="throttled_quota", problem="its tokens a minute were used up")
        left_s = until - self.clock()
        if left_s <= 0:
            return Said(outcome="timeout", problem="no time was left")
        messages = [
            {"role": "system", "content": sheet.instructions},
            {"role": "user", "content": told},
        ]
        said = self.ask(messages, self._options(sheet, most), left_s)
        if said.outcome == "ok" and not said.model.startswith(self.names_itself):
            problem = f"it answers as {brief(said.model, 60)}, not as {self.names_itself}"
            return replace(said, outcome="request", problem=problem)
        return said

    def _options(self, sheet: Sheet, most: int) -> dict[str, Any]:
        form = {"name": "judgement", "strict": True, "schema": sheet.schema}
        options = {
            "response_format": {"type": "json_schema", "json_schema": form},
            "max_completion_tokens": most,
        }
        return options | ({"reasoning_effort": "low"} if self.thinks else {"temperature": 0})


def entered(judged: Judged, found: Mapping[str, Found | Unjudged]) -> Judged:
    """What is known of an answer, with what one more sheet says."""
    scores, harms = dict(judged.scores), dict(judged.harms)
    reasons, jailbreak = dict(judged.reasons), judged.jailbreak
    for key, each in found.items():
        value = each if isinstance(each, Unjudged) else each.value
        harm = HARM_KEYS.get(key)
        if metric := metric_of(key):
            scores[metric] = value
        elif harm:
            harms[harm] = value
        elif key == JAILBREAK:
            jailbreak = value if isinstance(value, Unjudged) else bool(value)
        if isinstance(each, Found):
            reasons[harm or key] = each.reason
    return replace(judged, scores=scores, harms=harms, reasons=reasons, jailbreak=jailbreak)
