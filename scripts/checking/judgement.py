"""Holds what a program declares, what is deployed or what a preview heard against the rules."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import pulumi
import yaml

from components.profiles import KEY, PROFILES, Profile, WrongProfile, resolve
from components.stack_file import (
    PROJECT,
    ROOT,
    StackFile,
    UnreadableStackFile,
    open_stack_file,
    stacks,
)
from policies.configuration import Settings, complaints
from policies.registry import RULES
from policies.report import Locate, Location
from policies.verdict import StackVerdict, judged
from policies.waiver_file import WrongWaivers, read_waivers
from policies.waivers import Waiver
from policies.world import Finding
from scripts.checking import mocked
from scripts.checking.exported import NoState, read_state
from scripts.checking.heard import NoEvents, Silent, read_events, verdict_of
from scripts.checking.locations import locator

Judged = tuple[list[StackVerdict], Locate]


class Unjudgeable(Exception):
    """Stacks that could not be judged at all; every one of them and what to do, in the message."""


class Unheard(Exception):
    """A preview in which the gate said nothing, or not to the end."""


def judge_stacks(
    names: Sequence[str], now: datetime, root: Path = ROOT, settings: Settings | None = None
) -> Judged:
    """The verdict on each stack, and where its findings stand in its file.

    Raises:
        Unjudgeable: a stack file, the program, a waiver or the policy configuration is wrong.
    """
    verdicts: list[StackVerdict] = []
    locators: dict[str, Callable[[Finding], Location]] = {}
    wrong: list[str] = []
    waivers = _waivers()
    program, project = _program(root)
    for name in dict.fromkeys(names or sorted(stacks(root), key=_strictness)):
        try:
            file = open_stack_file(name, root)
            profile = _profile(file, name)
            wrong += [each for each in complaints(settings or {}, profile) if each not in wrong]
            world = mocked.run(program, project, name, file.config)
            verdicts.append(judged(RULES, world, name, profile, now, waivers, settings))
            locators[name] = locator(file)
        except (UnreadableStackFile, WrongProfile, mocked.ProgramFails, pulumi.RunError) as error:
            said, file_name = str(error).strip(), f"Pulumi.{name}.yaml"
            wrong.append(said if file_name in said else f"{file_name}: {said}")
    if wrong:
        raise Unjudgeable("\n".join(wrong))
    if not verdicts:
        raise Unjudgeable("no stack to judge. Fix: write a Pulumi.<stack>.yaml.")
    return verdicts, lambda stack, finding: locators[stack](finding)


def judge_state(path: Path, now: datetime, root: Path, settings: Settings) -> Judged:
    """The verdict on what an exported stack holds.

    Raises:
        Unjudgeable: the state, a waiver or the policy configuration is wrong.
    """
    try:
        name, world = read_state(path)
        profile, locate = _beside(name, root)
    except (NoState, WrongProfile, UnreadableStackFile) as error:
        raise Unjudgeable(str(error)) from None
    wrong = list(complaints(settings, profile))
    if wrong:
        raise Unjudgeable("\n".join(wrong))
    return [judged(RULES, world, name, profile, now, _waivers(), settings)], locate


def hear_events(path: Path, root: Path) -> Judged:
    """The verdict that the engine's gate came to.

    Raises:
        Unjudgeable: the file is no stream of events.
        Unheard: the gate did not judge, or not to the end.
    """
    try:
        heard = read_events(path)
        profile, locate = _beside(heard.stack, root)
    except (NoEvents, WrongProfile, UnreadableStackFile) as error:
        raise Unjudgeable(str(error)) from None
    except Silent as error:
        raise Unheard(str(error)) from None
    return [verdict_of(heard, profile)], locate


def _beside(name: str, root: Path) -> tuple[Profile, Locate]:
    """What the stack's file adds, if it is here."""
    if name not in stacks(root):
        return resolve(name, None), lambda stack, finding: None
    file = open_stack_file(name, root)
    place = locator(file)
    return _profile(file, name), lambda stack, finding: place(finding)


def _program(root: Path) -> tuple[Path, str]:
    """Where the program begins, and what the project is called."""
    try:
        project = yaml.safe_load((root / "Pulumi.yaml").read_text(encoding="utf-8"))
    except FileNotFoundError:
        project = None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Unjudgeable(f"Pulumi.yaml cannot be read: {error}") from None
    held = project if isinstance(project, dict) else {}
    main = root / str(held.get("main", "."))
    program = main if main.suffix == ".py" else main / "__main__.py"
    if not program.exists():
        raise Unjudgeable(f"{program.name} is not there. Fix: --cwd DIR, a project in Python.")
    return program, str(held.get("name", PROJECT))


def _waivers() -> tuple[Waiver, ...]:
    try:
        return read_waivers(RULES)
    except WrongWaivers as error:
        raise Unjudgeable(str(error)) from None


def _strictness(stack: str) -> tuple[int, str]:
    """dev before staging before prod before all others, as a person reads them."""
    return (PROFILES.index(stack) if stack in PROFILES else len(PROFILES), stack)


def _profile(file: StackFile, name: str) -> Profile:
    declared = file.config.get(KEY)
    return resolve(name, str(declared) if declared is not None else None)
