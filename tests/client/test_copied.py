"""What is copied stands on its own."""

import ast
import sys
from pathlib import Path

import pytest

CLIENT = Path(__file__).resolve().parents[2] / "scripts" / "client"

ALWAYS = {"openai"}
WHERE_USED = {"azure", "featuremanagement", "opentelemetry", "httpx2"}
"""Optional, or slow to import: never above."""


def imports(body):
    """The outermost names that statements import, other than the folder's own."""
    for node in body:
        if isinstance(node, ast.Import):
            yield from (each.name.partition(".")[0] for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module.partition(".")[0]


@pytest.mark.parametrize("file", sorted(CLIENT.glob("*.py")), ids=lambda file: file.name)
def test_a_file_needs_nothing_but_openai_until_it_is_used(file):
    tree = ast.parse(file.read_text())
    above = set(imports(tree.body)) - sys.stdlib_module_names
    everywhere = set(imports(ast.walk(tree))) - sys.stdlib_module_names
    assert above <= ALWAYS
    assert everywhere <= ALWAYS | WHERE_USED
