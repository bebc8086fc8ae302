"""What a load run does: the scenario file, from which Locust's workers can run as well."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from scripts.load.arrivals import Process, drawn


class WrongScenario(Exception):
    """All that is wrong with a scenario file, a line each."""


class Part(BaseModel):
    """A part of the file. A misspelled setting is an error, not a silent default."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Mix(Part):
    """One kind of call."""

    weight: Annotated[float, Field(gt=0)] = 1.0
    """How often it is drawn, beside the weights of the others."""
    prompt_tokens: Annotated[int, Field(gt=0, le=1_000_000)]
    """About so many: one common English word each."""
    answer_tokens: Annotated[int, Field(ge=0, le=200_000)] = 0
    """Sent as max_completion_tokens: admission counts it, used or not. A reasoning model thinks
    out of it as well. Embeddings have none."""
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high", "xhigh"] | None = None
    """Of a reasoning model; None leaves it to the model."""


class Scenario(Part):
    operation: Literal["chat", "embeddings"] = "chat"
    target: Annotated[str, Field(pattern=r"^(route )?[^\s/]+(/[^\s/]+)?$")]
    """`route NAME`, whose stable deployment is asked, or `account/deployment`; a deployment by
    itself is the main account's, as in the stack file."""
    calls_per_second: Annotated[float, Field(gt=0, le=10_000)]
    duration_s: Annotated[float, Field(gt=0, le=86_400)]
    """Of it all, the warm-up included."""
    warm_up_s: Annotated[float, Field(ge=0)] = 0.0
    """What is called before does not count."""
    arrivals: Process = "poisson"
    replay: list[Annotated[float, Field(ge=0)]] = []
    """Rising times in seconds, for `arrivals: replay`."""
    stream: bool = True
    cache_share: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Of each prompt, what is the same in every call: prompt caches know it."""
    timeout_s: Annotated[float, Field(gt=0)] = 60.0
    """What a caller waits for the whole of an answer."""
    in_flight: Annotated[int, Field(gt=0, le=20_000)] = 1_000
    """More calls at once are not sent, and fail the run."""
    seed: int = 1
    mix: Annotated[dict[str, Mix], Field(min_length=1)]

    @model_validator(mode="after")
    def _holds_together(self) -> "Scenario":
        if self.warm_up_s >= self.duration_s:
            raise ValueError(
                f"warm_up_s {self.warm_up_s:g} leaves nothing of duration_s {self.duration_s:g}. "
                "Fix: a longer --duration, or a shorter --warm-up"
            )
        if (self.arrivals == "replay") != bool(self.replay):
            raise ValueError("`replay` lists the times of `arrivals: replay`, and only of it")
        if self.replay and self.replay != sorted(self.replay):
            raise ValueError("the times of `replay` do not rise")
        if self.replay and self.replay[0] == self.replay[-1]:
            raise ValueError("`replay` has one moment alone. Fix: two or more times")
        for name, kind in self.mix.items():
            if self.operation == "chat" and not kind.answer_tokens:
                raise ValueError(f"mix.{name}.answer_tokens is missing: a chat has an answer")
            if self.operation == "embeddings" and (kind.answer_tokens or kind.reasoning_effort):
                raise ValueError(f"mix.{name} wants an answer, which embeddings have not")
        return self

    def due(self) -> list[float]:
        """When each call of a run is due, in seconds from its start."""
        return drawn(self.arrivals, self.calls_per_second, self.duration_s, self.seed, self.replay)

    @property
    def tokens_a_call(self) -> float:
        """Of the prompt and the largest answer together, in the mean of the mix."""
        weights = sum(kind.weight for kind in self.mix.values())
        tokens = sum(
            kind.weight * (kind.prompt_tokens + kind.answer_tokens) for kind in self.mix.values()
        )
        return tokens / weights


def read(path: Path) -> Scenario:
    """A scenario from its file.

    Raises:
        WrongScenario: it cannot be read, or not understood.
    """
    from components import document

    try:
        _, content = document.read(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise WrongScenario(f"{path}: {error}. Fix: name a scenario file") from None
    except document.Unreadable as error:
        raise WrongScenario(f"{path}:{error.line or 1}: {error}") from None
    return parse(content, str(path))


def parse(content: Any, name: str) -> Scenario:
    """A scenario from what its file says.

    Raises:
        WrongScenario: all that is wrong with it.
    """
    try:
        return Scenario.model_validate(content)
    except ValidationError as error:
        raise WrongScenario("\n".join(_complaints(error, name))) from None


def _complaints(error: ValidationError, name: str) -> Sequence[str]:
    found = []
    for each in error.errors(include_url=False, include_input=False):
        place = ".".join(map(str, each["loc"])) or "scenario"
        message = each["msg"].removeprefix("Value error, ")
        if each["type"] == "extra_forbidden":
            message = "no such setting"
        found.append(f"{name}: {place}: {message}")
    return found
