"""docs/evidence.md says of each kind what the code says of it."""

import pytest

from components.evidence_kinds import KINDS
from components.profiles import PROFILES
from components.stack_file import ROOT
from scripts.readiness.evidence_age import days

PAGE = (ROOT / "docs" / "evidence.md").read_text()
ROWS = {
    cells[0]: cells[1:]
    for line in PAGE.splitlines()
    if line.startswith("| ")
    for cells in [[cell.strip() for cell in line.strip("|").split("|")]]
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_described_as_it_is(kind):
    about, must, compares, counts = ROWS[kind]
    fields = KINDS[kind].data.model_fields.values()
    assert about == KINDS[kind].about
    assert must.split(", ") == [field.alias for field in fields if field.is_required()]
    assert tuple(filter(None, compares.split(", "))) == KINDS[kind].compares
    limits = {f"{days(kind, profile):g} {profile}" for profile in PROFILES}
    assert set(counts.split(", ")) == limits or {f"{counts} {each}" for each in PROFILES} == limits
