"""What tests of the client share: each holds for threads and for event loops alike."""

import pytest

from tests.client.world import World


@pytest.fixture(params=["threads", "event loop"])
def world(request):
    return World(asynchronous=request.param == "event loop")
