"""Reads waivers.yaml, and refuses what would excuse more than a waiver may."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import ValidationError

from components import document
from policies.rule import Rule
from policies.waivers import Waiver

WAIVERS: Final = Path(__file__).with_name("waivers.yaml")

NEVER: Final = frozenset({8, 28, 51})
"""Rules without which there is no gate: whether evidence is whole, whether keys leave, whether
everything could be seen."""

LONGEST_CRITICAL: Final = timedelta(days=30)
LONGEST: Final = timedelta(days=90)

FIXES: Final = {
    "extra_forbidden": "no such field. Fix: check its spelling",
    "missing": "missing. Fix: add it",
    "string_type": "must be text. Fix: put it in quotes",
    "string_too_short": "too short. Fix: say it in a sentence",
    "tuple_type": "must be a list. Fix: [prod]",
    "too_short": "names no stack. Fix: [prod]",
    "model_type": "must be a map with rule, stacks, resource, reason, owner, …",
}
A_DAY: Final = "must be a day. Fix: as 2026-11-30"


class WrongWaivers(ValueError):
    """Everything that is wrong with the file, a line each."""


def read_waivers(rules: Mapping[str, Rule], path: Path = WAIVERS) -> tuple[Waiver, ...]:
    """Every waiver there is. No file is no waiver.

    Raises:
        WrongWaivers: it cannot be read, or excuses more than it may.
    """
    name = f"{path.parent.name}/{path.name}"
    try:
        node, content = document.read(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise WrongWaivers(f"{name} cannot be read: {error}") from None
    except document.Unreadable as error:
        raise WrongWaivers(f"{name}:{error.line or 1}: {error}") from None
    if content is None:
        return ()
    if not isinstance(content, list) or not isinstance(node, yaml.SequenceNode):
        raise WrongWaivers(f"{name}:1: must be a list of waivers. Fix: begin each with '- rule: '")
    waivers: list[Waiver] = []
    wrong: list[str] = []
    for entry, place in zip(content, node.value, strict=True):
        found = list(_mistakes(entry, rules, waivers))
        wrong += [f"{name}:{place.start_mark.line + 1}: {mistake}" for mistake in found]
    if wrong:
        raise WrongWaivers("\n".join(wrong))
    return tuple(waivers)


def _mistakes(entry: Any, rules: Mapping[str, Rule], waivers: list[Waiver]) -> Iterator[str]:
    """What is wrong with an entry; one without mistakes joins the waivers."""
    try:
        waiver = Waiver.model_validate(entry)
    except ValidationError as error:
        for problem in error.errors():
            place = ".".join(str(each) for each in problem["loc"]) or "a waiver"
            otherwise = A_DAY if place in ("created", "expires") else problem["msg"]
            yield f"{place}: {FIXES.get(problem['type'], otherwise)}"
        return
    rule = rules.get(waiver.rule)
    found = (
        ["no such rule. Fix: plumb check --list-rules"] if rule is None else _excess(rule, waiver)
    )
    wrong = [f"{waiver.rule}: {mistake}" for mistake in found]
    yield from wrong
    if not wrong:
        waivers.append(waiver)


def _excess(rule: Rule, waiver: Waiver) -> Iterator[str]:
    """Where a waiver goes further than one may."""
    if rule.number in NEVER:
        yield "cannot be waived. Fix: put right what it found"
    if waiver.owner.casefold() == waiver.approved_by.casefold():
        yield f"{waiver.owner} approves it alone. Fix: approvedBy: another person"
    if waiver.expires < waiver.created:
        yield f"expires {waiver.expires}, before it was created. Fix: a later day"
    longest = LONGEST_CRITICAL if rule.severity == "Critical" else LONGEST
    if waiver.expires - waiver.created > longest:
        last = waiver.created + longest
        yield (
            f"lasts longer than {longest.days} days, all that a {rule.severity} rule may be "
            f"waived. Fix: expires: {last}, or earlier"
        )
    if rule.severity in ("Critical", "High") and not waiver.resource.strip("*?"):
        yield (
            f"resource '{waiver.resource}' means everything, which a {rule.severity} rule does "
            "not allow. Fix: name what it is for"
        )
