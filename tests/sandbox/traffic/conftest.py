"""A watched cloud, and traffic in it; the clock stands still but for the traffic."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sandbox.dataplane.events import Events
from sandbox.dataplane.routes import planes
from sandbox.telemetry.watch import Watch
from sandbox.traffic.driver import Driver
from sandbox.traffic.wanted import TrafficWanted
from tests.sandbox.core import cloud as clouds
from tests.sandbox.telemetry.conftest import token_key
from tests.sandbox.telemetry.observed import Observed

__all__ = ["token_key"]


@dataclass
class Busy:
    observed: Observed
    driver: Driver

    def drive(self, **wanted: Any) -> dict[str, Any]:
        asked = TrafficWanted(**{"deployment": "ai-test/chat", **wanted})
        return asyncio.run(self.driver.drive(asked))


@pytest.fixture
def busy(tmp_path: Path, token_key: str) -> Iterator[Busy]:
    observed = Observed(clouds.make(tmp_path, token_key).with_account())
    observed.prepare()
    around = observed.around
    events = Events(around.store)
    around.unwritten.append(events.flush)
    around.after_time.append(Watch(around).tick)
    _, synthetic = planes(around, events)
    yield Busy(observed, Driver(around, synthetic))
    around.store.close()
