"""What costs a mocked run most of its time and tells it nothing.

Each is undone afterwards, and each private name it leans on is pinned by a test.
"""

import atexit
import gc
import importlib
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from pulumi import resource
from pulumi.runtime import resource as registration
from pulumi.runtime.proto import source_pb2

AZURE: Final = "pulumi_azure_native"


@contextmanager
def taken() -> Iterator[None]:
    """The shortcuts, for as long as a program runs."""
    replaced = [
        # azure-native gives each resource 20 to 45 aliases; nobody here holds them against a state.
        # A program may leave them out by itself: then this puts the SDK's own back afterwards.
        (vars(resource), "collapse_alias_to_urn", lambda *_: ""),
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


def in_a_process_of_its_own() -> None:
    """For a command that judges, answers and ends: nothing is worth collecting, nor at the end."""
    gc.disable()
    atexit.register(gc.freeze)
    narrow_azure()


def narrow_azure() -> None:
    """Let `from pulumi_azure_native import network` load what is used of it.

    Such a module imports every resource of its service (network: 290 files, 0.4 s) for the sake
    of two or three. For a process of its own only: what is loaded stays.
    """
    package = importlib.import_module(AZURE)
    folder = Path(str(package.__file__)).parent
    for inner in folder.iterdir():
        name = f"{AZURE}.{inner.name}"
        if (inner / "__init__.py").exists() and not _loaded(name):
            narrow = Narrow(name)
            narrow.__path__ = [str(inner)]
            narrow.__package__ = name
            narrow.__file__ = str(inner / "__init__.py")
            sys.modules[name] = narrow
            setattr(package, inner.name, narrow)


def _loaded(name: str) -> bool:
    """Whether somebody has used the module already; azure-native first puts a lazy one there."""
    module = sys.modules.get(name)
    return module is not None and type(module) is ModuleType


class Narrow(ModuleType):
    """A service's module that imports a resource's file when the resource is asked for."""

    __path__: list[str]

    def __getattr__(self, wanted: str) -> Any:
        if wanted.startswith("__"):
            raise AttributeError(wanted)
        file = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", wanted).lower()
        for inner in (file.removesuffix("_output"), "_enums", "_inputs"):
            if not Path(self.__path__[0], f"{inner}.py").exists():
                continue
            module = importlib.import_module(f"{self.__name__}.{inner}")
            if wanted in vars(module) and wanted != inner:
                found = vars(module)[wanted]
                setattr(self, wanted, found)
                return found
        raise AttributeError(f"module {self.__name__!r} has no attribute {wanted!r}")
