"""The compliant stack is shaped as our program's, so that rules are tried on the real thing."""

import pytest

from components.stack_file import PROJECT, open_stack_file
from scripts.checking import mocked
from tests import proof
from tests.policies.worlds import NOW, PARTS

CHOSEN_NAMES = ("routes", "notifications")
"""Objects whose keys are anybody's choice."""


def paths(value, prefix=""):
    """Every path in the inputs; all elements of a list are one."""
    if isinstance(value, dict):
        chosen = prefix.rpartition(".")[2] in CHOSEN_NAMES
        for key, held in value.items():
            yield from paths(held, f"{prefix}.{'*' if chosen else key}")
    elif isinstance(value, list) and value:
        for held in value:
            yield from paths(held, f"{prefix}[]")
    else:
        yield prefix


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    folder = proof.checkout(tmp_path_factory.mktemp("ours") / "plumbline")
    proof.prove(folder, "prod", NOW)
    config = open_stack_file("prod", folder).config
    found = {}
    for each in mocked.run(folder / "__main__.py", PROJECT, "prod", config).resources:
        found.setdefault(each.type, set()).update(paths(each.inputs))
    return found


@pytest.mark.parametrize("name", PARTS)
def test_a_part_asks_for_nothing_that_our_program_does_not(ours, name):
    part = PARTS[name]
    recorded = {path for path in paths(part.inputs) if ".data." in path}  # has a schema of its own
    assert set(paths(part.inputs)) - recorded - ours[part.type] == set()


def test_all_that_our_program_makes_is_in_the_compliant_stack(ours):
    left_out = {
        "pulumi:pulumi:Stack",
        "azure-native:authorization:ManagementLockByScope",
        "azure-native:cognitiveservices:RaiBlocklistItem",
    }
    components = {type for type in ours if type.startswith("plumb:")}
    assert ours.keys() - components - left_out == {
        part.type for part in PARTS.values() if not part.type.startswith("plumb:")
    }
