"""A stack's settings, and the two ways to read them: from the file, and from the engine.

All mistakes of a stack file come in one message, each with its line and what to do.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from components.azure_rules import refusals
from components.complaint import Complaint
from components.sections import Settings
from components.stack_file import (
    PROJECT,
    Place,
    StackFile,
    UnreadableStackFile,
    open_stack_file,
)


class WrongStackFile(ValueError):
    """The message names the file and every setting that is wrong, with its line and a fix."""


FIXES: Final = {
    "extra_forbidden": "no such setting. Fix: check its spelling and its indentation",
    "missing": "missing. Fix: add it",
    "invalid_key": "a name must be text. Fix: put it in quotes",
    "finite_number": "must be a number that ends",
    "string_type": "must be text. Fix: put it in quotes",
    "int_type": "must be a whole number without quotes",
    "float_type": "must be a number without quotes",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
    "dict_type": "must be a map of names to settings",
    "model_type": "must be a map of settings",
    "model_attributes_type": "must be a map of settings",
}


WORDS: Final = {
    r"^[a-z][a-z0-9-]{0,39}$": "lower-case letters, digits and '-', a letter first, at most 40",
    r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$": "lower-case letters and digits, with single '-' between",
    r"^[\w.-]+$": "a version in quotes: an unquoted date arrives as something else",
    r"^\d{4}-(0[1-9]|1[0-2])-01$": 'the first day of a month in quotes: "2026-11-01"',
    r"^https://\S+$": "an address that begins with https://",
    r"^(https://\S+|\[secret\])$": "an address that begins with https://",
    r"^[^@\s]+@[^@\s]+\.[^@\s]+$": "a mail address",
    r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$": "an object id of your directory",
    r"^ftjob-[\w]+$": "the job's id: ftjob-…",
    r"^/subscriptions/.+/providers/Microsoft\.CognitiveServices/accounts/[^/]+$": (
        "the resource id of the account that ran the job"
    ),
    r"^[A-Z]{3}$": "three capitals: EUR",
}
"""What a pattern wants, for a person."""


def _message(problem: Mapping[str, Any]) -> str:
    value = "the value" if "webhook" in problem["loc"] else repr(problem["input"])
    match problem["type"]:
        case "string_pattern_mismatch":
            pattern = problem["ctx"]["pattern"]
            return f"{value} does not fit. Fix: {WORDS.get(pattern, pattern)}"
        case "literal_error":
            return f"no such choice as {value}. Fix: {problem['ctx']['expected']}"
    return FIXES.get(problem["type"]) or str(problem["msg"])


STAND_INS: Final[dict[str, Any]] = {
    "platform": {
        "workload": "workload",
        "owner": "owner@example.com",
        "cost_center": "cost center",
        "data_classification": "internal",
        "residency": "global",
    },
    "observability": {
        "on_call": {"email": ["on-call@example.com"]},
        "finance": {"email": ["finance@example.com"]},
    },
    "budget": {
        "monthly": 1,
        "currency": "EUR",
        "starts": "2026-01-01",
        "contacts": ["finance@example.com"],
    },
    "readiness": {
        "evidence": "evidence/any.yaml",
        "runbook": "https://example.com",
        "rotation": "rotation",
    },
}
"""Take the place of a required section that is wrong, and raise no complaint themselves."""


def _entry(place: Place) -> Place:
    """The smallest part that can be left out while the rest still makes sense."""
    maps = {"accounts": 2, "blocklists": 2, "content_filters": 2, "routes": 2, "access": 2}
    if place[0] == "accounts" and len(place) > 3 and place[2] in ("deployments", "projects"):
        return place[:4]
    return place[: maps.get(str(place[0]), 1)]


def _without(config: Any, place: Place) -> Any:
    if len(place) == 1:
        return {key: value for key, value in config.items() if key != place[0]}
    return {**config, place[0]: _without(config[place[0]], place[1:])}


def _within(config: Any, place: Place) -> bool:
    for key in place:
        if not isinstance(config, dict) or key not in config:
            return False
        config = config[key]
    return True


def examined(config: Mapping[str, Any], stack: str) -> tuple[Settings | None, list[Complaint]]:
    """The settings of a configuration (keys without project), and everything wrong with it.

    An entry of the wrong shape is left out while the others are held against Azure's rules, so
    that one misspelling does not hide ten other mistakes.
    """
    found: list[Complaint] = []
    left_out: list[Place] = []
    settings: Settings | None = None
    rest: Any = config
    while settings is None:
        try:
            settings = Settings.model_validate(rest)
        except ValidationError as error:
            entries: list[Place] = []
            for problem in error.errors():
                # "[key]" is pydantic's mark for a key, not a value, that is wrong.
                place = tuple(part for part in problem["loc"] if part != "[key]")
                unknown = problem["type"] == "extra_forbidden"
                entries.append(place if unknown else _entry(place))
                if not _follows(problem, place, left_out):
                    found.append(Complaint(place=place, message=_message(problem)))
            gone = [entry for entry in entries if entry not in left_out]
            if not gone:
                break
            for entry in gone:
                if len(entry) == 1 and entry[0] in STAND_INS:
                    rest = {**rest, entry[0]: STAND_INS[entry[0]]}
                elif _within(rest, entry):
                    rest = _without(rest, entry)
            left_out += gone
    if settings is not None:
        found += [each for each in refusals(settings, stack) if not _caused(each, left_out)]
    return settings, found


def _follows(problem: Mapping[str, Any], place: Place, left_out: list[Place]) -> bool:
    """Whether it is about what was left out, or about the hole that this made."""
    if problem["type"] == "too_short" and any(gone[: len(place)] == place for gone in left_out):
        return True
    return any(place[: len(gone)] == gone for gone in left_out)


def _caused(refusal: Complaint, left_out: list[Place]) -> bool:
    """Whether it only follows from what was left out."""
    if refusal.place[0] == "routes" and any(
        gone[0] == "accounts" and len(gone) <= 2 for gone in left_out
    ):
        return True  # a bare name may have meant the account that is gone
    about = refusal.refers_to
    return about is not None and any(about[: len(gone)] == gone for gone in left_out)


def parse(config: Mapping[str, Any], stack: str, file: StackFile | None = None) -> Settings:
    """Settings from a stack's whole configuration, keys as the engine has them.

    Raises:
        WrongStackFile: listing every setting that is missing, misspelled or refused by Azure.
    """
    prefix = f"{PROJECT}:"
    ours = {k.removeprefix(prefix): v for k, v in config.items() if k.startswith(prefix)}
    settings, found = examined(ours, stack)
    if found or settings is None:
        raise WrongStackFile(report(found, stack, file))
    return settings


def report(found: list[Complaint], stack: str, file: StackFile | None) -> str:
    """Every complaint on a line of its own, in the order of the file."""
    name = f"Pulumi.{stack}.yaml"
    placed = sorted(
        ((file.position(c.place).line if file else 0), ".".join(map(str, c.place)), c.message)
        for c in found
    )
    lines = [
        f"  {name}:{line}: {place}: {message}" if line else f"  {place}: {message}"
        for line, place, message in placed
    ]
    return "\n".join([f"{name} is wrong:", *lines])


def read(stack: str) -> Settings:
    """The settings of any stack, from its file: for commands and tests.

    Raises:
        WrongStackFile: also when the file is missing or no YAML.
    """
    try:
        file = open_stack_file(stack)
    except UnreadableStackFile as error:
        raise WrongStackFile(str(error)) from None
    return parse(file.config, stack, file)


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text  # a plain string reaches the program without quotes


def load() -> Settings:
    """The settings of the stack being deployed, from the engine: for the program."""
    import pulumi  # here: a command that only reads a file should not wait for the SDK
    from pulumi.runtime.config import CONFIG, get_config_env

    # Not pulumi.Config: it cannot list its keys, so a misspelled section would go unnoticed.
    config = {key: _value(text) for key, text in (get_config_env() | CONFIG.get()).items()}
    stack = pulumi.get_stack()
    try:
        file = open_stack_file(stack)
    except UnreadableStackFile:
        file = None  # `pulumi up --config-file`: the values are there, their lines are not
    try:
        return parse(config, stack, file)
    except WrongStackFile as error:
        raise pulumi.RunError(str(error)) from None  # shown without a traceback
