"""Fine-tuning: where a job stands at a moment, and what it has to tell.

A job is decided when it is made; the clock only shows it bit by bit.
"""

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from operator import itemgetter
from typing import Any, Final, Self

from sandbox.dataplane.quality import luck
from sandbox.store import Body

ENDED: Final = ("succeeded", "failed", "cancelled")
CHECKPOINTS: Final = 3
"""The last so many epochs leave one each, as Azure keeps them."""


Pause = tuple[float, float | None]
"""From when to when; None while nobody has resumed it."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """When a job does what. Seconds on the sandbox clock."""

    starts: float
    ends: float
    """If nobody pauses it."""
    steps: int
    epochs: int
    error: dict[str, Any] | None
    """Why it fails as soon as its turn comes; None if it succeeds."""
    cancelled: float | None = None
    pauses: Sequence[Pause] = ()

    @classmethod
    def of(cls, row: Body) -> Self:
        return cls(**row["plan"])

    @property
    def row(self) -> Body:
        return asdict(self)

    @property
    def paused(self) -> float | None:
        """Since when it has been standing still, if it is."""
        return self.pauses[-1][0] if self.pauses and self.pauses[-1][1] is None else None

    @property
    def finishes(self) -> float:
        """With all its pauses; never, while it is paused."""
        return self.step_at(self.steps)

    def status(self, now: float) -> str:
        if self.cancelled is not None:
            return "cancelled"
        if now < self.starts:
            return "pending"
        if self.error:
            return "failed"
        if self.paused is not None:
            return "paused"
        return "running" if now < self.finishes else "succeeded"

    def finished(self, now: float) -> float | None:
        """When it ended, if it has."""
        if self.status(now) not in ENDED:
            return None
        if self.cancelled is not None:
            return self.cancelled
        return self.starts if self.error else self.finishes

    def step_at(self, step: int) -> float:
        """When a step is done."""
        moment = self.starts + (self.ends - self.starts) * step / self.steps
        for begun, ended in self.pauses:
            if moment > begun:
                moment += math.inf if ended is None else ended - begun
        return moment

    def step_by(self, now: float) -> int:
        """The last step that is done."""
        return bisect_right(range(1, self.steps + 1), now, key=self.step_at)

    def pause(self, now: float) -> Self:
        return replace(self, pauses=(*self.pauses, (now, None)))

    def resume(self, now: float) -> Self:
        *before, (begun, _) = self.pauses
        return replace(self, pauses=(*before, (begun, now)))


def shown(row: Body, now: float) -> Body:
    """The job as GET answers it."""
    plan, job = Plan.of(row), row["job"]
    status = plan.status(now)
    finished = plan.finished(now)
    succeeded = status == "succeeded"
    return {
        **job,
        "status": status,
        "finished_at": None if finished is None else int(finished),
        "estimated_finish": int(plan.finishes) if status == "running" else None,
        "fine_tuned_model": row["model"] if succeeded else None,
        "trained_tokens": row["trained_tokens"] if succeeded else None,
        "result_files": [row["results"]] if succeeded else [],
        "error": plan.error if status == "failed" else None,
    }


def losses(job: Body, step: int, steps: int) -> dict[str, Any]:
    """Made-up figures that get better; without a validation file those of training alone."""
    way = step / steps
    noise = 0.05 * luck("loss", job["id"], step)
    loss = round(2.4 * math.exp(-2.2 * way) + 0.15 + noise, 5)
    right = round(0.55 + 0.4 * way - noise, 5)
    trained = {"step": step, "train_loss": loss, "train_mean_token_accuracy": right}
    if not job["validation_file"]:
        return trained
    return {
        **trained,
        "valid_loss": round(loss * 1.08, 5),
        "valid_mean_token_accuracy": round(right * 0.98, 5),
        "full_valid_loss": round(loss * 1.05, 5),
        "full_valid_mean_token_accuracy": round(right * 0.985, 5),
    }


def results(job: Body, plan: Plan) -> bytes:
    """The file of figures that a job leaves behind. What was not validated is left empty."""
    names = ("step", "train_loss", "train_mean_token_accuracy", "valid_loss")
    rows = (losses(job, step, plan.steps) for step in range(1, plan.steps + 1))
    table = [",".join(names), *(",".join(str(row.get(name, "")) for name in names) for row in rows)]
    return ("\n".join(table) + "\n").encode()


def checkpoints(row: Body, now: float) -> list[Body]:
    """What a job has left on its way: at the end of its last epochs, and where it was paused."""
    plan, id = Plan.of(row), str(row["id"]).removeprefix("ftjob-")
    if plan.error:
        return []
    until = now if plan.cancelled is None else min(now, plan.cancelled)
    epochs = [max(1, plan.steps * each // plan.epochs) for each in range(1, plan.epochs + 1)]
    ended = [step for step in epochs if plan.step_at(step) <= until]
    if plan.status(now) != "succeeded":
        ended = [step for step in ended if step < plan.steps]
    # A moment before, since the step itself is put off by the pause.
    paused = {plan.step_by(begun) for begun, _ in plan.pauses} - {0}
    return [
        {
            "id": f"ftchkpt-{id}-{step}",
            "object": "fine_tuning.job.checkpoint",
            "created_at": int(plan.step_at(step)),
            "fine_tuning_job_id": row["id"],
            "fine_tuned_model_checkpoint": row["model"]
            if step == plan.steps
            else f"{row['model']}:ckpt-step-{step}",
            "step_number": step,
            "metrics": losses(row["job"], step, plan.steps),
        }
        for step in sorted({*ended[-CHECKPOINTS:], *paused}, reverse=True)
    ]


def made(row: Body, now: float) -> list[str]:
    """The models of a job that can be deployed: its own once it has ended, its checkpoints."""
    return [str(each["fine_tuned_model_checkpoint"]) for each in checkpoints(row, now)]


def events(row: Body, now: float) -> list[Body]:
    """What has happened to a job so far, newest first."""
    told = [each for each in _story(row) if each[0] <= now]
    id = row["job"]["id"].removeprefix("ftjob-")
    return [
        {
            "id": f"ftevent-{id}-{number}",
            "object": "fine_tuning.job.event",
            "created_at": int(at),
            "level": "error" if "error" in data else "info",
            "message": message,
            "type": "metrics" if "step" in data else "message",
            "data": data,
        }
        for number, (at, message, data) in enumerate(told)
    ][::-1]


def _story(row: Body) -> Iterator[tuple[float, str, dict[str, Any]]]:
    plan, job = Plan.of(row), row["job"]
    end = math.inf if plan.cancelled is None else plan.cancelled
    told = [*_course(row, plan), *_pauses(plan)]
    for at, message, data in sorted(told, key=itemgetter(0)):
        if at < end:
            yield at, message, data
    if plan.cancelled is not None:
        yield plan.cancelled, f"Fine-tuning job {job['id']} has been cancelled.", {}


def _pauses(plan: Plan) -> Iterator[tuple[float, str, dict[str, Any]]]:
    for begun, ended in plan.pauses:
        yield begun, "Job paused.", {}
        if ended is not None:
            yield ended, "Job resumed.", {}


def _course(row: Body, plan: Plan) -> Iterator[tuple[float, str, dict[str, Any]]]:
    """What happens unless somebody cancels."""
    job = row["job"]
    yield job["created_at"], "Job enqueued. Waiting for jobs ahead to complete.", {}
    yield plan.starts, "Job started.", {}
    yield plan.starts, f"Preprocessing started for file {job['training_file']}.", {}
    if plan.error:
        yield plan.starts, f"Job failed. {plan.error['message']}", {"error": plan.error["code"]}
        return
    yield plan.starts, "Training started.", {}
    for step in range(1, plan.steps + 1):
        if step == plan.steps or step % max(1, plan.steps // 10) == 0:
            figures = losses(job, step, plan.steps)
            message = f"Step {step}: training loss={figures['train_loss']}"
            yield plan.step_at(step), message, figures
    yield plan.finishes, f"Completed results file: {row['results']}", {}
    yield plan.finishes, f"Training tokens billed: {row['trained_tokens']}", {}
    yield plan.finishes, "Model Evaluation Passed.", {}
    yield plan.finishes, "Job succeeded.", {}
