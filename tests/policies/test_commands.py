"""What findings tell people to type can be typed."""

import shlex

import pytest
from typer.main import get_group

from policies import commands
from policies.world import World
from scripts.cli import app
from tests.policies.worlds import sound

FILLED_IN = {"RPM": "60", "TOKENS": "600"}
"""What must be a number; the other words in capitals may be any."""


@pytest.mark.parametrize(
    "command",
    [
        commands.evaluate("primary/chat-v3", "prod", "prod"),
        commands.evaluate("primary/chat-v3", "staging", "staging"),
        commands.load("primary/chat-v3", "prod", "prod", 0.5),
        commands.load("primary/chat-v3", "staging", "staging"),
        commands.record_demand("prod", "chat"),
        commands.record_plan("prod"),
        commands.record_cost("prod", "EUR"),
        commands.record_rollback("prod", "chat"),
        *commands.review("prod").split(", then "),
        *(commands.approve(role, "prod") for role in ("product", "security", "finance")),
    ],
)
def test_plumb_takes_what_a_finding_says(command):
    plumb, *words = (FILLED_IN.get(word, word) for word in shlex.split(command))
    assert plumb == "plumb"
    found = get_group(app)
    while hasattr(found, "commands"):
        found = found.commands[words.pop(0)]
    assert found.make_context("plumb", words)


def test_what_prod_needs_is_measured_in_staging_and_recorded_for_prod():
    asked = commands.load("primary/chat-v3", "prod", "prod", 0.5)
    assert asked.endswith("--rps 0.5 --stack staging --record-for prod")
    assert commands.load("chat", "dev", "dev").endswith("--target chat --stack dev --record")


@pytest.mark.parametrize("calls_per_minute", [0.01, 8, 24, 61, 1000, 12345.6])
def test_the_rate_of_a_load_test_is_never_below_the_peak(calls_per_minute):
    words = commands.load("chat", "prod", "prod", calls_per_minute / 60).split()
    asked = float(words[words.index("--rps") + 1])
    assert -1e-9 < asked - calls_per_minute / 60 < 0.0011


@pytest.mark.parametrize("name", ["", "chat; rm -rf .", "eyJhbGciOiJSUzI1NiJ9.e30.c2ln|sh", "a b"])
def test_a_name_that_is_none_is_not_handed_to_a_shell(name):
    assert "--route ROUTE --from FILE" in commands.record_rollback("prod", name)
    assert "--target ACCOUNT/DEPLOYMENT " in commands.load(name, "prod", "prod")


def test_a_world_knows_its_stack():
    assert sound().stack == "prod"
    assert World([]).stack == "STACK"
