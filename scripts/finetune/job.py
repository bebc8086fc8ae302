"""A fine-tuning job as the API tells it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict

UNDER_WAY: Final = frozenset(
    {"validating_files", "pending", "queued", "running", "pausing", "paused", "resuming"}
)
"""OpenAI's words and Azure's."""

TUNED: Final = re.compile(r"^(?P<base>.+?)\.ft-(?P<job>[0-9a-z]+)(-(?P<suffix>[^:]+))?(:.+)?$")
"""<base>-<date>.ft-<job>[-<suffix>], and of a checkpoint :ckpt-step-<n> behind it."""

CHECKED: Final = "model evaluation"
"""How the event begins that tells of the safety evaluation: `Model Evaluation Passed.`"""


class Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, protected_namespaces=())


class Failure(Part):
    code: str | None = None
    message: str | None = None
    param: str | None = None

    def __str__(self) -> str:
        about = f" ({self.param})" if self.param else ""
        return f"{self.code or 'no code'}{about}: {self.message or 'no message'}"


class Job(Part):
    id: str
    status: str
    model: str
    """What it was tuned from."""
    fine_tuned_model: str | None = None
    training_file: str
    validation_file: str | None = None
    result_files: list[str] = []
    error: Failure | None = None
    trained_tokens: int | None = None
    created_at: int
    finished_at: int | None = None
    """Unix time."""


class Event(Part):
    created_at: int
    level: str
    message: str


class Metrics(Part):
    full_valid_loss: float | None = None
    valid_loss: float | None = None
    train_loss: float | None = None


class Checkpoint(Part):
    id: str
    step_number: int
    fine_tuned_model_checkpoint: str
    metrics: Metrics = Metrics()


@dataclass(frozen=True)
class TunedName:
    """What the name of a fine-tuned model says."""

    base: str
    job: str
    suffix: str | None

    @classmethod
    def of(cls, name: str) -> Self | None:
        found = TUNED.match(name)
        return cls(found["base"], found["job"], found["suffix"]) if found else None


def safety(events: Sequence[Event]) -> bool | None:
    """Whether the service let the model pass; None where its events do not tell.

    Azure evaluates each model for harm, and a job whose model fails does not succeed.
    """
    told = [each for each in events if each.message.lower().startswith(CHECKED)]
    if not told:
        return None
    newest = max(told, key=lambda each: each.created_at)
    return newest.level != "error" and "passed" in newest.message.lower()


def parse_all(shape: type[Any], rows: Sequence[Any]) -> list[Any]:
    return [shape.model_validate(row) for row in rows]
