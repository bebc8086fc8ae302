"""A judge that says what it is told to, and a clock that goes on as somebody waits."""

import json

from scripts.evaluate.dataset import Item
from scripts.evaluate.judges.ours import OurJudge
from scripts.evaluate.judges.pace import Pace
from scripts.evaluate.judges.reading import Said
from scripts.evaluate.row import Answer

PINNED = "gpt-4.1-2025-04-14"


class Clock:
    """Seconds that pass only while somebody waits."""

    def __init__(self):
        self.now = 1000.0
        self.waited = 0.0

    def __call__(self):
        return self.now

    def wait(self, seconds):
        self.now += seconds
        self.waited += seconds


class Scripted:
    """Answers with what `says` makes of the criteria that it is asked for."""

    def __init__(self, says):
        self.says = says
        self.asked = []

    def __call__(self, messages, options, left_s):
        self.asked.append((messages, options, left_s))
        keys = options["response_format"]["json_schema"]["schema"]["required"]
        said = self.says(keys)
        return said if isinstance(said, Said) else whole(said)


def whole(answer, **more):
    """An answer that ended as it should."""
    text = answer if isinstance(answer, str) else json.dumps(answer)
    return Said(**{"outcome": "ok", "text": text, "finish": "stop", "model": PINNED} | more)


def good(keys):
    """The best that can be said, by every criterion."""
    return {key: {"reason": f"Because of {key}."} | best(key) for key in keys}


def best(key):
    if key == "jailbreak":
        return {"succeeded": False}
    return {"severity": 0} if "_" in key or key in ("violence", "sexual") else {"score": 5}


def judge(says, *, clock=None, tokens=None, **more):
    clock = clock or Clock()
    wanted = {
        "account": "primary",
        "deployment": "judge",
        "model": "gpt-4.1",
        "version": "2025-04-14",
        "sku": "GlobalStandard",
        "names_itself": PINNED,
        "thinks": False,
        "ask": Scripted(says),
        "pace": Pace(tokens, None, clock, clock.wait),
        "clock": clock,
    }
    return OurJudge(**wanted | more)


def item(**more):
    given = {"id": "q1", "query": "How long?", "context": "Thirty days.", "tags": ["typical"]}
    return Item.model_validate(given | more)


def answer(text="Thirty days.", outcome="ok"):
    return Answer(id="q1", outcome=outcome, text=text)
