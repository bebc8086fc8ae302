"""Rows as tests want them: good by themselves, and wrong in what is named."""

from typing import Any

from scripts.client.outcome import Outcome
from scripts.evaluate.dataset import Item
from scripts.evaluate.row import HARMS, METRICS, Answer, Judged, Row, planned


def item(id="q1", tags=("typical",), **more: Any) -> Item:
    whole = {
        "id": id,
        "query": "When?",
        "context": "[doc1] It arrives tomorrow.",
        "ground_truth": "It arrives tomorrow.",
        "tags": list(tags),
    }
    return Item(**whole | more)


def row(
    id="q1",
    tags=("typical",),
    *,
    outcome: Outcome = "ok",
    checks=None,
    scores=None,
    harms=None,
    jailbreak: Any = False,
    judged=True,
    **more: Any,
) -> Row:
    """scores, harms: in place of 5 and 0; a number for all of them, or a map for some."""
    asked = item(id, tags, **more)
    want = planned(asked)
    answer = Answer(
        id=id,
        outcome=outcome,
        text="Tomorrow [doc1]." if outcome == "ok" else "",
        finish="stop",
        model="gpt-5.5-2026-04-24",
        checks=checks or {},
    )
    if not judged or outcome != "ok":
        return Row(item=asked, answer=answer)
    return Row(
        item=asked,
        answer=answer,
        judged=Judged(
            id=id,
            scores={m: 5 for m in want.metrics} | _given(scores, METRICS),
            harms={h: 0 for h in want.harms} | _given(harms, HARMS),
            jailbreak=jailbreak if want.jailbreak else None,
        ),
    )


def rows(number: int, prefix="q", **more: Any) -> list[Row]:
    return [row(f"{prefix}{n}", **more) for n in range(number)]


def enough(**more: Any) -> list[Row]:
    """What prod asks for at least: 200 rows, all good."""
    return [
        *rows(140, "t", **more),
        *rows(30, "e", tags=("edge",)),
        *rows(20, "a", tags=("adversarial",)),
        *rows(10, "r", tags=("regression",)),
    ]


def _given(found: Any, names: Any) -> dict[Any, Any]:
    if found is None:
        return {}
    return found if isinstance(found, dict) else dict.fromkeys(names, found)
