"""How good a deployment is: knobs by deployment, and an answer book for what it shall say.

Whether an answer is right depends on the question and the seed, never on the model: a better model
is right wherever a worse one is, and then some. So a comparison finds what there is to find.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from components.catalog import base_model
from sandbox.around import Settings
from sandbox.dataplane import questions
from sandbox.faults import Dimension

QUALITY: Final = "quality"
"""Setting: deployment, or account/deployment, in lower case -> knobs."""
ANSWERS: Final = "answers"
"""Setting: the answer book, first entry first."""

ACCURACY: Final = (
    ("gpt-5.5", 0.99),
    ("gpt-5.4-mini", 0.93),
    ("gpt-5.4-nano", 0.86),
    ("gpt-5.4", 0.98),
    ("gpt-5-mini", 0.91),
    ("gpt-5-nano", 0.84),
    ("gpt-5", 0.97),
    ("gpt-4.1-mini", 0.85),
    ("gpt-4.1-nano", 0.72),
    ("gpt-4.1", 0.93),
    ("gpt-4o-mini", 0.76),
    ("gpt-4o", 0.88),
    ("o", 0.95),
)
"""Share of right answers, by the beginning of the model's name; 0.85 for the rest. Made up."""

SHARES: Final[Mapping[Dimension, str]] = {
    "accuracy": "accuracy",
    "format": "json_validity",
    "groundedness": "groundedness",
    "style": "style",
}
"""What is good to a share; how often it is refused is the other way round."""

REFUSAL: Final = "I'm sorry, but I can't assist with that request."


class Knobs(BaseModel):
    """What is set for a deployment; the rest is as its model has it."""

    model_config = ConfigDict(extra="forbid")

    accuracy: float | None = Field(None, ge=0, le=1)
    """Share of right answers, to built-in questions and golden entries of the book."""
    refusal_rate: float | None = Field(None, ge=0, le=1)
    json_validity: float | None = Field(None, ge=0, le=1)
    """Share of answers in JSON that are JSON."""
    groundedness: float | None = Field(None, ge=0, le=1)
    """Share of answers that keep to the context, where a prompt has one."""
    style: float | None = Field(None, ge=0, le=1)
    """Share of answers in prose that are neither long-winded nor about being a language model."""


class KnobsWanted(Knobs):
    deployment: str = Field(min_length=1)
    account: str | None = None
    """The account's name; any account that has such a deployment if it is left out."""

    @property
    def key(self) -> str:
        named = f"{self.account}/{self.deployment}" if self.account else self.deployment
        return named.lower()


class Entry(BaseModel):
    """One line of the answer book. It is for messages that contain a text or have a hash."""

    model_config = ConfigDict(extra="forbid")

    contains: str | None = Field(None, min_length=1)
    """Found anywhere in the last message of the user, in any casing."""
    sha256: str | None = Field(None, pattern="^[0-9a-f]{64}$")
    """Of the whole last message of the user, in UTF-8."""
    answer: str
    wrong: str | None = None
    """Said instead where a golden answer is missed; the usual small talk if it is left out."""
    golden: bool = False
    """Said as often as the deployment is accurate; other entries are always said."""
    deployment: str | None = None

    @model_validator(mode="after")
    def _aims_at_something(self) -> Self:
        if (self.contains is None) == (self.sha256 is None):
            raise ValueError("an entry has either contains or sha256")
        return self


@dataclass(frozen=True, kw_only=True)
class Mind:
    """What decides how well one deployment answers."""

    accuracy: float = 1.0
    refusal_rate: float = 0.0
    json_validity: float = 1.0
    groundedness: float = 1.0
    style: float = 1.0
    book: Sequence[Entry] = ()

    def entry(self, text: str) -> Entry | None:
        """The line of the book for a message."""
        if not self.book:
            return None
        lowered = text.lower()
        digest = hashlib.sha256(text.encode()).hexdigest()
        for each in self.book:
            if each.sha256 == digest or (each.contains and each.contains.lower() in lowered):
                return each
        return None

    def verdict(self, text: str, seed: Any) -> str | None:
        """What is to be said to a message, if it is settled: by the book, or as knowledge has it.

        None where the model is free to say what it likes.
        """
        if entry := self.entry(text):
            if not entry.golden or luck("right", text, seed) < self.accuracy:
                return entry.answer
            return entry.wrong
        if found := questions.known(text):
            right = luck("right", found.question, seed) < self.accuracy
            return found.right if right else found.wrong
        return None

    def worse(self, share: float, dimensions: Collection[Dimension]) -> "Mind":
        """The same, but good no oftener than that in some respects."""
        named = {name: min(getattr(self, field), share) for name, field in SHARES.items()}
        changed = {SHARES[name]: value for name, value in named.items() if name in dimensions}
        if "refusal" in dimensions:
            changed["refusal_rate"] = max(self.refusal_rate, 1 - share)
        return replace(self, **changed)

    def refuses(self, text: str, seed: Any) -> bool:
        return bool(self.refusal_rate) and luck("refusal", text, seed) < self.refusal_rate

    def breaks_json(self, text: str, seed: Any) -> bool:
        return self.json_validity < 1 and luck("json", text, seed) >= self.json_validity

    def keeps_to_context(self, text: str, seed: Any) -> bool:
        return self.groundedness >= 1 or luck("grounded", text, seed) < self.groundedness

    def strays(self, text: str, seed: Any) -> bool:
        return self.style < 1 and luck("style", text, seed) >= self.style


ORDINARY: Final = Mind()
"""Knows all, refuses nothing, and has no book."""


def luck(what: str, text: str, seed: Any) -> float:
    """From 0 to 1, the same for the same question whoever is asked."""
    digest = hashlib.sha256(f"{what}\n{seed}\n{text}".encode()).digest()
    return float(int.from_bytes(digest[:7], "big") / 2**56)


def accuracy(model: str) -> float:
    """A model's own share of right answers; tuning halves what is missing to all."""
    share = next((share for start, share in ACCURACY if model.startswith(start)), 0.85)
    return (1 + share) / 2 if base_model(model) else share


def mind(settings: Settings, account_name: str, deployment: str, model: str) -> Mind:
    """The mind of a deployment, as the control API has set it."""
    knobs = _knobs(settings.get(QUALITY, {}), account_name, deployment)
    own = accuracy(model)
    entries = (Entry.model_validate(each) for each in settings.get(ANSWERS, []))
    return Mind(
        accuracy=own if knobs.accuracy is None else knobs.accuracy,
        refusal_rate=knobs.refusal_rate or 0.0,
        json_validity=1.0 if knobs.json_validity is None else knobs.json_validity,
        # Made up, as its accuracy is: who knows more invents less. Nobody invents nothing, or an
        # evaluation's judge would have nothing to refuse, and people nothing to agree with it on.
        groundedness=own if knobs.groundedness is None else knobs.groundedness,
        style=1.0 if knobs.style is None else knobs.style,
        book=tuple(
            each
            for each in entries
            if (each.deployment or deployment).lower() == deployment.lower()
        ),
    )


def _knobs(kept: Mapping[str, Any], account_name: str, deployment: str) -> Knobs:
    exact = kept.get(f"{account_name}/{deployment}".lower())
    return Knobs.model_validate(exact or kept.get(deployment.lower()) or {})


def turn(settings: Settings, wanted: KnobsWanted) -> dict[str, Any]:
    """Set knobs; what is named stays set until it is set to null."""
    kept: dict[str, Any] = settings.get(QUALITY, {})
    changed = wanted.model_dump(exclude_unset=True, exclude={"deployment", "account"})
    whole = {**kept.get(wanted.key, {}), **changed}
    kept[wanted.key] = {name: value for name, value in whole.items() if value is not None}
    settings.set(QUALITY, kept)
    return kept


def write(settings: Settings, entry: Entry) -> list[dict[str, Any]]:
    """Add a line to the book, before all others: what is said last counts."""
    kept: list[dict[str, Any]] = settings.get(ANSWERS, [])
    kept = [entry.model_dump(exclude_none=True), *kept]
    settings.set(ANSWERS, kept)
    return kept
