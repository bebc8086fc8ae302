"""One question that dies leaves its own check unknown; the others are answered all the same."""

import json
import threading
from dataclasses import replace

import jsonschema
import pytest

from components.stack_file import ROOT
from scripts.exit import Exit
from scripts.preflight.looking import look
from scripts.preflight.report import judge
from scripts.preflight.table import lines
from scripts.subscription.facts import Estimate, Room, Subdomain, Unknown
from scripts.subscription.patience import Patience
from tests.preflight.worlds import (
    GPT,
    HERE,
    NOW,
    PTU,
    STANDARD,
    SUBSCRIPTION,
    offered,
    stack,
    standing,
    usages,
    wants,
)
from tests.preflight.worlds import seen as seen_of

SCHEMA = json.loads((ROOT / "docs" / "schemas" / "preflight-1.json").read_text())
STACK = stack(wants(), wants("reserved", sku=PTU, capacity=50), private=True)
DEAD = Unknown(reason="it: 500", fix="later", code=Exit.NOT_REACHED)

ONLY = {
    "usages": {"quota"},
    "models": {"model", "lifecycle", "sku", "quota"},
    "capacities": {"room"},
    "accounts": {"names", "dns"},
    "deployments": set(),
    "deleted_accounts": {"names"},
    "subdomain": {"names"},
    "permissions": {"rights"},
    "private_zones": set(),
    "calculate_capacity": {"calculator"},
}
"""What becomes unknown when one kind of question dies, in front of a subscription with room."""


class Azure:
    """A subscription with room for all; some of its answers are replaced."""

    def __init__(self, **instead):
        self.instead = instead
        self.asked = []

    def __getattr__(self, name):
        if name not in ONLY:
            raise AttributeError(name)

        def answer(*about):
            self.asked.append(name)
            told = self.instead.get(name, getattr(Answers, name))
            return told(*about) if callable(told) else told

        return answer


class Answers:
    usages = usages()
    models = offered()
    accounts = ()
    deployments = ()
    deleted_accounts = ()
    private_zones = ()

    @staticmethod
    def capacities(model):
        return tuple(
            Room(location=HERE, sku=sku, available=1000, available_fine_tuned=0)
            for sku in (STANDARD, PTU)
        )

    @staticmethod
    def subdomain(name):
        return Subdomain(name=name, available=True, reason="")

    @staticmethod
    def permissions(scope):
        return seen_of(STACK).permissions[""]

    @staticmethod
    def calculate_capacity(model, sku, workloads):
        return Estimate(value=1167, deployable=1170)


def report(azure, seconds=30, wanted=STACK):
    seen = look(wanted, azure, Patience.of(seconds), at=NOW, subscription=SUBSCRIPTION)
    return judge(wanted, seen, seconds=1)


def test_what_fits_is_a_yes():
    told = report(Azure())
    assert set(told.outcomes.values()) == {"ok"}
    assert told.code == Exit.YES


@pytest.mark.parametrize("question", ONLY)
def test_a_dead_call_makes_only_its_own_checks_unknown(question):
    told = report(Azure(**{question: DEAD}))
    unknown = {name for name, outcome in told.outcomes.items() if outcome == "unknown"}
    assert unknown == ONLY[question]
    assert set(told.outcomes.values()) <= {"ok", "unknown"}
    assert told.code == (Exit.NOT_REACHED if ONLY[question] else Exit.YES)
    assert told.partial == bool(ONLY[question])


def test_when_everything_is_dead_nothing_is_a_yes():
    told = report(Azure(**dict.fromkeys(ONLY, DEAD)))
    assert told.code == Exit.NOT_REACHED
    assert {each for each, outcome in told.outcomes.items() if outcome == "ok"} == {"spillover"}


def test_without_the_accounts_nobody_knows_what_is_ours_of_a_full_pool():
    full = usages(**{"OpenAI.GlobalStandard.gpt-5.4": (1000, 1000)})
    assert report(Azure(accounts=DEAD, usages=full)).outcomes["quota"] == "unknown"


def test_deployments_are_asked_of_the_accounts_that_are_there():
    azure = Azure(accounts=(standing(), standing("elsewhere")))
    report(azure)
    assert azure.asked.count("deployments") == 1
    nobody = Azure()
    report(nobody)
    assert "deployments" not in nobody.asked


def test_rights_are_asked_at_the_group_that_is_there():
    asked = []

    def permissions(scope):
        asked.append(scope)
        return Answers.permissions(scope)

    report(Azure(accounts=(standing(),), permissions=permissions))
    assert asked == ["", standing().group_id]


def test_who_does_not_answer_in_time_is_unknown_and_nobody_waits_for_it():
    silence = threading.Event()

    def never(*about):
        silence.wait()

    told = report(Azure(usages=never), seconds=0.05)
    silence.set()
    (finding,) = told.findings
    assert (finding.check, finding.level, finding.code) == ("quota", "unknown", Exit.CANNOT_TELL)
    assert finding.found == "quota of swedencentral: no answer in time"


def test_a_mistake_of_ours_is_not_taken_for_an_answer():
    def broken(*about):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        report(Azure(usages=broken))


@pytest.mark.parametrize(
    ("instead", "code"),
    [
        ({}, Exit.YES),
        ({"usages": replace(DEAD, code=Exit.CANNOT_TELL)}, Exit.CANNOT_TELL),
        (
            {"usages": replace(DEAD, code=Exit.CANNOT_TELL), "capacities": DEAD},
            Exit.NOT_REACHED,
        ),
        ({"usages": usages(**{"OpenAI.GlobalStandard.gpt-5.4": (999, 1000)})}, Exit.NO),
        (
            {
                "usages": usages(**{"OpenAI.GlobalStandard.gpt-5.4": (999, 1000)}),
                "capacities": DEAD,
            },
            Exit.NO,
        ),
        ({"calculate_capacity": Estimate(value=1, deployable=15)}, Exit.YES),
    ],
)
def test_a_no_goes_before_not_reached_before_cannot_tell(instead, code):
    assert report(Azure(**instead)).code == code


def test_offline_only_the_tables_are_judged_and_that_is_said():
    seen = seen_of(STACK, usages={HERE: DEAD}, accounts=DEAD)
    told = judge(STACK, seen, seconds=1, as_of="2026-09-02")
    asked = {name for name, outcome in told.outcomes.items() if outcome != "not asked"}
    assert asked == {"model", "lifecycle", "sku", "spillover"}
    assert told.code == Exit.YES
    assert "Azure was not asked" in told.words


FULL = Azure(
    usages=usages(**{"OpenAI.GlobalStandard.gpt-5.4": (999, 1000)}),
    capacities=DEAD,
    models=offered(retires=NOW),
)


def test_the_table_fits_100_columns_and_ends_with_the_verdict():
    told = list(lines(report(FULL), "Pulumi.prod.yaml", lambda place: 12))
    assert max(map(len, told)) <= 100
    assert told[-1] == "prod: something stands in the way of `up`"
    assert any(
        "quota: accounts.primary.deployments.chat.capacity (Pulumi.prod.yaml:12)" in each
        for each in told
    )


def test_a_question_that_several_checks_wait_for_is_told_once():
    told = list(lines(report(Azure(models=DEAD)), "Pulumi.prod.yaml", lambda place: 12))
    (block,) = (each for each in told if each.startswith("UNKNOWN"))
    assert block.startswith("UNKNOWN  model, lifecycle, sku, quota: accounts.primary.deployments")


def test_every_finding_names_setting_line_what_was_found_what_is_wanted_and_a_fix():
    told = report(FULL).as_json(lambda place: 12)
    jsonschema.validate(told, SCHEMA)
    assert told["exit_code"] == 1
    assert len(told["findings"]) >= 3
    for each in told["findings"]:
        assert all(each[name] for name in ("setting", "line", "found", "wanted", "fix"))
    (full,) = (each for each in told["pools"] if each["left"] < 0)
    assert (full["pool"], full["left"]) == ("OpenAI.GlobalStandard.gpt-5.4", -29)


@pytest.mark.parametrize("instead", [{}, dict.fromkeys(ONLY, DEAD)])
def test_what_programs_are_told_is_as_documented(instead):
    told = report(Azure(**instead)).as_json(lambda place: 1)
    jsonschema.validate(json.loads(json.dumps(told)), SCHEMA)


def test_models_are_asked_for_once_whatever_deploys_them():
    azure = Azure()
    report(azure, wanted=stack(*(wants(f"d{number}") for number in range(5))))
    assert azure.asked.count("capacities") == 1
    assert azure.asked.count("models") == 1
    assert GPT in stack(wants()).models
