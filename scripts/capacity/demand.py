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
    values = {
        "requests": told.requests or (known.requests if known else None),
        "prompt_tokens": told.prompt_tokens or (known.prompt_tokens if known else None),
        "declared_output": told.declared_output or (known.declared_output if known else None),
    }
    names = {"requests": "--rpm", "prompt_tokens": "--prompt", "declared_output": "--max-output"}
    missing = [names[name] for name, value in values.items() if value is None]
    if missing:
        raise NoDemand(
            f"nobody said what route {route} must carry. Fix: {', '.join(missing)}; "
            "or --from-load RUN; or record its demand"
        )
    observed = told.observed_output
    cached = told.cache_share
    if observed is None and known and told.declared_output is None:
        observed = known.observed_output
    return Peak(
        requests=values["requests"] or 0.0,
        prompt_tokens=values["prompt_tokens"] or 0.0,
        declared_output=values["declared_output"] or 0.0,
        observed_output=observed,
        cache_share=cached if cached is not None else known.cache_share if known else 0.0,
        source=_source(told, known),
    )


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
