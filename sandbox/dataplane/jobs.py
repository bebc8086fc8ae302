"""Fine-tuning jobs: made, watched, cancelled."""

import math
import re
import secrets
from dataclasses import asdict, replace
from typing import Any, Final

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from components.catalog import Model, base_model, models
from sandbox.around import Around
from sandbox.dataplane import chat, errors, training_data, tuning
from sandbox.dataplane.entrance import Told, Visit, Way
from sandbox.dataplane.files import Files
from sandbox.dataplane.object_pages import page
from sandbox.dataplane.objects import Objects
from sandbox.dataplane.operations import JOBS_DELETE, JOBS_READ, JOBS_WRITE
from sandbox.dataplane.tuning import Plan
from sandbox.store import Body

PAGE: Final = 20
NEVER: Final = 1e12
"""Seconds on the sandbox clock, which does not go so far."""
SUFFIX: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")


class Hyperparameters(BaseModel):
    """Each is a number above 0, or auto."""

    model_config = ConfigDict(extra="allow")

    n_epochs: int | str | None = None
    batch_size: int | str | None = None
    learning_rate_multiplier: float | str | None = None

    @field_validator("n_epochs", "batch_size", "learning_rate_multiplier")
    @classmethod
    def _is_above_0(cls, value: Any, info: ValidationInfo) -> Any:
        if value in (None, "auto") or (isinstance(value, int | float) and value > 0):
            return value
        raise ValueError(f"{info.field_name} is {value}, neither auto nor above 0")


class JobRequest(BaseModel):
    """The body, as far as the sandbox acts on it."""

    model_config = ConfigDict(extra="allow")

    model: str
    training_file: str
    validation_file: str | None = None
    suffix: str | None = None
    seed: int | None = None
    hyperparameters: Hyperparameters = Field(default_factory=Hyperparameters)
    method: dict[str, Any] | None = None

    @property
    def wanted(self) -> Hyperparameters:
        """The hyperparameters, in their old place or in the new one."""
        method = self.method or {}
        inner = (method.get(str(method.get("type"))) or {}).get("hyperparameters")
        return Hyperparameters.model_validate(inner) if inner else self.hyperparameters


class Jobs:
    """The fine-tuning jobs of all accounts."""

    def __init__(self, around: Around, objects: Objects, files: Files) -> None:
        self._around = around
        self._objects = objects
        self._files = files

    def ways(self) -> list[Way]:
        path = "fine_tuning/jobs"
        return [
            Way("POST", path, JOBS_WRITE, self._create),
            Way("GET", path, JOBS_READ, self._list),
            Way("GET", f"{path}/{{job}}", JOBS_READ, self._get),
            Way("POST", f"{path}/{{job}}/cancel", JOBS_WRITE, self._cancel),
            Way("POST", f"{path}/{{job}}/pause", JOBS_WRITE, self._pause),
            Way("POST", f"{path}/{{job}}/resume", JOBS_WRITE, self._resume),
            Way("GET", f"{path}/{{job}}/events", JOBS_READ, self._events),
            Way("GET", f"{path}/{{job}}/checkpoints", JOBS_READ, self._checkpoints),
            Way("DELETE", f"{path}/{{job}}", JOBS_DELETE, self._delete),
        ]

    def tuned(self, account_id: str) -> list[Body]:
        """The jobs of an account that have made a model."""
        now = self._now()
        shown = (tuning.shown(row, now) for row in self._objects.all(account_id, "job"))
        return [job for job in shown if job["status"] == "succeeded"]

    def _create(self, visit: Visit) -> Told:
        try:
            request = JobRequest.model_validate(visit.json())
            wanted = request.wanted
        except ValidationError as error:
            raise chat.refusal(error) from None
        base = self._base(visit, request.model)
        if request.suffix is not None and not SUFFIX.fullmatch(request.suffix):
            raise _wrong("The suffix takes up to 40 letters, digits, - and _.")
        content = self._data(visit, request.training_file)
        if request.validation_file:
            self._data(visit, request.validation_file)
        row = self._row(request, wanted, base, content)
        if visit.failure and not row["plan"]["error"]:
            row["plan"]["error"] = {**visit.failure, "param": None}
        results = tuning.results(row["job"], Plan.of(row))
        store = self._around.store
        with store.transaction():
            if not row["plan"]["error"]:
                row["results"] = self._files.add(
                    visit.account.id,
                    purpose="fine-tune-results",
                    filename="results.csv",
                    content=results,
                    visible=row["plan"]["ends"],
                )
            self._objects.add(visit.account.id, "job", row)
        created = tuning.shown(row, row["job"]["created_at"] - 1)
        return Told(body=created, status=201, location=f"fine_tuning/jobs/{row['id']}")

    def _row(
        self, request: JobRequest, wanted: Hyperparameters, base: Model, content: bytes
    ) -> Body:
        """All that there is to know of a job, its end included."""
        now, profile = self._now(), self._around.settings.profile
        id = f"ftjob-{secrets.token_hex(16)}"
        examples = training_data.examples(content)
        epochs = _number(wanted.n_epochs, 3)
        batch = _number(wanted.batch_size, max(1, len(examples) // 500))
        rate = wanted.learning_rate_multiplier
        complaint = training_data.refused(examples)
        starts = now + profile.training_queue_seconds
        plan = Plan(
            starts=starts,
            ends=starts + profile.training_seconds,
            steps=max(1, math.ceil(len(examples) * epochs / batch)),
            epochs=epochs,
            error={**asdict(complaint), "param": "training_file"} if complaint else None,
        )
        hyperparameters = {
            "n_epochs": epochs,
            "batch_size": batch,
            "learning_rate_multiplier": 1.0 if rate in (None, "auto") else rate,
        }
        named = f"{base.name}-{base.version}"
        tail = f"-{request.suffix}" if request.suffix else ""
        kind = str((request.method or {}).get("type") or "supervised")
        return {
            "id": id,
            "plan": plan.row,
            # Named as components/sections.py derives it from base, job and suffix.
            "model": f"{named}.ft-{id.removeprefix('ftjob-')}{tail}",
            "trained_tokens": training_data.tokens(examples, base.name) * epochs,
            "results": "",
            "job": {
                "id": id,
                "object": "fine_tuning.job",
                "created_at": int(now),
                "model": named,
                "training_file": request.training_file,
                "validation_file": request.validation_file,
                "suffix": request.suffix,
                "seed": request.seed if request.seed is not None else int(now) % 2**31,
                "hyperparameters": hyperparameters,
                "method": {"type": kind, kind: {"hyperparameters": hyperparameters}},
                "organization_id": "",
            },
        }

    def _base(self, visit: Visit, name: str) -> Model:
        """The model to be tuned: with or without its version, or itself tuned here before."""
        if base := base_model(name):
            made = {job["fine_tuned_model"] for job in self.tuned(visit.account.id)}
            if name in made:
                return base
            raise errors.gone("model", name)
        known = [m for m in models() if name in (m.name, f"{m.name}-{m.version}")]
        if not known:
            raise errors.gone("model", name)
        tunable = [m for m in known if m.fine_tunable]
        if not tunable:
            raise _wrong("The specified base model does not support fine-tuning.")
        return tunable[0]

    def _data(self, visit: Visit, id: str) -> bytes:
        """The content of a file that can be trained on."""
        file = self._files.find(visit.account.id, id)
        if file is None:
            raise _wrong(f"The file '{id}' does not exist.")
        if file["purpose"] != "fine-tune":
            raise _wrong(f"The file '{id}' has the purpose {file['purpose']}, not fine-tune.")
        if file["status"] != "processed":
            raise _wrong(
                f"The file '{id}' is in status {file['status']}. "
                + file.get("status_details", "Wait until it is processed.")
            )
        return self._files.content(visit.account.id, id)

    def _list(self, visit: Visit) -> Told:
        now = self._now()
        found = [tuning.shown(row, now) for row in self._objects.all(visit.account.id, "job")]
        return Told(body=page(found, visit.query, PAGE))

    def _get(self, visit: Visit) -> Told:
        return Told(body=tuning.shown(self._found(visit), self._now()))

    def _cancel(self, visit: Visit) -> Told:
        row, now = self._found(visit), self._now()
        self._expect(row, "cancelled", "pending", "running", "paused")
        row["plan"] = replace(Plan.of(row), cancelled=now).row
        with self._around.store.transaction():
            self._objects.change(visit.account.id, "job", row)
            self._files.forget(visit.account.id, row["results"])
        return Told(body=tuning.shown(row, now))

    def _pause(self, visit: Visit) -> Told:
        row, now = self._found(visit), self._now()
        self._expect(row, "paused", "running")
        plan = Plan.of(row).pause(now)
        return self._changed(visit, row, plan, "paused")

    def _resume(self, visit: Visit) -> Told:
        row, now = self._found(visit), self._now()
        self._expect(row, "resumed", "paused")
        plan = Plan.of(row).resume(now)
        return self._changed(visit, row, plan, "resuming")

    def _changed(self, visit: Visit, row: Body, plan: Plan, status: str) -> Told:
        row["plan"] = plan.row
        ends = plan.finishes
        with self._around.store.transaction():
            self._objects.change(visit.account.id, "job", row)
            self._files.show_from(
                visit.account.id, row["results"], NEVER if math.isinf(ends) else ends
            )
        return Told(body=tuning.shown(row, self._now()) | {"status": status})

    def _expect(self, row: Body, wanted: str, *statuses: str) -> None:
        status = Plan.of(row).status(self._now())
        if status not in statuses:
            raise errors.authoring(
                400,
                "unexpectedEntityState",
                f"The fine-tuning job is {status} and cannot be {wanted}.",
            )

    def _events(self, visit: Visit) -> Told:
        row = self._found(visit)
        return Told(body=page(tuning.events(row, self._now()), visit.query, PAGE))

    def _checkpoints(self, visit: Visit) -> Told:
        row = self._found(visit)
        return Told(body=page(tuning.checkpoints(row, self._now()), visit.query, PAGE))

    def _delete(self, visit: Visit) -> Told:
        """Azure deletes jobs too; OpenAI has nothing like it."""
        row = self._found(visit)
        if Plan.of(row).status(self._now()) not in tuning.ENDED:
            raise errors.authoring(
                409, "conflict", "The fine-tuning job has not ended. Cancel it first."
            )
        self._objects.remove(visit.account.id, "job", row["id"])
        return Told(body=b"", status=204)

    def _found(self, visit: Visit) -> Body:
        row = self._objects.get(visit.account.id, "job", visit.named("job"))
        if row is None:
            raise errors.gone("fine-tuning job", visit.named("job"))
        return row

    def _now(self) -> float:
        return self._around.clock.now().timestamp()


def _number(wanted: int | str | None, default: int) -> int:
    return wanted if isinstance(wanted, int) else default


def _wrong(message: str) -> errors.Refusal:
    return errors.authoring(400, "invalidPayload", message)
