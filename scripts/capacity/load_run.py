"""What a load run of our own tells of a deployment's capacity, and of its callers."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scripts.capacity.peak import Peak

REPORT: Final = "report.json"
TOKENS_PER_UNIT: Final = 1_000
"""As a load run takes a unit of capacity to be."""
KINDS: Final = ("load", "sweep")
"""Of run folders; their names begin with the time."""
FULL: Final = 0.9
"""Of its utilisation, where a provisioned deployment is as full as it should be."""


class NoLoadRun(Exception):
    """The folder holds none that says anything of capacity; the message says why."""


class Part(BaseModel):
    """A part of a report. What a later version adds is ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)


class Mix(Part):
    weight: float = Field(gt=0)
    prompt_tokens: float = Field(gt=0)
    answer_tokens: float = Field(ge=0)


class Scenario(Part):
    calls_per_second: float = Field(gt=0)
    mix: Mapping[str, Mix] = Field(min_length=1)


class Tokens(Part):
    prompt: float = Field(ge=0)
    cached: float = Field(ge=0)
    answer: float = Field(ge=0)


class Summary(Part):
    seconds: float = Field(ge=0)
    outcomes: Mapping[str, int]
    tokens: Tokens
    utilisation_mean: float | None = None

    @property
    def good(self) -> int:
        return self.outcomes.get("ok", 0)


class Stage(Part):
    calls_per_second: float = Field(gt=0)
    summary: Summary


class Report(Part):
    """Of a run, or of a sweep."""

    form: Literal["plumb.load/1", "plumb.load-sweep/1"] = Field(alias="schema")
    run_id: str
    stack: str
    deployment: str
    exit_code: int
    partial: bool
    scenario: Scenario
    measured: Summary | None = None
    knee_calls_per_second: float | None = None
    stages: Sequence[Stage] = ()

    @property
    def knee(self) -> Stage | None:
        rate = self.knee_calls_per_second
        return next((each for each in self.stages if each.calls_per_second == rate), None)

    @property
    def looked_at(self) -> Summary | None:
        """The run, or of a sweep the last stage that held."""
        return self.knee.summary if self.knee else self.measured


@dataclass(frozen=True, kw_only=True)
class Borne:
    """What a deployment bore."""

    calls_per_minute: float
    call: Peak
    """One of them, as its callers sent it."""
    how: str


def read(folder: Path) -> Report:
    """The report in a run's folder.

    Raises:
        NoLoadRun: none there, or none that was finished.
    """
    file = folder / REPORT
    try:
        found = Report.model_validate(json.loads(file.read_text(encoding="utf-8")))
    except (FileNotFoundError, NotADirectoryError):
        raise NoLoadRun(f"{folder} holds no {REPORT}. Fix: name the folder of a load run") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise NoLoadRun(f"{file}: {place}: {first['msg']}. Fix: plumb load again") from None
    except (OSError, ValueError) as error:
        raise NoLoadRun(f"{file}: {error}. Fix: plumb load again") from None
    if found.partial:
        raise NoLoadRun(f"{folder}: the run was cut off. Fix: name one that was finished")
    return found


def newest(runs: Path, stack: str, deployment: str) -> Path | None:
    """The last run that says how much a deployment bears; a sweep before a mere run."""
    found: dict[bool, Path] = {}
    folders = [folder for kind in KINDS for folder in runs.glob(f"*-{kind}-*")]
    for folder in sorted(folders, key=lambda each: each.name):
        for report in _readable(folder):
            if (report.stack, report.deployment) == (stack, deployment):
                found[report.knee is not None] = folder
    return found.get(True) or found.get(False)


def _readable(folder: Path) -> Iterator[Report]:
    try:
        yield read(folder)
    except NoLoadRun:
        return


def capacity_then(folder: Path) -> int | None:
    """What the deployment had when it was measured, where the run says so."""
    recorded = _part(folder / "result.json", "identity", "capacity")
    if recorded is not None:
        return round(recorded)
    rate = _part(folder / "run.json", "tokens_per_minute")
    return None if rate is None else round(rate / TOKENS_PER_UNIT)


def _part(file: Path, *keys: str) -> float | None:
    try:
        found: Any = json.loads(file.read_text(encoding="utf-8"))
        for key in keys:
            found = found[key]
        return float(found)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def peak(report: Report) -> Peak:
    """Callers like those of the run, as many of them.

    Raises:
        NoLoadRun: nobody was answered, so nobody knows how long answers are.
    """
    summary = report.looked_at
    if summary is None or not summary.good:
        raise NoLoadRun(f"{report.run_id}: no call was answered. Fix: name another run")
    weight = sum(kind.weight for kind in report.scenario.mix.values())
    declared = sum(kind.weight * kind.answer_tokens for kind in report.scenario.mix.values())
    rate = report.knee_calls_per_second or report.scenario.calls_per_second
    tokens = summary.tokens
    return Peak(
        requests=60 * rate,
        prompt_tokens=tokens.prompt / summary.good,
        declared_output=declared / weight,
        observed_output=tokens.answer / summary.good,
        cache_share=tokens.cached / tokens.prompt if tokens.prompt else 0.0,
        source=f"load run {report.run_id}",
    )


def borne(report: Report) -> Borne:
    """How much the deployment bears.

    Raises:
        NoLoadRun: the run did not come near it.
    """
    call = peak(report)
    summary = report.looked_at
    if summary and summary.utilisation_mean:
        achieved = 60 * summary.good / summary.seconds
        return Borne(
            calls_per_minute=achieved * FULL / summary.utilisation_mean,
            call=call,
            how=f"{achieved:,.0f} calls a minute used {summary.utilisation_mean:.0%} of it",
        )
    if report.knee is None:
        raise NoLoadRun(
            f"{report.run_id} did not look for the most. Fix: plumb load SCENARIO --sweep"
        )
    return Borne(
        calls_per_minute=60 * report.knee.calls_per_second,
        call=call,
        how=f"{60 * report.knee.calls_per_second:,.0f} calls a minute held, more was too much",
    )
