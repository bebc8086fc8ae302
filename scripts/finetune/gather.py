"""Asks all that a verdict needs, and keeps it as it comes."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import openai

from components.catalog import base_model
from scripts.evaluate.kept import Kept as Evaluation
from scripts.evaluate.kept import NoRun as NoEvaluation
from scripts.exit import Exit
from scripts.finetune.asking import Jobs, OutOfTime
from scripts.finetune.facts import Around, Missing, Surroundings, Training, Wanted
from scripts.finetune.job import UNDER_WAY, Job
from scripts.finetune.kept import Kept, asked_in
from scripts.subscription.facts import FOUNDRY, ModelKey, Subscription, Unknown

POLL_S: Final = 10.0
MOST_LINES: Final = 1_000_000
"""Of training data that are looked through; Azure takes files of 512 MB."""


@dataclass(frozen=True, kw_only=True)
class Gathering:
    """One run: whom it asks, and where it keeps what they say."""

    jobs: Jobs
    subscription: Subscription
    kept: Kept
    wanted: Wanted
    account: str
    """The account's name in Azure."""
    now: Callable[[], datetime]
    tell: Callable[[str], None]

    def run(self, id: str, evaluation: Path | None, *, wait: bool) -> None:
        """Leaves everything in the folder, also when it is cut off.

        Raises:
            openai.APIError: the job itself cannot be asked for.
        """
        around: Around | None = None
        training: Training | Missing | None = None
        partial = False
        try:
            job = self._job(id, wait=wait)
            if job.status == "succeeded":
                self._curve(job)
                training = self._training(job)
                around = self._around()
                found = evaluation or latest_evaluation(self.kept.folder.parent, job)
                if found:
                    self.kept.take_evaluation(found)
        except (KeyboardInterrupt, OutOfTime):
            partial = True
            if not self.kept.has_job:
                raise
        self.kept.write_surroundings(
            Surroundings(
                asked_at=f"{self.now():%Y-%m-%dT%H:%M:%SZ}",
                partial=partial,
                wanted=self.wanted,
                around=around,
                training=training,
            )
        )

    def _job(self, id: str, *, wait: bool) -> Job:
        """The job with its events and checkpoints; once it has ended, if that is waited for."""
        told: set[str] = set()
        while True:
            raw = self.jobs.job(id)
            events = self.jobs.events(id)
            self.kept.write_job(raw)
            self.kept.write_events(events)
            job = Job.model_validate(raw)
            if wait:
                self._tell(events, told)
            if not wait or job.status not in UNDER_WAY:
                break
            if self.jobs.left_s < POLL_S:
                raise OutOfTime
            self.jobs.sleep(POLL_S)
        self.kept.write_checkpoints(self.jobs.checkpoints(id))
        return job

    def _tell(self, events: list[dict[str, Any]], told: set[str]) -> None:
        # Listed newest first: so those of one second are in order too.
        for each in sorted(reversed(events), key=lambda event: event["created_at"]):
            if each["id"] not in told:
                told.add(each["id"])
                self.tell(str(each["message"]))

    def _curve(self, job: Job) -> None:
        """What cannot be read is missing, and the verdict says so."""
        if job.result_files:
            with suppress(openai.APIError):
                self.kept.write_curve(self.jobs.content(job.result_files[0]))

    def _training(self, job: Job) -> Training | Missing:
        hashes: set[str] = set()
        found: Training | None = None
        try:
            for file in filter(None, (job.training_file, job.validation_file)):
                trained, asked = self.jobs.lines(file, trained_on)
                hashes |= asked
                found = found or trained
        except openai.APIError as error:
            status = error.status_code if isinstance(error, openai.APIStatusError) else None
            return Missing(
                reason=f"the training data cannot be read ({status or 'no answer'}): whether "
                "questions were held out is not known. Fix: a role that may read files of the "
                "account, or upload the file again and train anew",
                code=4 if status in (None, 401, 403) else 3,
            )
        self.kept.write_trained_on(sorted(hashes))
        return found or Missing(reason="the job names no training data")

    def _around(self) -> Around:
        wanted = self.wanted
        base = base_model(f"{wanted.base}.ft-0")
        if base is None:
            unknown = Missing(reason=f"{wanted.base} is not known. Fix: plumb models refresh")
            return Around(room=unknown, tuned=unknown, retires=unknown)
        key = ModelKey(format=base.format, name=base.name, version=base.version)
        return Around(room=self._room(key), tuned=self._tuned(), retires=self._retires(key))

    def _room(self, key: ModelKey) -> float | Missing:
        rooms = self.subscription.capacities(key)
        if isinstance(rooms, Unknown):
            return _missing(rooms)
        here = (self.wanted.location, self.wanted.sku)
        return next(
            (each.available_fine_tuned for each in rooms if (each.location, each.sku) == here), 0.0
        )

    def _tuned(self) -> list[str] | Missing:
        """None of the account yet is none of its deployments either."""
        accounts = self.subscription.accounts()
        if isinstance(accounts, Unknown):
            return _missing(accounts)
        account = next((each for each in accounts if each.name == self.account), None)
        if account is None:
            return []
        deployments = self.subscription.deployments(account)
        if isinstance(deployments, Unknown):
            return _missing(deployments)
        return [each.name for each in deployments if ".ft-" in each.model.name]

    def _retires(self, key: ModelKey) -> str | Missing | None:
        """A fine-tuned model's own date where Azure names it; else its base's, which is earlier."""
        models = self.subscription.models(self.wanted.location)
        if isinstance(models, Unknown):
            return _missing(models)
        found = next((m for m in models if m.key == key and m.kind == FOUNDRY), None)
        if found is None:
            return Missing(
                reason=f"{key} is not offered in {self.wanted.location}. Fix: plumb models list"
            )
        date = found.fine_tune_retires or found.retires
        return f"{date:%Y-%m-%dT%H:%M:%SZ}" if date else None


def _missing(unknown: Unknown) -> Missing:
    return Missing(reason=str(unknown), code=4 if unknown.code == Exit.NOT_REACHED else 3)


def trained_on(chunks: Iterator[bytes]) -> tuple[Training, set[str]]:
    """What a file of training data is, and hashes of what it asks."""
    digest, asked, examples, rest = sha256(), set[str](), 0, b""
    for chunk in chunks:
        digest.update(chunk)
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            examples += bool(line.strip())
            if examples <= MOST_LINES:
                asked |= asked_in(line)
    examples += bool(rest.strip())
    return Training(sha256=digest.hexdigest(), examples=examples), asked | asked_in(rest)


def latest_evaluation(runs: Path, job: Job) -> Path | None:
    """The newest kept evaluation that asked the job's model beside another one."""
    found = []
    for file in runs.glob("*/run.json"):
        try:
            plan = Evaluation(file.parent).plan()
        except (NoEvaluation, json.JSONDecodeError):
            continue
        if plan.baseline and plan.target.model == job.fine_tuned_model:
            found.append((plan.began_at, file.parent))
    return max(found, default=(None, None))[1]
