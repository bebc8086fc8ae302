"""What every region answers, put together: all of it or nothing."""

import json
from datetime import UTC, datetime

import pytest

from components import catalog
from scripts.exit import Exit
from scripts.models import command
from scripts.models.refreshing import as_json, lines, refresh, write
from scripts.subscription.facts import ModelKey, Unknown
from scripts.subscription.patience import Patience
from tests.models.test_renewal import SMALL

NOW = datetime(2026, 11, 22, tzinfo=UTC)
DEAD = Unknown(reason="models of eastus: 503", fix="later", code=Exit.NOT_REACHED)
OLD = ModelKey(format="OpenAI", name="gpt-b", version="1")


def row(name, version, *skus):
    pools = [{"name": sku, "usageName": f"OpenAI.{sku}.{name}"} for sku in skus]
    model = {"format": "OpenAI", "name": name, "version": version, "skus": pools}
    return {"kind": "AIServices", "model": model}


class Regions:
    """Answers by region."""

    def __init__(self, **rows):
        self.rows = rows

    def model_rows(self, location):
        return self.rows[location]


A = row("gpt-a", "2026-01-01", "GlobalStandard")


def refreshed(deployed=None, **rows):
    return refresh(
        SMALL,
        Regions(**rows),
        Patience.of(30),
        list(rows),
        now=NOW,
        added=(),
        deployed=deployed or {},
    )


def test_the_hash_is_of_all_answers_and_of_nothing_else():
    one, same = refreshed(swedencentral=[A]), refreshed(swedencentral=[dict(reversed(A.items()))])
    other = refreshed(swedencentral=[A, A])
    assert one.sha256 == same.sha256 != other.sha256
    assert one.sha256 in one.renewal.text


@pytest.mark.parametrize("answer", [DEAD, [], [{"kind": "AIServices"}]])
def test_a_region_that_tells_nothing_of_use_is_named_and_keeps_what_it_has(answer):
    found = refreshed(swedencentral=[A], eastus=answer)
    assert found.unknown.keys() == {"eastus"}
    assert (
        "eastus"
        in {e.name: e for e in catalog.parse(found.renewal.text)}["gpt-a"].skus["GlobalStandard"]
    )


def test_who_still_deploys_what_is_gone_is_told():
    found = refreshed({"prod": [OLD], "dev": []}, swedencentral=[A])
    assert found.in_use == ["prod deploys gpt-b/1"]
    assert "still in use: prod deploys gpt-b/1" in "\n".join(lines(found, "models.yaml"))


def test_programs_are_told_the_same(tmp_path):
    found = refreshed(swedencentral=[A], eastus=DEAD)
    told = json.loads(json.dumps(as_json(found, "models.yaml", written=False)))
    assert (told["written"], told["unknown"]) == (False, {"eastus": str(DEAD)})
    assert told["diff"][0] == "--- a/models.yaml"
    assert {each["model"] for each in told["changes"]} == {"gpt-a/2026-01-01", "gpt-b/1"}


def test_the_file_is_written_at_once(tmp_path):
    file = tmp_path / "models.yaml"
    file.write_text(SMALL)
    found = refreshed(swedencentral=[A])
    write(file, found)
    assert file.read_text() == found.renewal.text
    assert [each.name for each in tmp_path.iterdir()] == ["models.yaml"]


def test_a_stack_file_that_waits_for_a_newer_table_stops_no_refresh(monkeypatch):
    from components import settings

    def read(stack):
        raise settings.WrongStackFile("no such model")

    monkeypatch.setattr(settings, "read", read)
    assert command._deployed() == {}
