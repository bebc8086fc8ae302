"""What a policy configuration may change: limits, and levels as long as prod stays closed."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, get_args

from components.profiles import Profile
from policies import waivers
from policies.registry import RULES
from policies.rule import Level, WrongLimit
from policies.values import Object, Value, plain

LEVELS: Final[tuple[Level, ...]] = get_args(Level)
"""From the strictest to the loosest."""


class WrongConfiguration(ValueError):
    """Everything that is wrong with a policy configuration, a line each."""


@dataclass(frozen=True)
class Setting:
    """What a configuration says of one rule."""

    level: Level | None = None
    """None: as the profile has it."""
    values: Object = field(default_factory=dict)
    """Parameter -> what it is to be in place of its default."""


Settings = Mapping[str, Setting]


def complaints(settings: Settings, profile: Profile) -> Iterator[str]:
    """What is wrong with a configuration; the engine lets misspelt names pass."""
    for id in sorted(settings.keys() - RULES.keys() - {waivers.NAME}):
        yield f"policy configuration: no rule {id}. Fix: plumb check --list-rules"
    loosened: list[str] = []
    for id in sorted(settings.keys() & RULES.keys()):
        rule, setting = RULES[id], settings[id]
        params = {param.name: param for param in rule.params}
        for name, value in setting.values.items():
            param = params.get(name)
            if param is None:
                offered = ", ".join(sorted(params)) or "none"
                yield f"policy configuration: {id} has no {name}. Fix: its parameters: {offered}"
                continue
            try:
                param.parse(value)
            except WrongLimit as error:
                yield f"policy configuration: {id}.{error}. Fix: plumb check --explain {id}"
        if profile == "prod" and rule.levels.prod == "mandatory" and setting.level in LEVELS[1:]:
            loosened.append(id)
    if loosened:
        some = ", ".join(loosened[:3]) + (", …" if len(loosened) > 3 else "")
        yield (
            f"policy configuration: mandatory in prod, and not to be switched off: {some} "
            f"({len(loosened)} of {len(RULES)} rules). Fix: leave their level; what cannot hold "
            "yet needs a waiver, with an owner and an end (policies/waivers.yaml)"
        )


def changes(settings: Settings, profile: Profile) -> Iterator[str]:
    """What a configuration makes otherwise than this profile has it."""
    for id in sorted(settings.keys() & RULES.keys()):
        rule, setting = RULES[id], settings[id]
        own = rule.levels.at(profile)
        if setting.level not in (None, own):
            yield f"policy configuration: {id} is {setting.level} here; in {profile} it is {own}."
        if setting.values:
            limits = ", ".join(sorted(setting.values))
            yield f"policy configuration: {id} judges by limits of its own: {limits}."


def read_settings(path: Path) -> dict[str, Setting]:
    """A file as `pulumi preview --policy-pack-config` takes it.

    Raises:
        WrongConfiguration: it is no such file.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8") or "{}")
    except (OSError, ValueError) as error:
        raise WrongConfiguration(f"{path.name} cannot be read: {error}") from None
    if not isinstance(content, dict):
        raise WrongConfiguration(f"{path.name}: must be an object of rules. Fix: see docs/gate.md")
    named = {id: _setting(id, held) for id, held in content.items()}
    of_all = named.pop("all", Setting()).level
    return {
        id: Setting(named.get(id, Setting()).level or of_all, named.get(id, Setting()).values)
        for id in [*RULES, *sorted(named.keys() - RULES.keys())]
        if id in named or of_all
    }


def _setting(id: str, held: object) -> Setting:
    parameters = {"enforcementLevel": held} if isinstance(held, str) else held
    if not isinstance(parameters, dict):
        raise WrongConfiguration(f"policy configuration: {id} must be a level or an object")
    values: dict[str, Value] = {name: plain(value) for name, value in parameters.items()}
    said = values.pop("enforcementLevel", None)
    level = next((level for level in LEVELS if level == said), None)
    if said is not None and level is None:
        offered = ", ".join(LEVELS)
        raise WrongConfiguration(
            f"policy configuration: the level of {id} is none of {offered}. Fix: one of these"
        )
    return Setting(level, values)
