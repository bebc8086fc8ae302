"""Time as the gate takes it: this machine's, or that of a sandbox ahead of it."""

from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from policies import clock
from policies.host import Gate
from scripts.cli import app
from tests import proof

DAY_S = 86_400


def ahead_s():
    return (clock.now() - datetime.now(UTC)).total_seconds()


def test_both_hosts_take_a_clock_that_is_ahead(monkeypatch):
    monkeypatch.setenv(clock.AHEAD, str(30 * DAY_S))
    assert ahead_s() == pytest.approx(30 * DAY_S, abs=60)
    assert Gate().now > datetime.now(UTC) + timedelta(days=29)


@pytest.mark.parametrize("told", ["", "0", "-86400", "yesterday", "nan", "inf", "1e300"])
def test_no_variable_makes_old_evidence_new(monkeypatch, told):
    monkeypatch.setenv(clock.AHEAD, told)
    assert ahead_s() == pytest.approx(0, abs=60)


def test_evidence_ages_with_the_clock(monkeypatch, tmp_path):
    checkout = proof.checkout(tmp_path / "checkout")
    proof.prove(checkout, "staging")
    check = ["check", "--stack", "staging", "--cwd", str(checkout)]
    monkeypatch.setattr("scripts.short_lived.in_a_process_of_its_own", lambda: None)
    assert CliRunner().invoke(app, check).exit_code == 0
    monkeypatch.setenv(clock.AHEAD, str(400 * DAY_S))
    aged = CliRunner().invoke(app, check)
    assert aged.exit_code == 1
    assert "days old" in aged.stdout
