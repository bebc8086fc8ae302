"""Pulumi is loaded whole for who traces, and lighter for who does not."""

import os
import subprocess
import sys

LOAD = """
import sys
from scripts import short_lived
short_lived.load_pulumi()
import pulumi
print("opentelemetry.sdk.trace" in sys.modules)
from opentelemetry.sdk.trace import TracerProvider
print(TracerProvider.__module__)
"""


def printed(**variables):
    own = {name: value for name, value in os.environ.items() if name != "TRACEPARENT"}
    done = subprocess.run(
        [sys.executable, "-c", LOAD], env=own | variables, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_what_traces_is_loaded_only_for_who_traces_and_later_for_everybody():
    assert printed() == ["False", "opentelemetry.sdk.trace"]
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    assert printed(TRACEPARENT=parent)[0] == "True"
