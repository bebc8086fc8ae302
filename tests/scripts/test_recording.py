"""Only what was measured of what is declared is recorded, and nobody approves twice over."""

from datetime import timedelta

import pytest

from components.evidence_entry import complaints
from components.evidence_kinds import KINDS, Person
from scripts.readiness import evidence_log, recording, run_folder
from scripts.readiness.evidence_log import NotRecorded, read, written
from scripts.readiness.run_folder import NoResult, Result
from tests import proof
from tests.scripts.conftest import NOW

KEY = ("primary", "chat-v4")
ADA, EVE = (
    Person(id=f"00000000-0000-4000-8000-00000000000{number}", name=name)
    for number, name in enumerate(("Ada", "Eve"))
)


def result(target, kind="loadTest", at=NOW, **identity):
    made_by = (kind in KINDS and KINDS[kind].made_by) or "vim"
    return Result(
        kind=kind,
        stack="staging",
        identity=target.identities[KEY].model_copy(update=identity),
        measured_at=written(at),
        tool=recording.tool(made_by),
        data=proof.load_test(target, KEY, at) if kind == "loadTest" else proof.EVALUATION,
    )


def approve(target, role="security", by=ADA, now=NOW, **more):
    return recording.approve(target, now, role=role, by=by, ticket="CHG-1", **more)


def test_the_example_evidence_is_complete(prod):
    recorded = read(prod.file)
    assert {each.entry["kind"] for each in recorded} == set(KINDS)
    assert [list(complaints(each.entry)) for each in recorded] == [[]] * len(recorded)


def test_an_identity_is_what_the_stack_declares(prod):
    found = prod.identities[KEY].written()
    wanted = prod.settings.accounts["primary"].deployments["chat-v4"]
    assert found["model"] == wanted.model
    assert found["capacity"] == wanted.capacity
    assert found["filter"] == "customer-facing"
    assert found["region"] == "swedencentral"
    assert len({each.filter_sha256 for each in prod.identities.values()}) == 1


def test_what_serves_is_what_a_route_names(prod):
    assert prod.serving == [
        ("primary", "chat-v3"),
        ("primary", "chat-v4"),
        ("primary", "triage-v1"),
        ("secondary", "chat-v3"),
    ]


def test_what_staging_measured_counts_where_the_identity_is_the_same(target):
    draft = recording.measured(target, result(target, capacity=50))
    (entry,) = recording.record(target, [draft], NOW)
    assert entry["subject"] == {"stack": "staging", "account": "primary", "deployment": "chat-v4"}
    assert entry["tool"]["name"] == "plumb load"


@pytest.mark.parametrize(
    ("kind", "identity", "message"),
    [
        ("loadTest", {"version": "2025-01-01"}, "version 2025-01-01, not 2026-04-24 as prod"),
        ("loadTest", {"capacity": 151}, "capacity 151, not 150"),
        ("loadTest", {"sku": "GlobalStandard"}, "sku GlobalStandard, not DataZoneStandard"),
        ("evaluation", {"prompt_sha256": "0" * 64}, "promptSha256 000"),
        ("evaluation", {"filter_sha256": "0" * 64}, "filterSha256 000"),
        ("evaluation", {"deployment": "chat-v9"}, "prod declares no primary/chat-v9"),
        ("cost", {}, "cost is not measured"),
        ("price", {}, "price is not measured"),
    ],
)
def test_what_was_measured_of_something_else_is_refused(target, kind, identity, message):
    with pytest.raises(NotRecorded, match=message):
        recording.measured(target, result(target, kind, **identity))


def test_what_another_tool_measured_is_refused(target):
    odd = result(target).model_copy(update={"tool": recording.tool("vim")})
    with pytest.raises(NotRecorded, match="loadTest is measured by plumb load, not by vim"):
        recording.record(target, [recording.measured(target, odd)], NOW)


def test_a_run_that_lacks_a_number_is_refused(target):
    odd = result(target)
    del odd.data["p95Ms"]
    with pytest.raises(NotRecorded, match=r"loadTest is not complete: p95Ms: Field required"):
        recording.measured(target, odd)


@pytest.mark.parametrize(
    ("kind", "route", "message"),
    [
        ("evaluation", None, "evaluation is not declared by hand"),
        ("approval", None, "approval is not declared by hand"),
        ("demand", None, "demand needs a route. Fix: --route chat or triage"),
        ("demand", "chitchat", "prod has no route chitchat. Fix: one of chat, triage"),
        ("cost", "chat", "cost is about no route"),
        ("cost", None, "cost is not complete: forecastMonthly"),
    ],
)
def test_a_declaration_says_of_whom_it_speaks(target, kind, route, message):
    with pytest.raises(NotRecorded, match=message):
        recording.declared_by_hand(target, kind, {}, NOW, route=route)


def test_a_date_without_quotes_is_told_how_to_stand_there(target):
    data = {"target": "primary/chat-v4", "testedAt": NOW, "minutes": 4}
    with pytest.raises(NotRecorded, match=r'needs quotes. Fix: such as testedAt: "2026-11-21T00'):
        recording.declared_by_hand(target, "rollback", data, NOW, route="chat")


def test_a_forecast_of_tomorrow_is_refused(target):
    data = next(data for kind, _, data in proof.declarations(target, NOW) if kind == "demand")
    data |= {"asOf": written(NOW + timedelta(days=1))}
    draft = recording.declared_by_hand(target, "demand", data, NOW, route="chat")
    with pytest.raises(NotRecorded, match="demand is of 2026-11-22T09:00:00Z, and it is"):
        recording.record(target, [draft], NOW)


def test_an_approval_covers_what_serves_as_it_is_declared(target):
    (entry,) = approve(target)
    covered = [(each["account"], each["deployment"]) for each in entry["data"]["covers"]]
    assert covered == target.serving
    assert entry["data"]["by"] == {"id": ADA.id, "name": "Ada"}


def test_one_person_approves_in_one_role(target):
    approve(target, "security")
    with pytest.raises(NotRecorded, match=r"Ada has approved for security already \(entry 1\)"):
        approve(target, "operations")
    approve(target, "operations", EVE)
    assert len(read(target.file)) == 2


def test_a_person_is_who_the_directory_says_not_what_they_are_called(target):
    approve(target, "security")
    with pytest.raises(NotRecorded):
        approve(target, "operations", ADA.model_copy(update={"name": "Eve"}))
    approve(target, "operations", EVE.model_copy(update={"name": "Ada"}))


def test_the_same_role_may_be_approved_again(target):
    approve(target, "security")
    approve(target, "security", now=NOW + timedelta(days=1))
    assert len(read(target.file)) == 2


def test_a_role_that_was_handed_on_binds_nobody(target):
    approve(target, "security", ADA)
    approve(target, "security", EVE)
    approve(target, "operations", ADA)


def test_product_names_what_success_is(target):
    with pytest.raises(NotRecorded, match="product approves with successMetrics"):
        approve(target, "product")
    (entry,) = approve(target, "product", success_metrics=proof.SUCCESS)
    assert entry["data"]["successMetrics"] == proof.SUCCESS


def test_what_is_measured_after_the_approval_asks_for_another(target):
    measured = recording.measured(target, result(target, at=NOW + timedelta(minutes=4)))
    recording.record(target, [measured], NOW)
    with pytest.raises(NotRecorded, match="entry 1 was measured at 2026-11-21T09:04:00Z, and it"):
        approve(target)
    approve(target, now=NOW + timedelta(minutes=5))


def test_two_who_approve_at_once_are_held_against_each_other(target, monkeypatch):
    """The check and the write are one: between them nobody else gets to write."""
    seen = []

    def append(file, make, now, **told):
        seen.append(make)
        return []

    monkeypatch.setattr(evidence_log, "append", append)
    approve(target, "security")
    monkeypatch.undo()
    approve(target, "operations")
    with pytest.raises(NotRecorded, match="Ada has approved"):
        seen[0](read(target.file))


def test_a_run_is_read_as_it_was_left(target, tmp_path):
    left = result(target)
    run_folder.write(tmp_path / "run", left)
    assert run_folder.read(tmp_path / "run") == left


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "holds no result.json"),
        ("", "measure again"),
        ("[]", "measure again"),
        ('{"format": "plumb.run/9"}', "format"),
        ("\udcff", "measure again"),
    ],
)
def test_a_folder_that_is_no_run_is_told_so(tmp_path, text, message):
    if text is not None:
        (tmp_path / "result.json").write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(NoResult, match=message):
        run_folder.read(tmp_path)
