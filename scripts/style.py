"""What every answer of a purpose has in common: language, tone, persona, length, when it refuses.

`prompts/<purpose>.style.yaml` says so beside the prompt that asks for it.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from scripts.language import Language, language_of

FOLDER: Final = "prompts"
ENDING: Final = ".style.yaml"

Phrase = Annotated[str, Field(min_length=1)]
Wanted = Literal["answer", "introduction", "refusal", "json"]
"""What a question is to be met with: help, who it is, a no, or JSON."""

JsonKind = Literal["text", "number", "whole number", "yes or no", "list", "object"]
JSON_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "text": (str,),
    "number": (int, float),
    "whole number": (int,),
    "yes or no": (bool,),
    "list": (list,),
    "object": (dict,),
}

FIXES: Final = {
    "extra_forbidden": "no such setting; check its spelling",
    "missing": "is missing",
}
"""Pydantic's kinds of mistake in our words, where its own do not help."""


class WrongStyle(Exception):
    """A style file is wrong; the message lists every mistake."""


class Part(BaseModel):
    """A misspelled setting is an error, not a silent default."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Part):
    """How long an answer is."""

    at_least: Annotated[int, Field(ge=0)] = 1
    at_most: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.at_most is not None and self.at_least > self.at_most:
            raise ValueError(f"at_least {self.at_least} is more than at_most {self.at_most}")
        return self


class Persona(Part):
    """Who speaks."""

    name: Phrase
    never: list[Phrase] = []
    """Who it never says it is: the model's maker, the model's name."""


class Question(Part):
    """What is asked to hear the style, and what it is to be met with."""

    ask: Phrase
    context: str = ""
    """What the prompt template gives it to answer from."""
    wanted: Wanted = "answer"
    required: list[Phrase | list[Phrase]] = []
    """On top of the style's own."""


class Style(Part):
    """Of one purpose."""

    language: Language | None = None
    persona: Persona | None = None
    required: list[Phrase | list[Phrase]] = []
    """In every answer that helps; of a list, one phrase will do."""
    forbidden: list[Phrase] = []
    """In no answer at all."""
    words: Words = Words()
    refusal: list[Phrase] = []
    """How it says no: one of these is in every refusal, and in nothing else."""
    json_keys: Annotated[dict[str, JsonKind], Field(alias="json")] = {}
    """What stands in an answer in JSON, and of which kind it is."""
    questions: list[Question] = []

    @model_validator(mode="after")
    def _answerable(self) -> Self:
        wanted = {each.wanted for each in self.questions}
        needs = {
            "introduction": ("persona", self.persona),
            "refusal": ("refusal", self.refusal),
            "json": ("json", self.json_keys),
        }
        lacking = [
            f"a question wants {kind}: say {setting}"
            for kind, (setting, there) in needs.items()
            if kind in wanted and not there
        ]
        if lacking:
            raise ValueError("; ".join(lacking))
        return self


def complaints(
    style: Style,
    text: str,
    wanted: Wanted = "answer",
    required: Sequence[Phrase | list[Phrase]] = (),
) -> Iterator[str]:
    """What in an answer is not in the style. `required`: by the question, on top of the style's."""
    if not text.strip():
        yield "says nothing"
        return
    if wanted == "json":
        yield from _json_complaints(style, text)
        return
    found = language_of(text)
    if style.language and found and found != style.language:
        yield f"is in {found}, not in {style.language}"
    for phrase in (*style.forbidden, *(style.persona.never if style.persona else ())):
        if stands(phrase, text):
            yield f"says {phrase!r}"
    count = len(text.split())
    if style.words.at_most is not None and count > style.words.at_most:
        yield f"has {count} words, at most {style.words.at_most} are wanted"
    if wanted == "refusal":
        if not refuses(style, text):
            yield f"does not refuse: it has none of {_listed(style.refusal)}"
        return
    if refuses(style, text):
        yield "refuses what it is there for"
        return
    if count < style.words.at_least:
        yield f"has {count} words, at least {style.words.at_least} are wanted"
    if wanted == "introduction" and style.persona and not stands(style.persona.name, text):
        yield f"does not say that it is {style.persona.name}"
    for phrases in (*style.required, *required):
        either = [phrases] if isinstance(phrases, str) else phrases
        if not any(stands(phrase, text) for phrase in either):
            yield f"has none of {_listed(either)}"


def refuses(style: Style, text: str) -> bool:
    """Whether it says no in the words that the style has for it."""
    return any(stands(phrase, text) for phrase in style.refusal)


def stands(phrase: str, text: str) -> bool:
    """Whether a phrase is in a text: as whole words, in any casing, however the lines break."""
    start = r"(?<!\w)" if phrase[:1].isalnum() else ""
    end = r"(?!\w)" if phrase[-1:].isalnum() else ""
    parts = r"\s+".join(re.escape(part) for part in _plain(phrase).split())
    return bool(re.search(start + parts + end, _plain(text), re.IGNORECASE))


def read(file: Path) -> Style:
    """The style in a file.

    Raises:
        WrongStyle: it cannot be read, or has mistakes: all of them at once.
    """
    try:
        return parse(yaml.safe_load(file.read_text(encoding="utf-8")), file.name)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        said = " ".join(str(error).split())
        raise WrongStyle(f"{file.name}: {said}. Fix: see docs/smoke.md") from None


def parse(wire: Any, name: str) -> Style:
    """The style that a file of this name declares.

    Raises:
        WrongStyle: with every mistake in it.
    """
    try:
        return Style.model_validate({} if wire is None else wire)
    except ValidationError as error:
        mistakes = error.errors(include_url=False, include_input=False)
        said = [
            f"  {'.'.join(map(str, each['loc'])) or 'style'}: "
            f"{FIXES.get(each['type'], each['msg'].removeprefix('Value error, '))}"
            for each in mistakes
        ]
        raise WrongStyle(
            "\n".join((f"{name} is wrong:", *said, "Fix: see docs/smoke.md"))
        ) from None


def file_of(deployment: str, root: Path) -> Path | None:
    """The style file of a deployment: its own, or its purpose's, as prompt templates are found."""
    for name in (deployment, purpose(deployment)):
        file = root / FOLDER / f"{name}{ENDING}"
        if file.is_file():
            return file
    return None


def purpose(deployment: str) -> str:
    """What a deployment is for: its name without the version."""
    return deployment.rpartition("-")[0] or deployment


def _json_complaints(style: Style, text: str) -> Iterator[str]:
    try:
        found = json.loads(text)
    except ValueError as error:
        yield f"is not JSON: {error}"
        return
    if not isinstance(found, dict):
        yield f"is JSON, but no object: {type(found).__name__}"
        return
    for key, kind in style.json_keys.items():
        if key not in found:
            yield f"has no {key!r} in its JSON"
        elif not _is(found[key], kind):
            yield f"has in {key!r} of its JSON no {kind}"


def _is(value: Any, kind: JsonKind) -> bool:
    if isinstance(value, bool):
        return kind == "yes or no"  # which Python counts among the numbers
    return isinstance(value, JSON_TYPES[kind])


def _plain(text: str) -> str:
    """With straight quotes: models like curly ones, files rarely have them."""
    return text.translate({0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0xA0: " "})


def _listed(phrases: Sequence[str]) -> str:
    return ", ".join(map(repr, phrases)) or "nothing"
