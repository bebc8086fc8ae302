"""What the tests of commands on evidence share: a stack with a complete record."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from scripts.readiness.declared import declared
from tests import proof

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


@pytest.fixture(scope="package")
def proven(tmp_path_factory):
    """A checkout in which everything is recorded of prod; do not write to it."""
    folder = proof.checkout(tmp_path_factory.mktemp("proven") / "plumbline")
    proof.prove(folder, "prod", NOW)
    return folder


@pytest.fixture(scope="package")
def prod(proven):
    """What prod declares there; do not write to it."""
    return declared("prod", proven, git_sha="1a2b3c4")


@pytest.fixture
def target(prod, tmp_path):
    """The same stack, with nothing recorded of it yet."""
    return replace(prod, root=tmp_path)
