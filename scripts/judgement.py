"""Runs the program for each stack and holds what it declares against the rules."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import pulumi

from components.profiles import KEY, PROFILES, WrongProfile, resolve
from components.stack_file import (
    PROJECT,
    ROOT,
    StackFile,
    UnreadableStackFile,
    open_stack_file,
    stacks,
)
from policies.registry import RULES
from policies.report import Locate, Location
from policies.verdict import StackVerdict, judged
from policies.world import Finding
from scripts import mocked
from scripts.locations import locator


class Unjudgeable(Exception):
    """Stacks that could not be judged at all; every one of them and what to do, in the message."""


def judge_stacks(
    names: Sequence[str], now: datetime, root: Path = ROOT
) -> tuple[list[StackVerdict], Locate]:
    """The verdict on each stack, and where its findings stand in its file.

    Raises:
        Unjudgeable: a stack file or the program is wrong.
    """
    verdicts: list[StackVerdict] = []
    locators: dict[str, Callable[[Finding], Location]] = {}
    complaints: list[str] = []
    for name in dict.fromkeys(names or sorted(stacks(root), key=_strictness)):
        try:
            file = open_stack_file(name, root)
            verdict, locators[name] = _judge(file, name, now, root)
            verdicts.append(verdict)
        except (UnreadableStackFile, WrongProfile, mocked.ProgramFails, pulumi.RunError) as error:
            said, file_name = str(error).strip(), f"Pulumi.{name}.yaml"
            complaints.append(said if file_name in said else f"{file_name}: {said}")
    if complaints:
        raise Unjudgeable("\n".join(complaints))
    if not verdicts:
        raise Unjudgeable("no stack to judge. Fix: write a Pulumi.<stack>.yaml.")
    return verdicts, lambda stack, finding: locators[stack](finding)


def _strictness(stack: str) -> tuple[int, str]:
    """dev before staging before prod before all others, as a person reads them."""
    return (PROFILES.index(stack) if stack in PROFILES else len(PROFILES), stack)


def _judge(
    file: StackFile, name: str, now: datetime, root: Path
) -> tuple[StackVerdict, Callable[[Finding], Location]]:
    declared = file.config.get(KEY)
    profile = resolve(name, str(declared) if declared is not None else None)
    world = mocked.run(root / "__main__.py", PROJECT, name, file.config)
    return judged(RULES, world, name, profile, now), locator(file)
