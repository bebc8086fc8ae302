"""Runs the program for each stack and holds what it declares against the rules."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import pulumi

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
from policies.world import Finding
from scripts import mocked
from scripts.locations import locator


class Unjudgeable(Exception):
    """Stacks that could not be judged at all; every one of them and what to do, in the message."""


def judge_stacks(
    names: Sequence[str], now: datetime, root: Path = ROOT, settings: Settings | None = None
) -> tuple[list[StackVerdict], Locate]:
    """The verdict on each stack, and where its findings stand in its file.

    Raises:
        Unjudgeable: a stack file, the program, a waiver or the policy configuration is wrong.
    """
    verdicts: list[StackVerdict] = []
    locators: dict[str, Callable[[Finding], Location]] = {}
    wrong: list[str] = []
    try:
        waivers = read_waivers(RULES)
    except WrongWaivers as error:
        raise Unjudgeable(str(error)) from None
    for name in dict.fromkeys(names or sorted(stacks(root), key=_strictness)):
        try:
            file = open_stack_file(name, root)
            profile = _profile(file, name)
            wrong += [each for each in complaints(settings or {}, profile) if each not in wrong]
            world = mocked.run(root / "__main__.py", PROJECT, name, file.config)
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


def _strictness(stack: str) -> tuple[int, str]:
    """dev before staging before prod before all others, as a person reads them."""
    return (PROFILES.index(stack) if stack in PROFILES else len(PROFILES), stack)


def _profile(file: StackFile, name: str) -> Profile:
    declared = file.config.get(KEY)
    return resolve(name, str(declared) if declared is not None else None)
