"""azure-native's services, each of which loads a resource's file when the resource is asked for.

By itself the package imports every resource of a service (network: 290 files, 0.4 s) for the sake
of two or three. Importing this module narrows all services that nobody has used yet, in place:
`from pulumi_azure_native import network` is the same module from then on.
"""

import importlib
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pulumi_azure_native
from pulumi_azure_native import (
    appconfiguration,
    applicationinsights,
    authorization,
    cognitiveservices,
    consumption,
    monitor,
    network,
    operationalinsights,
    privatedns,
    resources,
)

__all__ = [
    "appconfiguration",
    "applicationinsights",
    "authorization",
    "cognitiveservices",
    "consumption",
    "monitor",
    "network",
    "operationalinsights",
    "privatedns",
    "resources",
]

_WHOLE: Final = "_LazyModule"
"""The SDK's class of a module that loads all of itself at the first touch."""


class Narrow(ModuleType):
    """A service's module that has loaded nothing but what was asked of it."""

    __path__: list[str]

    def __getattr__(self, wanted: str) -> Any:
        if wanted.startswith("__"):
            raise AttributeError(wanted)
        file = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", wanted).lower()
        for inner in (file.removesuffix("_output"), "_enums", "_inputs"):
            if Path(self.__path__[0], f"{inner}.py").exists():
                module = importlib.import_module(f"{self.__name__}.{inner}")
                found = vars(module).get(wanted, module if wanted == inner else None)
                if found is not None:
                    setattr(self, wanted, found)
                    return found
        return self._widened(wanted)

    def _widened(self, wanted: str) -> Any:
        """The name in the whole module: for what lies in no file of its own name."""
        whole: Any = self
        whole.__class__ = ModuleType
        if self.__spec__ and self.__spec__.loader:
            self.__spec__.loader.exec_module(self)
        return getattr(self, wanted)


def _narrow() -> None:
    for name, module in list(sys.modules.items()):
        if name.startswith(f"{pulumi_azure_native.__name__}.") and type(module).__name__ == _WHOLE:
            module.__class__ = Narrow


_narrow()
