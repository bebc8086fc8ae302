"""Who says what a route must carry: options, a load run, or the stack's evidence, in that order."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from components import evidence_file
from components.evidence_kinds import Demand
from scripts.capacity import load_run
from scripts.capacity.callers import Callers
from scripts.capacity.peak import NoDemand, Peak


@dataclass(frozen=True, kw_only=True)
class Told:
    """Options, as far as they were given."""

    requests: float | None = None
    prompt_tokens: float | None = None
    declared_output: float | None = None
    observed_output: float | None = None
    cache_share: float | None = None
    source: str = "options"

    def over(self, seen: "Callers") -> "Told":
        """What was typed, and what callers were like where nothing was."""

        def either(typed: float | None, counted: float) -> float:
            return counted if typed is None else typed

        return Told(
            requests=either(self.requests, seen.peak),
            prompt_tokens=either(self.prompt_tokens, seen.prompt_tokens),
            declared_output=self.declared_output,
            observed_output=either(self.observed_output, seen.output_tokens),
            cache_share=either(self.cache_share, seen.cache_share),
            source=f"metrics, busiest at {seen.peak_at:%Y-%m-%d %H:%M}",
        )

    @property
    def anything(self) -> bool:
        numbers = (self.requests, self.prompt_tokens, self.declared_output)
        return any(each is not None for each in (*numbers, self.observed_output, self.cache_share))


def peak(told: Told, measured: Path | None, recorded: Mapping[str, Peak], route: str) -> Peak:
    """The peak of a route; what options say goes before all else, number by number.

    Raises:
        NoDemand: something is missing, and nobody said it.
        NoLoadRun: the folder holds none.
    """
    known = load_run.peak(load_run.read(measured)) if measured else recorded.get(route)
    requests = _first(told.requests, known.requests if known else None)
    prompt_tokens = _first(told.prompt_tokens, known.prompt_tokens if known else None)
    declared = _first(told.declared_output, known.declared_output if known else None)
    if requests is None or prompt_tokens is None or declared is None:
        needed = (("--rpm", requests), ("--prompt", prompt_tokens), ("--max-output", declared))
        missing = ", ".join(name for name, value in needed if value is None)
        raise NoDemand(
            f"nobody said what route {route} must carry. Fix: {missing}; or --from-load RUN; or "
            "record its demand"
        )
    # Who declares another maximum gets other answers.
    seen = known.observed_output if known and told.declared_output is None else None
    return Peak(
        requests=requests,
        prompt_tokens=prompt_tokens,
        declared_output=declared,
        observed_output=_first(told.observed_output, seen),
        cache_share=_first(told.cache_share, known.cache_share if known else None) or 0.0,
        source=_source(told, known),
    )


def _first(*said: float | None) -> float | None:
    return next((each for each in said if each is not None), None)


def _source(told: Told, known: Peak | None) -> str:
    if known is None:
        return told.source
    return f"{known.source}, changed by {told.source}" if told.anything else known.source


def recorded(file: Path) -> dict[str, Peak]:
    """What the evidence says of each route; the newest entry counts.

    Raises:
        UnreadableEvidence: nobody can trust it.
    """
    found = {}
    for each in evidence_file.read(file):
        if each.entry.get("kind") != "demand":
            continue
        try:
            found[str(each.entry["subject"]["route"])] = _peak(each.entry)
        except (ValidationError, KeyError, TypeError):
            what = "is no demand that plumb recorded"
            raise evidence_file.UnreadableEvidence(file.name, each.line, what) from None
    return found


def _peak(entry: Mapping[str, Any]) -> Peak:
    data = Demand.model_validate(entry["data"])
    return Peak(
        requests=data.peak_rpm,
        prompt_tokens=data.avg_prompt_tokens,
        declared_output=data.max_output_tokens,
        cache_share=data.cache_share or 0.0,
        source=f"evidence of {data.as_of[:10]}",
    )
