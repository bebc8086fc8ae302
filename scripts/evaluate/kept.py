"""What a run keeps in its folder: all that its numbers are made from, and made from again."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import TypeAdapter, ValidationError

from components.profiles import Profile
from scripts.evaluate import dataset
from scripts.evaluate.dataset import Dataset
from scripts.evaluate.row import Answer, Judged, Metric, Row, Unjudged

Side = Literal["target", "baseline"]

QUESTIONS: Final = "dataset.jsonl"
PLAN: Final = "run.json"


class NoRun(Exception):
    """The folder holds no evaluation; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Model:
    """A deployment as it was when it was asked."""

    stack: str
    account: str
    deployment: str
    model: str
    version: str
    sku: str
    location: str
    format: str = "OpenAI"
    prompt_sha256: str = ""
    """Of what it was asked with; for a judge, of what it judges by."""

    @property
    def name(self) -> str:
        return f"{self.account}/{self.deployment}"

    @property
    def names_itself(self) -> str:
        """How it is called in its answers, at the beginning; empty if nobody knows.

        Only OpenAI's models are sure to be called as they are deployed.
        """
        if self.format != "OpenAI":
            return ""
        dated = len(self.version) == len("2026-03-05")
        return f"{self.model}-{self.version}" if dated else self.model


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a run is about, written down before the first question."""

    run_id: str
    began_at: datetime
    """UTC."""
    stack: str
    profile: Profile
    groundedness: float
    """What the stack promises."""
    dataset: str
    dataset_sha256: str
    target: Model
    baseline: Model | None
    judge: Model
    judge_way: Literal["ours", "azure-ai-evaluation"] = "ours"
    most_tokens: int
    """Of an answer."""
    recorded: Mapping[Metric, float] | None = None
    """Of answers in production: the means of the evaluation that they are held against."""
    identity: Mapping[str, Any] | None = None
    """Of the target, if it may become evidence."""


_PLAN: Final = TypeAdapter(Plan)
_ANSWER: Final = TypeAdapter(Answer)
_JUDGED: Final = TypeAdapter(Judged)


@dataclass(frozen=True)
class Kept:
    """The folder of one evaluation."""

    folder: Path

    def begin(self, plan: Plan, questions: bytes) -> None:
        self.folder.mkdir(parents=True)
        (self.folder / QUESTIONS).write_bytes(questions)
        (self.folder / PLAN).write_bytes(_PLAN.dump_json(plan, indent=2) + b"\n")

    def plan(self) -> Plan:
        """What it is about.

        Raises:
            NoRun: it is no evaluation's folder.
        """
        try:
            return _PLAN.validate_json((self.folder / PLAN).read_bytes())
        except (OSError, ValidationError):
            raise NoRun(
                f"{self.folder} holds no evaluation. Fix: name the folder of one, such as "
                ".plumb/runs/<id>"
            ) from None

    def dataset(self) -> Dataset:
        """The questions as they were asked.

        Raises:
            NoRun: somebody has changed them since.
        """
        plan = self.plan()
        try:
            found = dataset.read(self.folder / QUESTIONS, {})
        except dataset.WrongDataset as error:
            raise NoRun(str(error)) from None
        if found.sha256 != plan.dataset_sha256:
            raise NoRun(f"{self.folder / QUESTIONS} was changed after the run. Fix: evaluate anew")
        return replace(found, name=plan.dataset)

    def mend(self) -> None:
        """Cuts off what was torn when a run was killed, so that more can be added."""
        for file in self.folder.glob("*.*.jsonl"):
            content = file.read_bytes()
            whole = content[: content.rfind(b"\n") + 1]
            if whole != content:
                file.write_bytes(whole)

    def add_answer(self, side: Side, answer: Answer) -> None:
        self._add(f"{side}.answers.jsonl", _ANSWER.dump_json(answer))

    def add_judged(self, side: Side, judged: Judged) -> None:
        self._add(f"{side}.judged.jsonl", _JUDGED.dump_json(_finite(judged)))

    def rows(self, side: Side, questions: Dataset) -> list[Row]:
        """Every question with what is known of its answer; what was written last counts."""
        answers = {each.id: each for each in self._lines(f"{side}.answers.jsonl", _ANSWER)}
        judged = {each.id: each for each in self._lines(f"{side}.judged.jsonl", _JUDGED)}
        return [
            Row(item=item, answer=answers.get(item.id), judged=judged.get(item.id))
            for item in questions.items
        ]

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def _add(self, name: str, line: bytes) -> None:
        with (self.folder / name).open("ab") as file:
            file.write(line + b"\n")

    def _lines(self, name: str, shape: "TypeAdapter[Any]") -> Sequence[Any]:
        try:
            content = (self.folder / name).read_bytes()
        except FileNotFoundError:
            return []
        # What stands behind the last line end was torn when the run was killed.
        lines = content.split(b"\n")[:-1]
        try:
            return [shape.validate_json(line) for line in lines]
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            raise NoRun(f"{self.folder / name}: {first['msg']}. Fix: evaluate anew") from None


def _finite(judged: Judged) -> Judged:
    """JSON has no NaN, and it is no score either."""
    scores = {
        metric: found
        if isinstance(found, Unjudged) or math.isfinite(found)
        else Unjudged(reason="the judge gave no number")
        for metric, found in judged.scores.items()
    }
    return replace(judged, scores=scores)


def as_json(value: Mapping[str, Any]) -> str:
    """As files hold it: a number that is none is nothing."""
    return json.dumps(_without_nan(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _without_nan(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {key: _without_nan(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(each) for each in value]
    return value
