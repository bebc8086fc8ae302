"""What the slow tests share: a sandbox, a copy of the project, a stack, once a module."""

import pytest

from tests.end_to_end.local_azure import LocalAzure
from tests.end_to_end.project import Project


@pytest.fixture(scope="module")
def azure(tmp_path_factory):
    """A sandbox that is up and empty."""
    made = LocalAzure(tmp_path_factory.mktemp("azure") / "sandbox")
    made.up()
    yield made
    made.down()


@pytest.fixture(scope="module")
def project(azure, tmp_path_factory):
    return Project(tmp_path_factory.mktemp("checkout") / "plumbline", azure)
