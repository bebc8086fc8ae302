"""The pack alone, on a program that is not ours in style: flat, in any spelling, any version."""

import json

import pytest
from typer.testing import CliRunner

from components import catalog
from scripts.cli import app
from scripts.exit import Exit
from tests.policies.engine_side import Engine
from tests.policies.spoilt import FOLDER, SOURCE, SPOILT, UNPROVEN, expected, spoilt, world_of
from tests.policies.test_hosts_agree import by_check
from tests.policies.worlds import NOW


def check(*arguments, monkeypatch):
    monkeypatch.setattr("scripts.short_lived.in_a_process_of_its_own", lambda: None)
    return CliRunner().invoke(app, ["check", "--cwd", str(FOLDER), "--json", *arguments])


def test_it_knows_nothing_of_plumbline():
    assert "import components" not in SOURCE and "from components" not in SOURCE
    assert "plumb" not in SOURCE.partition('"""\n')[2]


def test_dev_hears_what_prod_refuses_for_want_of_evidence(monkeypatch):
    dev, prod = (check("--stack", stack, monkeypatch=monkeypatch) for stack in ("dev", "prod"))
    assert (dev.exit_code, prod.exit_code) == (Exit.YES, Exit.NO)
    (stack,) = json.loads(prod.stdout)["stacks"]
    assert {row["rule"] for row in stack["findings"]} == UNPROVEN
    assert len(stack["passed"]) >= 30


def test_each_spelling_is_the_same_resource(tmp_path):
    names = {resource.name for resource in world_of(tmp_path).of(catalog.DEPLOYMENT)}
    assert names == {"chat", "search"}


@pytest.mark.parametrize(("before", "after", "rule"), SPOILT)
def test_what_is_spoilt_is_found_by_both_hosts_alike(before, after, rule, tmp_path):
    world = world_of(tmp_path, spoilt(before, after))
    found = by_check(world, "prod")
    assert {each[0] for each in found} == expected(rule)
    assert Engine("prod", now=NOW).preview(world).said == found
