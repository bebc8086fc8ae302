"""Fine-tuning: where a job stands at a moment, and what it has to tell.

A job is decided when it is made; the clock only shows it bit by bit.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Self

from sandbox.dataplane.quality import luck
from sandbox.store import Body

ENDED: Final = ("succeeded", "failed", "cancelled")
CHECKPOINTS: Final = 3
"""The last so many epochs leave one each."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """When a job does what. Seconds on the sandbox clock."""

    starts: float
    ends: float
    steps: int
    epochs: int
    error: dict[str, Any] | None
    """Why it fails as soon as its turn comes; None if it succeeds."""
    cancelled: float | None = None

    @classmethod
    def of(cls, row: Body) -> Self:
        return cls(**row["plan"])

    def status(self, now: float) -> str:
        if self.cancelled is not None:
            return "cancelled"
        if now < self.starts:
            return "pending"
        if self.error:
            return "failed"
        return "running" if now < self.ends else "succeeded"

    def finished(self, now: float) -> float | None:
        """When it ended, if it has."""
        if self.status(now) not in ENDED:
            return None
        if self.cancelled is not None:
            return self.cancelled
        return self.starts if self.error else self.ends

    def step_at(self, step: int) -> float:
        return self.starts + (self.ends - self.starts) * step / self.steps


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
        "estimated_finish": int(plan.ends) if status == "running" else None,
        "fine_tuned_model": row["model"] if succeeded else None,
        "trained_tokens": row["trained_tokens"] if succeeded else None,
        "result_files": [row["results"]] if succeeded else [],
        "error": plan.error if status == "failed" else None,
    }


def losses(job_id: str, step: int, steps: int) -> dict[str, Any]:
    """Made-up figures that get better."""
    way = step / steps
    noise = 0.05 * luck("loss", job_id, step)
    loss = round(2.4 * math.exp(-2.2 * way) + 0.15 + noise, 5)
    right = round(0.55 + 0.4 * way - noise, 5)
    return {
        "step": step,
        "train_loss": loss,
        "train_mean_token_accuracy": right,
        "valid_loss": round(loss * 1.08, 5),
        "valid_mean_token_accuracy": round(right * 0.98, 5),
        "full_valid_loss": round(loss * 1.05, 5),
        "full_valid_mean_token_accuracy": round(right * 0.985, 5),
    }


def results(job_id: str, plan: Plan) -> bytes:
    """The file of figures that a job leaves behind."""
    names = ("step", "train_loss", "train_mean_token_accuracy", "valid_loss")
    rows = (losses(job_id, step, plan.steps) for step in range(1, plan.steps + 1))
    table = [",".join(names), *(",".join(str(row[name]) for name in names) for row in rows)]
    return ("\n".join(table) + "\n").encode()


def checkpoints(row: Body, now: float) -> list[Body]:
    """Those of a job that has succeeded, newest first."""
    plan = Plan.of(row)
    if plan.status(now) != "succeeded":
        return []
    made = []
    for epoch in range(plan.epochs, max(0, plan.epochs - CHECKPOINTS), -1):
        step = max(1, plan.steps * epoch // plan.epochs)
        last = epoch == plan.epochs
        made.append(
            {
                "id": f"ftchkpt-{row['job']['id'].removeprefix('ftjob-')}-{epoch}",
                "object": "fine_tuning.job.checkpoint",
                "created_at": int(plan.step_at(step)),
                "fine_tuning_job_id": row["job"]["id"],
                "fine_tuned_model_checkpoint": row["model"]
                if last
                else f"{row['model']}:ckpt-step-{step}",
                "step_number": step,
                "metrics": losses(row["job"]["id"], step, plan.steps),
            }
        )
    return made


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
    for at, message, data in _course(row, plan):
        if at < end:
            yield at, message, data
    if plan.cancelled is not None:
        yield plan.cancelled, f"Fine-tuning job {job['id']} has been cancelled.", {}


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
            figures = losses(job["id"], step, plan.steps)
            message = f"Step {step}: training loss={figures['train_loss']}"
            yield plan.step_at(step), message, figures
    yield plan.ends, f"Completed results file: {row['results']}", {}
    yield plan.ends, f"Training tokens billed: {row['trained_tokens']}", {}
    yield plan.ends, "Model Evaluation Passed.", {}
    yield plan.ends, "Job succeeded.", {}
