"""What spares time in a process that judges, answers and ends."""

import atexit
import gc
import importlib
import os
import sys
from types import ModuleType
from typing import Final

TRACED: Final = "TRACEPARENT"
SPANS: Final = "opentelemetry.sdk.trace"


def in_a_process_of_its_own() -> None:
    """Nothing is worth collecting here, nor at the end: asked before the heavy imports."""
    gc.disable()
    atexit.register(gc.freeze)


def load_pulumi() -> None:
    """Pulumi without what it traces itself with, unless somebody asked for traces.

    It loads OpenTelemetry's SDK for everybody, and uses it where TRACEPARENT is set.
    """
    if TRACED in os.environ or not sys.modules.keys().isdisjoint(("pulumi", SPANS)):
        return
    instead = ModuleType(SPANS)
    vars(instead)["TracerProvider"] = object
    sys.modules[SPANS] = instead
    try:
        importlib.import_module("pulumi")
    finally:
        del sys.modules[SPANS]
