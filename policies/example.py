"""What a rule refuses and what it lets pass, as Pulumi YAML: shown by --explain, run as tests."""

import re
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Final

EXAMPLES: Final = Path(__file__).with_name("examples")
SECTION: Final = re.compile(r"^(failing|passing):\n", re.MULTILINE)


@dataclass(frozen=True)
class Example:
    """Two stacks in prod, cut down to what the rule looks at."""

    failing: str
    passing: str


def example_of(rule: str) -> Example | None:
    """The example beside the rules, if its author has given one."""
    try:
        text = (EXAMPLES / f"{rule}.yaml").read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    _, *parts = SECTION.split(text)
    sections = dict(zip(parts[::2], parts[1::2], strict=True))
    return Example(*(dedent(sections[name]).strip("\n") for name in ("failing", "passing")))
