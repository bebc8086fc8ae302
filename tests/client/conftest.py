"""What tests of the client share: each holds for threads and for event loops alike."""

import logging

import pytest

from tests.client.world import World


@pytest.fixture(params=["threads", "event loop"])
def world(request):
    return World(asynchronous=request.param == "event loop")


@pytest.fixture(autouse=True)
def heard(caplog):
    """What the client logs; a smoke run in the same process may have silenced it."""
    caplog.set_level(logging.WARNING, logger="scripts.client")
