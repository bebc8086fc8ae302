"""A program, as the engine names it to the host."""

from pathlib import Path

from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import language_pb2 as wire

from tests.engine_setup.alive import STAYS

ENGINE = "127.0.0.1:1"
STAYS_WITH_A_CHILD = f"""
import subprocess, sys
subprocess.run([sys.executable, "-c", {STAYS!r}])
"""


def program(folder: Path, **options: object) -> wire.ProgramInfo:
    said = Struct()
    said.update(options)
    return wire.ProgramInfo(
        root_directory=str(folder), program_directory=str(folder), entry_point=".", options=said
    )


def run(folder: Path) -> wire.RunRequest:
    return wire.RunRequest(info=program(folder), pwd=str(folder), stack="dev", parallel=4)
