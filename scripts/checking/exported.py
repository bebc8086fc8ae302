"""A stack as `pulumi stack export` writes it, for the gate to judge what is deployed."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from policies.arm import normal_type
from policies.values import OUTPUT, SECRET, SIGNATURE, plain
from policies.world import STACK, Resource, World

SEALED: Final = "[secret]"
"""Stands for a value that only the stack's passphrase or key opens."""


class NoState(ValueError):
    """The file is no exported stack; the message says what to do."""


def read_state(path: Path) -> tuple[str, World]:
    """The stack's name, and what is deployed.

    Raises:
        NoState: it cannot be read, or holds no resource.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        resources = content["deployment"]["resources"]
        world = World(_resources(resources))
    except OSError as error:
        raise NoState(f"{path.name} cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NoState(
            f"{path.name} is no exported stack ({type(error).__name__}). "
            "Fix: pulumi stack export --file FILE"
        ) from None
    if not world.resources:
        raise NoState(
            f"{path.name} holds no resource. Fix: pulumi stack export of a deployed stack"
        )
    return stack_of(world.resources[0].urn), world


def stack_of(urn: str) -> str:
    """The stack that a resource's URN names."""
    return urn.removeprefix("urn:pulumi:").partition("::")[0]


def _resources(states: list[Mapping[str, Any]]) -> Iterator[Resource]:
    for state in states:
        if state.get("delete") or state.get("external"):
            continue  # what is on its way out, and what was only read
        type = normal_type(state["type"])
        secrets: set[str] = set()
        # Of the stack itself and of components the outputs are what they registered.
        held = (
            state.get("outputs") if type == STACK else state.get("inputs") or state.get("outputs")
        )
        inputs = plain(_opened(held or {}), secrets)
        yield Resource(
            urn=state["urn"],
            type=type,
            name=state["urn"].rpartition("::")[2],
            inputs=inputs if isinstance(inputs, Mapping) else {},
            protected=bool(state.get("protect")),
            parent=state.get("parent", ""),
            dependencies=frozenset(state.get("dependencies") or ()),
            comes_from={
                key: frozenset(urns or ())
                for key, urns in (state.get("propertyDependencies") or {}).items()
            },
            secrets=frozenset(secrets - {SEALED}),
        )


def _opened(value: Any) -> Any:
    """Secrets as the engine would hand them over, those that nobody can open as SEALED."""
    if isinstance(value, list):
        return [_opened(held) for held in value]
    if not isinstance(value, dict):
        return value
    if value.get(SIGNATURE) == SECRET:
        text = value.get("plaintext")
        held = json.loads(text) if isinstance(text, str) else SEALED
        return {SIGNATURE: SECRET, "value": held}
    if value.get(SIGNATURE) == OUTPUT:
        return value
    return {key: _opened(held) for key, held in value.items()}
