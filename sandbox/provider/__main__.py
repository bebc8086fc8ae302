"""The provider alone, before an ARM that is running: prints its port and serves until a signal."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

import requests

from sandbox.provider.server import ProviderServer


def main() -> int:
    """Serves; 2 if the port is taken or the environment says not who the provider is."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.provider", description=__doc__)
    parser.add_argument("--arm", required=True, help="address of ARM: https://127.0.0.1:8443")
    parser.add_argument("--ca", required=True, type=Path, help="file with ARM's authority")
    parser.add_argument("--port", type=int, default=0, help="0 for any free one")
    asked = parser.parse_args()
    if not {"IDENTITY_ENDPOINT", "IDENTITY_HEADER"} <= os.environ.keys():
        print('no identity in the environment. Fix: eval "$(plumb sandbox env)"', file=sys.stderr)
        return 2
    server = ProviderServer(asked.arm, asked.ca, lambda: _token(asked.arm), asked.port)
    try:
        print(server.start(), flush=True)
    except OSError as error:
        print(error, file=sys.stderr)
        return 2
    over = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: over.set())
    over.wait()
    server.stop()
    return 0


def _token(arm: str) -> str:
    """Of the managed identity that the environment names."""
    answer = requests.get(
        os.environ["IDENTITY_ENDPOINT"],
        params={"api-version": "2019-08-01", "resource": arm},
        headers={"X-IDENTITY-HEADER": os.environ["IDENTITY_HEADER"]},
        timeout=10,
    )
    answer.raise_for_status()
    return str(answer.json()["access_token"])


if __name__ == "__main__":
    sys.exit(main())
