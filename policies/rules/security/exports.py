"""Exports: what a stack tells everybody who can read its state."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from policies.rule import Context, Levels, Rule, StackRule
from policies.values import Unknown, Value
from policies.world import STACK, Finding, World

NAME: Final = re.compile(r"(?i)(key|secret|token|password|connection_?string)s?_?\d*$")
"""How people call a credential. list_account_keys answers key1 and key2."""

VALUE: Final = re.compile(
    r"(?<![0-9A-Fa-f])(?<!\.ft-)[0-9A-Fa-f]{32}(?![0-9A-Fa-f])"
    r"|(?<![0-9A-Za-z])[0-9A-Za-z]{84}(?![0-9A-Za-z])"
    r"|(?<![0-9A-Za-z+/])[0-9A-Za-z+/]{86}=="
    r"|(?i:InstrumentationKey|AccountKey|SharedAccessKey|SharedAccessSignature|Secret|[?&]sig)="
    r"|eyJ[\w-]+\."
)
"""How keys of Azure AI, storage and App Insights, connection strings and tokens look. The hash in a
fine-tuned model's name is as long as a key, and none."""


def no_keys_exported(world: World, ctx: Context) -> Iterator[Finding]:
    for root in world.of(STACK):
        for name in credentials(root.inputs):
            yield Finding(
                root,
                f"output '{name}' exports a credential: state, logs and every stack that refers "
                "to this one can read it. Fix: remove it; callers take an Entra token "
                "(DefaultAzureCredential).",
                name,
            )


def credentials(value: Value, name: str = "") -> Iterator[str]:
    """The dotted names of outputs that are, or hold, a credential. Never what it is."""
    if isinstance(value, Mapping):
        for key, held in value.items():
            whole = f"{name}.{key}" if name else key
            if NAME.search(key) and holds_text(held):
                yield whole
            else:
                yield from credentials(held, whole)
    elif isinstance(value, list):
        for place, held in enumerate(value):
            yield from credentials(held, f"{name}[{place}]")
    elif isinstance(value, str) and VALUE.search(value):
        yield name


def holds_text(value: Value) -> bool:
    """Whether there is anything in it that could be a credential: numbers and flags are none."""
    if isinstance(value, Mapping):
        return any(holds_text(held) for held in value.values())
    if isinstance(value, list):
        return any(holds_text(held) for held in value)
    return isinstance(value, Unknown) or (isinstance(value, str) and bool(value))


RULES: Final[list[Rule]] = [
    StackRule(
        id="no-keys-exported",
        number=28,
        category="security",
        severity="Critical",
        levels=Levels.of("MMM"),
        description="No output of a stack is a key, token, password or connection string.",
        why="An output is copied into state, into pipelines' logs and into every stack that refers "
        "to this one. Marked secret it is still one command away: pulumi stack output "
        "--show-secrets.",
        fix="Remove the output. Callers sign in as themselves and are given a role; what must be a "
        "secret lives in a key vault, and its address may be exported.",
        types=frozenset({STACK}),
        controls=("MCSB IM-8", "Well-Architected SE:09"),
        check=no_keys_exported,
    ),
]
