"""What costs a mocked run most of its time and tells it nothing.

Each is undone afterwards, and each private name it leans on is pinned by a test.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from pulumi import resource
from pulumi.runtime import resource as registration
from pulumi.runtime.proto import alias_pb2, source_pb2


async def _no_aliases(*_: object) -> list[alias_pb2.Alias]:
    return []


@contextmanager
def taken() -> Iterator[None]:
    """The shortcuts, for as long as a program runs."""
    replaced = [
        # azure-native gives each resource 20 to 45 aliases; nobody here holds them against a state.
        # A program may leave them out by itself: then this puts the SDK's own back afterwards.
        (vars(resource), "collapse_alias_to_urn", lambda *_: ""),
        (vars(registration), "prepare_aliases", _no_aliases),
        # Where in the program a resource was made: the engine shows it, we have the stack file.
        (vars(registration), "_get_stack_trace", source_pb2.StackTrace),
    ]
    kept = [(names, name, names[name]) for names, name, _ in replaced]
    collecting = gc.isenabled()
    gc.disable()  # a run makes much and drops little: a fifth of its time went into looking
    try:
        for names, name, instead in replaced:
            names[name] = instead
        yield
    finally:
        for names, name, own in kept:
            names[name] = own
        if collecting:
            gc.enable()
