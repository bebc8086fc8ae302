"""Many things wrong at once, in the real engine: it hears of each what `plumb check` says."""

import re
from datetime import UTC, datetime

import pytest

from policies.registry import RULES
from policies.verdict import judged
from tests.policies import graph, tiny_provider
from tests.policies.project import PACK, Project
from tests.policies.rules.cases import REFUSED
from tests.policies.worlds import PARTS, first_preview, parts, sound

pytestmark = pytest.mark.engine

NOW = datetime.now(UTC)
"""The engine starts the pack with the real clock, so the evidence is of yesterday."""

OF_NO_USE = re.compile(r"\d{4}-\d\d-\d\dT|UNKNOWN")
"""A date would be another one tomorrow; what is unknown must come from somewhere."""


@pytest.fixture
def project(tmp_path):
    with tiny_provider.serving() as (_, port):
        yield Project(tmp_path, port, graph.PROGRAM)


def findings(world, profile):
    """(rule, resource, message, level) by `plumb check`, of a stack named as its profile."""

    def said(finding):
        return finding.message.replace(f"--stack {world.stack}", f"--stack {profile}")

    return {
        (result.rule.id, each.resource.name if each.resource else "", said(each), result.level)
        for result in judged(RULES, world, profile, profile, NOW).results
        for each in result.findings
    }


def heard(events):
    """The same, as the engine tells them."""
    return {
        (
            each["policyName"],
            name if (name := each["resourceUrn"].rpartition("::")[2]) in PARTS else "",
            each["message"].rstrip("\n").partition("\n")[2],
            each["enforcementLevel"],
        )
        for each in events
    }


def at_once(profile, level):
    """As many cases as can stand side by side, one a rule of that level, and their world."""
    chosen, world = [], sound(profile=profile, now=NOW)
    for rule, _, changes, fragment, _ in REFUSED:
        both = [*(change for case in chosen for change in case[1]), *changes]
        if (
            RULES[rule].levels.at(profile) != level
            or rule in {case[0] for case in chosen}
            or not _plain(changes)
            or not {change[0] for change in changes} <= parts(profile).keys()
            or len({change[:2] for change in both}) < len(both)
        ):
            continue
        candidate = sound(*both, profile=profile, now=NOW)
        said = findings(first_preview(candidate), profile)
        wanted = [*((case[0], case[2]) for case in chosen), (rule, fragment)]
        if all(any(a == r and f in m for a, _, m, _ in said) for r, f in wanted):
            chosen.append((rule, changes, fragment))
            world = candidate
    return chosen, world


def _plain(changes):
    """Whether they are of inputs, to values that the program can write down."""
    return all(
        isinstance(change, tuple) and change[1] and not OF_NO_USE.search(repr(change))
        for change in changes
    )


def test_what_no_rule_minds_passes_goes_up_and_passes_again_with_every_value_known(project):
    world = sound(profile="prod", now=NOW)
    project.folder.joinpath("graph.json").write_text(graph.written(world))
    assert preview(project, "prod") == (0, set())
    went = project.pulumi("up", "--yes", "--policy-pack", PACK)
    assert went.returncode == 0, went.stdout[-2000:]
    assert preview(project, "prod") == (0, set())
    analysed = project.pulumi("policy", "analyze", "--policy-pack", PACK, "--stack", "prod")
    assert analysed.returncode == 0, analysed.stdout[-2000:]


def preview(project, stack):
    code, events, said = project.policy_events(stack)
    assert '"policyAnalyzeStackSummaryEvent"' in said, said[-2000:]
    return code, heard(events)


def test_prod_hears_of_each_complaint_what_check_says(project):
    chosen, world = at_once("prod", "mandatory")
    assert len(chosen) >= 15
    project.folder.joinpath("graph.json").write_text(graph.written(world))
    code, found = preview(project, "prod")
    assert code != 0
    assert found == findings(first_preview(world), "prod")


def test_dev_hears_it_as_advice_before_the_update_and_after(project):
    chosen, world = at_once("dev", "advisory")
    assert len(chosen) >= 15
    project.folder.joinpath("graph.json").write_text(graph.written(world))
    assert preview(project, "dev") == (0, findings(first_preview(world), "dev"))
    went = project.pulumi("up", "--yes", "--policy-pack", PACK)
    assert went.returncode == 0, went.stdout[-2000:]
    assert preview(project, "dev") == (0, findings(world, "dev"))
