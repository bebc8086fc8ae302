"""One evaluation: questions are asked, answers kept, then judged. What is done stays done."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from scripts.client.outcome import Outcome
from scripts.evaluate.dataset import Dataset, Item
from scripts.evaluate.kept import Kept, Side
from scripts.evaluate.mark import gaps
from scripts.evaluate.row import Answer, Judge, Judged, Row, Unjudged, Wanted, wanted
from scripts.evaluate.spread import spread
from scripts.evaluate.timing import Timing

MOST_AT_ONCE: Final = 16
A_CALL_S: Final = 5.0
"""About how long a call takes: more at once than a minute admits are throttled."""

ANSWERED: Final[frozenset[Outcome]] = frozenset({"ok", "filtered"})
"""What is not asked again."""

HOPELESS: Final = 10
"""Questions without any answer after which no more are asked."""

Tell = Callable[[str, int], Callable[[], None]]
"""(what is done, how often) -> to be called each time."""


def at_once(tokens_a_minute: int | None, tokens_a_call: int) -> int:
    """How many calls may be under way: what a minute admits, spread over it."""
    if tokens_a_minute is None:
        return MOST_AT_ONCE
    calls = tokens_a_minute / max(tokens_a_call, 1) * A_CALL_S / 60
    return max(1, min(MOST_AT_ONCE, math.ceil(calls)))


def unanswered(kept: Kept, side: Side, questions: Dataset) -> Sequence[Item]:
    """What is to be asked: all at first, and in a second run what has no answer yet."""
    return [
        row.item
        for row in kept.rows(side, questions)
        if row.answer is None or row.answer.outcome not in ANSWERED
    ]


def ask_all(
    kept: Kept,
    side: Side,
    ahead: Sequence[Item],
    ask: Callable[[Item], Answer],
    most: int,
    time: Timing,
    tell: Tell,
) -> None:
    """Asks, and keeps each answer as it comes."""
    step = tell(f"asking the {side}", len(ahead))
    answered = 0
    for asked, answer in enumerate(spread(ahead, ask, most, time), start=1):
        kept.add_answer(side, answer)
        step()
        answered += answer.outcome in ANSWERED
        if asked >= HOPELESS and not answered:
            time.stop.set()


def judge_all(
    kept: Kept, side: Side, questions: Dataset, judge: Judge, most: int, time: Timing, tell: Tell
) -> None:
    """Judges what has an answer and not all of its scores, and keeps each as it comes."""
    ahead = [
        (row.item, row.answer, row.judged)
        for row in kept.rows(side, questions)
        if row.answer and not wanted(row.item, row.answer).nothing and _is_unjudged(row)
    ]
    step = tell(f"judging the {side}", len(ahead))
    for judged in spread(ahead, lambda each: _judged(judge, *each), most, time):
        kept.add_judged(side, judged)
        step()


def _is_unjudged(row: Row) -> bool:
    return row.judged is None or any(gaps(row))


def _judged(judge: Judge, item: Item, answer: Answer, before: Judged | None) -> Judged:
    """What a judge says; where it breaks it has said nothing, and goes on with the others.

    before: what it said the last time, which is paid for too.
    """
    try:
        said = judge.judge(item, answer)
    except Exception as error:
        said = _silent(item, wanted(item, answer), f"the judge failed: {type(error).__name__}")
    return replace(said, usage=said.usage + before.usage) if before else said


def _silent(item: Item, want: Wanted, reason: str) -> Judged:
    none = Unjudged(reason=reason)
    return Judged(
        id=item.id,
        scores=dict.fromkeys(want.metrics, none),
        harms=dict.fromkeys(want.harms, none),
        jailbreak=none if want.jailbreak else None,
    )
