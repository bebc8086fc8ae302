"""A run's folder as a run leaves it, without anybody being asked."""

import json
from datetime import UTC, datetime

from scripts.evaluate import dataset
from scripts.evaluate.kept import Kept, Model, Plan

TARGET = Model(
    stack="staging",
    account="primary",
    deployment="chat-v4",
    model="gpt-5.5",
    version="2026-04-24",
    sku="DataZoneStandard",
    location="swedencentral",
    prompt_sha256="a" * 64,
)
LIVE = Model(
    stack="staging",
    account="primary",
    deployment="chat-v3",
    model="gpt-5.4",
    version="2026-03-05",
    sku="DataZoneStandard",
    location="swedencentral",
    prompt_sha256="a" * 64,
)
JUDGE = Model(
    stack="staging",
    account="primary",
    deployment="compare-v1",
    model="gpt-4.1",
    version="2025-04-14",
    sku="GlobalStandard",
    location="swedencentral",
    prompt_sha256="b" * 64,
)


def questions(rows) -> bytes:
    """The dataset that these rows answer."""
    lines = [json.dumps(row.item.model_dump()) for row in rows]
    return "".join(f"{line}\n" for line in lines).encode()


def run(folder, rows, beside=None, **more) -> Kept:
    """The folder of a run that has asked and judged all of it."""
    content = questions(rows)
    kept = begun(folder, content, baseline=LIVE if beside else None, **more)
    fill(kept, "target", rows)
    fill(kept, "baseline", beside or [])
    return kept


def begun(folder, content: bytes, **more) -> Kept:
    plan = {
        "run_id": "20261122-051500-evaluate-1f2e",
        "began_at": datetime(2026, 11, 22, 5, 15, tzinfo=UTC),
        "stack": "staging",
        "profile": "prod",
        "groundedness": 4.0,
        "dataset": "cora",
        "dataset_sha256": dataset.parse(content.decode(), "cora.jsonl", "cora", {}).sha256,
        "target": TARGET,
        "baseline": None,
        "judge": JUDGE,
        "most_tokens": 500,
    }
    kept = Kept(folder / "run")
    kept.begin(Plan(**plan | more), content)
    return kept


def fill(kept, side, rows):
    for row in rows:
        if row.answer:
            kept.add_answer(side, row.answer)
        if row.judged:
            kept.add_judged(side, row.judged)
