"""What a deployed stack tells, and what is told of one that tells it not or otherwise."""

import json

import pytest

from scripts import stack_outputs
from scripts.stack_outputs import NotDeployed, parse
from tests.smoke.test_command import outputs


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"accounts": None}, "output accounts"),
        ({"contract_version": "2"}, "output contract_version"),
        ({"routes": {"chat": {}}}, "output routes.chat"),
    ],
)
def test_outputs_of_another_contract_are_told_which(change, message):
    with pytest.raises(NotDeployed, match=message):
        parse("dev", json.dumps(outputs() | change))


def test_without_pulumi_the_remedy_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(stack_outputs.NoOutputs, match="plumb sandbox env"):
        stack_outputs.read("dev")
