"""What findings tell people to type can be typed."""

import shlex

import pytest
import typer

from policies.commands import approve, record
from policies.world import World
from scripts.readiness.command import app
from tests.policies.worlds import sound


@pytest.mark.parametrize(
    "command",
    [
        *(record(kind, "prod", "chat") for kind in ("cost", "capacityPlan", "demand", "rollback")),
        *(approve(role, "prod") for role in ("product", "security", "finance")),
    ],
)
def test_readiness_takes_what_a_finding_says(command):
    plumb, readiness, name, *arguments = shlex.split(command)
    assert (plumb, readiness) == ("plumb", "readiness")
    taken = typer.main.get_command(app).commands[name].make_context(name, arguments)
    assert taken.params["stack"] == "prod"


@pytest.mark.parametrize("route", [None, "", "chat; rm -rf .", "eyJhbGciOiJSUzI1NiJ9.e30.c2ln"])
def test_a_route_that_is_no_name_is_not_handed_to_a_shell(route):
    assert record("demand", "prod", route) == (
        "plumb readiness record demand --stack prod --route ROUTE --from FILE"
    )


def test_a_world_knows_its_stack():
    assert sound().stack == "prod"
    assert World([]).stack == "STACK"
