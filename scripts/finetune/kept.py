"""What a run keeps in its folder, as it came; every number is made from these files alone."""

import json
import math
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from scripts.evaluate.comparison import compare
from scripts.evaluate.kept import Kept as Evaluation
from scripts.evaluate.kept import NoRun as NoEvaluation
from scripts.finetune import curve
from scripts.finetune.facts import Facts, HeldOut, Missing, Surroundings
from scripts.finetune.job import Checkpoint, Event, Job, parse_all

JOB: Final = "job.json"
EVENTS: Final = "events.jsonl"
CHECKPOINTS: Final = "checkpoints.json"
CURVE: Final = "results.csv"
TRAINED_ON: Final = "trained-on.txt"
"""SHA-256 of what the training data asks, one a line: what it says stays where it is."""
EVALUATION: Final = "evaluation"
SURROUNDINGS: Final = "surroundings.json"
REPORT: Final = "report.json"


class NoRun(Exception):
    """The folder is not that of a verified job, or not whole; the message says why."""


@dataclass(frozen=True)
class Kept:
    """The folder of one run."""

    folder: Path

    def begin(self) -> None:
        self.folder.mkdir(parents=True)

    @property
    def has_job(self) -> bool:
        return (self.folder / JOB).exists()

    def discard(self) -> None:
        """Of a run that learnt nothing."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def write_job(self, job: Mapping[str, Any]) -> None:
        self._write(JOB, json.dumps(job, indent=2))

    def write_events(self, events: Iterable[Mapping[str, Any]]) -> None:
        self._write(EVENTS, "".join(json.dumps(each) + "\n" for each in events))

    def write_checkpoints(self, checkpoints: Sequence[Mapping[str, Any]]) -> None:
        self._write(CHECKPOINTS, json.dumps(checkpoints, indent=2))

    def write_curve(self, content: bytes) -> None:
        (self.folder / CURVE).write_bytes(content)

    def write_trained_on(self, hashes: Iterable[str]) -> None:
        self._write(TRAINED_ON, "".join(f"{each}\n" for each in hashes))

    def take_evaluation(self, run: Path) -> None:
        shutil.copytree(run, self.folder / EVALUATION)

    def write_surroundings(self, found: Surroundings) -> None:
        self._write(SURROUNDINGS, found.model_dump_json(indent=2))

    def write_report(self, report: Mapping[str, Any]) -> None:
        self._write(REPORT, json.dumps(report, indent=2, allow_nan=False))

    def report(self) -> dict[str, Any]:
        """What the run said.

        Raises:
            NoRun: nothing readable.
        """
        try:
            found: dict[str, Any] = json.loads((self.folder / REPORT).read_text("utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise NoRun(f"{self.folder / REPORT}: {error}. Fix: verify again") from None
        return found

    def facts(self) -> Facts:
        """All of it, read again.

        Raises:
            NoRun: a file is missing, or is not what was written.
        """
        try:
            return Facts(
                surroundings=self._one(Surroundings, SURROUNDINGS),
                job=self._one(Job, JOB),
                events=parse_all(Event, self._lines(EVENTS)),
                checkpoints=parse_all(Checkpoint, json.loads(self._text(CHECKPOINTS) or "[]")),
                curve=self._curve(),
                held_out=self._held_out(),
            )
        except (OSError, ValueError, RecursionError) as error:
            said = " ".join(str(error).split())[:200]
            raise NoRun(f"{self.folder} is no run of a job: {said}. Fix: verify again") from None

    def _curve(self) -> Sequence[curve.Step] | Missing:
        file = self.folder / CURVE
        if not file.exists():
            return Missing(
                reason="the job has no result file that can be read. Fix: ask again later"
            )
        try:
            return curve.parse(file.read_bytes())
        except curve.NoCurve as error:
            return Missing(reason=f"its result file cannot be read: {error}. Fix: train anew")

    def _held_out(self) -> HeldOut | Missing | None:
        folder = self.folder / EVALUATION
        if not folder.exists():
            return None
        evaluation = Evaluation(folder)
        try:
            plan, questions = evaluation.plan(), evaluation.dataset()
            rows = [evaluation.rows(side, questions) for side in ("target", "baseline")]
        except NoEvaluation as error:
            return Missing(reason=str(error))
        if plan.baseline is None:
            return Missing(reason=f"{plan.run_id} compares with nothing. Fix: --baseline ITS-BASE")
        trained_on = set(self._text(TRAINED_ON).split())
        return HeldOut(
            run=plan.run_id,
            dataset=plan.dataset,
            dataset_sha256=plan.dataset_sha256,
            tuned=plan.target.model,
            base=f"{plan.baseline.model}-{plan.baseline.version}",
            trained_on=[
                each.id for each in questions.items if question_hash(each.query) in trained_on
            ],
            comparison=compare(*rows),
        )

    def _one(self, shape: type[Any], name: str) -> Any:
        return shape.model_validate_json((self.folder / name).read_text("utf-8"))

    def _lines(self, name: str) -> list[Any]:
        return [json.loads(line) for line in self._text(name).splitlines()]

    def _text(self, name: str) -> str:
        file = self.folder / name
        return file.read_text("utf-8") if file.exists() else ""

    def _write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")


def question_hash(text: str) -> str:
    """Of a question, however it is spaced and whatever its case."""
    return sha256(" ".join(text.casefold().split()).encode()).hexdigest()


def asked_in(line: bytes) -> set[str]:
    """Hashes of what one example of the training data asks: all that its user says, each line of
    it, and each without the `Question:` of a template before it."""
    try:
        messages = json.loads(line)["messages"]
        said = [str(each["content"]) for each in messages if each["role"] == "user"]
    except (KeyError, TypeError, ValueError, RecursionError):
        return set()
    texts = {text for each in said for text in (each, *each.splitlines())}
    texts |= {text.partition(":")[2] for text in texts if ":" in text}
    return {question_hash(text) for text in texts if text.strip()}


def as_plain(value: Any) -> Any:
    """For JSON: models as dicts, a number that is none as nothing."""
    match value:
        case BaseModel():
            return as_plain(value.model_dump())
        case float() if not math.isfinite(value):
            return None
        case Mapping():
            return {key: as_plain(each) for key, each in value.items()}
        case list() | tuple():
            return [as_plain(each) for each in value]
    return value
