"""All that a verdict on a job rests on: plain, and read again from the files that a run keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from components.profiles import Profile
from scripts.evaluate.comparison import Comparison
from scripts.exit import Exit
from scripts.finetune.curve import Step
from scripts.finetune.job import Checkpoint, Event, Job


class Part(BaseModel):
    """A part of what is kept."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())


class Missing(Part):
    """Stands where an answer should."""

    reason: str
    """What was asked, what came of it, and a fix."""
    code: Literal[3, 4] = 3

    @property
    def exit(self) -> Exit:
        return Exit(self.code)


class Wanted(Part):
    """Where the model is to be deployed, by the stack file."""

    stack: str
    profile: Profile
    account: str
    """The key in the stack file."""
    deployment: str
    base: str
    """As <model>-<version>."""
    suffix: str | None
    sku: str
    capacity: int
    location: str
    trained_in: str
    """`stack/account` that ran the job."""
    same_account: bool
    """Whether it is trained where it is to be deployed."""
    source: str | None = None
    """The resource id of the account that trained it, if it is another one."""


class Training(Part):
    """What it was trained on."""

    sha256: str
    examples: int


class Around(Part):
    """What holds for the account and the model at the moment."""

    room: Annotated[float | Missing, Field(union_mode="left_to_right")]
    """availableFinetuneCapacity of the base, region and SKU."""
    tuned: Annotated[list[str] | Missing, Field(union_mode="left_to_right")]
    """The account's deployments of fine-tuned models."""
    retires: Annotated[str | Missing | None, Field(union_mode="left_to_right")]
    """ISO, UTC; None where Azure names no date."""


class Surroundings(Part):
    """What a run asked besides the job itself."""

    asked_at: str
    """ISO, UTC."""
    partial: bool
    wanted: Wanted
    around: Around | None = None
    training: Annotated[Training | Missing | None, Field(union_mode="left_to_right")] = None


@dataclass(frozen=True, kw_only=True)
class HeldOut:
    """The same questions, put to the tuned model and to its base."""

    run: str
    dataset: str
    dataset_sha256: str
    tuned: str
    """The model's name, as it was asked."""
    base: str
    trained_on: Sequence[str]
    """Ids of questions that stand in the training data."""
    comparison: Comparison


@dataclass(frozen=True, kw_only=True)
class Facts:
    surroundings: Surroundings
    job: Job
    events: Sequence[Event]
    checkpoints: Sequence[Checkpoint]
    curve: Sequence[Step] | Missing
    held_out: HeldOut | Missing | None
    """None: no evaluation of it beside its base is kept."""
