"""The other team's program under the real engine: it hears what `plumb check` says."""

import json

import pytest

from policies.registry import RULES
from policies.verdict import judged
from scripts.checking.heard import read_events, verdict_of
from tests.policies import tiny_provider
from tests.policies.project import PACK, Project
from tests.policies.spoilt import SOURCE, SPOILT, UNPROVEN, spoilt, world_of
from tests.policies.worlds import NOW

pytestmark = pytest.mark.engine

MAIL = "shop-oncall@contoso.com"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    with tiny_provider.serving() as (_, port):
        yield Project(tmp_path_factory.mktemp("shop"), port, SOURCE)


@pytest.fixture
def preview(project, tmp_path):
    """The exit code, what was heard and all that was printed of one preview."""

    def preview(stack, *arguments, source=SOURCE):
        (project.folder / "__main__.py").write_text(source)
        project.select(stack, mail=MAIL)
        done = project.pulumi("preview", "--json", "--policy-pack", PACK, *arguments)
        events = tmp_path / "events.json"
        events.write_text(done.stdout)
        return done.returncode, events, done.stdout + done.stderr

    return preview


def by_check(folder, source, profile):
    verdict = judged(RULES, world_of(folder, source, profile), profile, profile, NOW)
    return {
        (result.rule.id, result.level, finding.message)
        for result in verdict.results
        for finding in result.findings
    }


def by_engine(events):
    heard = read_events(events)
    return {(rule, level, finding.message) for rule, level, finding in heard.findings}


def test_prod_misses_evidence_and_nothing_else(preview, tmp_path):
    code, events, _ = preview("prod")
    assert code != 0
    assert by_engine(events) == by_check(tmp_path, SOURCE, "prod")
    assert {rule for rule, _, _ in by_engine(events)} == UNPROVEN


def test_dev_is_told_and_let_pass(preview, tmp_path):
    code, events, said = preview("dev")
    assert code == 0, said[-2000:]
    assert by_engine(events) == by_check(tmp_path, SOURCE, "dev")
    assert {level for _, level, _ in by_engine(events)} == {"advisory"}


def test_everything_that_is_spoilt_at_once_is_found_by_both(preview, tmp_path):
    source = SOURCE
    for before, after, _ in SPOILT:
        source = spoilt(before, after, source)
    _, events, _ = preview("prod", source=source)
    found = by_engine(events)
    assert found == by_check(tmp_path, source, "prod")
    wanted = {rule for _, _, rule in SPOILT if rule} | {"rbac-least-privilege"}
    assert wanted <= {rule for rule, _, _ in found}


@pytest.mark.parametrize(
    ("config", "complaint"),
    [
        ({"all": "disabled"}, "mandatory in prod, and not to be switched off: account-custom-"),
        ({"account-local-auth-disabled": "advisory"}, "switched off: account-local-auth-disabled"),
        ({"p95-latency-within-slo": {"maxSeconds": 3}}, "p95-latency-within-slo has no maxSeconds"),
        ({"p95-latency-within-slo": {"maxMs": "3 s"}}, "Invalid type. Expected: number"),
    ],
)
def test_a_policy_configuration_neither_misspells_nor_opens_prod(
    preview, tmp_path, config, complaint
):
    file = tmp_path / "config.json"
    file.write_text(json.dumps(config))
    code, _, said = preview("prod", "--policy-pack-config", str(file))
    assert code != 0
    assert complaint in said


def test_elsewhere_a_configuration_may_loosen_and_says_so(preview, tmp_path):
    file = tmp_path / "config.json"
    file.write_text(json.dumps({"all": "advisory"}))
    code, events, said = preview("staging", "--policy-pack-config", str(file))
    assert code == 0, said[-2000:]
    notices = read_events(events).notices
    assert any("groundedness-threshold is advisory here" in notice for notice in notices)


def test_events_make_the_report_that_the_rules_would(preview):
    keys_on = spoilt('"disable_local_auth": True', '"disable_local_auth": False')
    _, events, _ = preview("prod", source=keys_on)
    verdict = verdict_of(read_events(events), "prod")
    assert verdict.verdict == "refused"
    failed = {result.rule.id for result in verdict.results if result.status == "failed"}
    assert failed == UNPROVEN | {"account-local-auth-disabled"}
    passed = {result.rule.id for result in verdict.results if result.status == "passed"}
    assert {"account-managed-identity", "model-version-pinned"} <= passed
