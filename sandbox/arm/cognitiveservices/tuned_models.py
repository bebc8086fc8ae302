"""Fine-tuned models: whether a job of this sandbox has made one."""

import json
from datetime import datetime
from typing import Final

from components.catalog import base_model
from sandbox.around import Settings
from sandbox.dataplane import tuning
from sandbox.store import Store

NEEDS_JOB: Final = "fine_tuned_needs_job"
"""Setting: today's stacks name jobs that ran elsewhere, so any well-formed name can be deployed."""


def missing(store: Store, model: str, now: datetime) -> bool:
    """Whether a model is fine-tuned, has to come from a job here, and does not.

    A job of any account will do: Azure deploys fine-tuned models across regions.
    """
    if base_model(model) is None or not Settings(store).get(NEEDS_JOB, False):
        return False
    rows = store.execute("SELECT body FROM objects WHERE kind = 'job'")
    made = (tuning.made(json.loads(row["body"]), now.timestamp()) for row in rows)
    return all(model not in names for names in made)
