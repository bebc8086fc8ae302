"""`plumb check` on what is deployed, on what a preview heard, and against another checkout."""

import json

import pytest

from policies.registry import RULES
from scripts.checking import base
from scripts.exit import Exit
from tests.policies.small_stacks import STACK, UNPINNED

KEYS = "account-local-auth-disabled"
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
URN = "urn:pulumi:prod::shop::azure-native:cognitiveservices:Account::primary"


@pytest.fixture
def write(tmp_path):
    def write(name, content):
        file = tmp_path / name
        file.write_text(content if isinstance(content, str) else json.dumps(content))
        return file

    return write


def rows(result):
    return [
        (row["rule"], row["resource"]["name"])
        for stack in json.loads(result.stdout)["stacks"]
        for row in stack["findings"]
    ]


def state(**properties):
    """An exported stack with one account."""
    inputs = {
        "accountName": "shop-ai",
        "identity": {"type": "SystemAssigned"},
        "properties": {
            "customSubDomainName": "shop-ai",
            "disableLocalAuth": True,
            "publicNetworkAccess": "Disabled",
            **properties,
        },
    }
    account = {"urn": URN, "type": "azure-native:cognitiveservices/v20250601:Account"}
    gone = {**account, "inputs": {}, "delete": True}
    return {"deployment": {"resources": [{**account, "inputs": inputs, "protect": True}, gone]}}


def test_what_is_deployed_is_judged_as_it_was_asked_for(plumb, write):
    assert plumb("--state", write("state.json", state())).exit_code == Exit.YES
    result = plumb("--json", "--state", write("state.json", state(disableLocalAuth=False)))
    assert result.exit_code == Exit.NO
    assert rows(result) == [(KEYS, "primary")]
    assert json.loads(result.stdout)["stacks"][0]["stack"] == "prod"


def test_a_deployed_stack_is_judged_as_its_file_says_and_pointed_at_there(plumb, write):
    exported = write("state.json", state(disableLocalAuth="no"))
    looser = STACK.replace("config:", "config:\n  plumbline:profile: dev", 1)
    result = plumb("--json", "--state", exported, kim=looser)
    assert json.loads(result.stdout)["stacks"][0]["findings"][0]["location"] is None
    result = plumb("--json", "--state", exported, prod=STACK)
    assert json.loads(result.stdout)["stacks"][0]["findings"][0]["location"]["line"] == 3


def test_a_secret_that_nobody_can_open_counts_as_set_and_one_that_is_open_is_not_shown(
    plumb, write
):
    sealed = write("state.json", state(customSubDomainName={**SECRET, "ciphertext": "abc"}))
    assert plumb("--state", sealed).exit_code == Exit.YES
    opened = {**SECRET, "plaintext": '"hunter2-hunter2"'}
    result = plumb("--json", "--state", write("state.json", state(publicNetworkAccess=opened)))
    assert result.exit_code == Exit.NO
    assert "hunter2" not in result.stdout


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"deployment": {"resources": []}}', '{"deployment": {}}']
)
def test_what_is_no_exported_stack_is_no_yes(plumb, write, content):
    result = plumb("--state", write("state.json", content))
    assert result.exit_code == Exit.WRONG_USE
    assert "state.json" in result.stderr
    assert "Fix: pulumi stack export" in result.stderr


def heard(*events, end=True):
    """The lines of a streamed preview."""
    seen = {"urn": URN, "type": "azure-native:cognitiveservices:Account", "inputs": {}}
    made = {"resourcePreEvent": {"metadata": {"op": "create", "new": seen}}}
    kept = {"resourcePreEvent": {"metadata": {"op": "same", "new": seen}}}
    lines = [made, made, kept, *events]
    if end:
        passed = ["account-custom-subdomain"]
        lines.append({"policyAnalyzeStackSummaryEvent": {"passed": passed, "failed": []}})
    return "printed by the program\n" + "\n".join(map(json.dumps, lines))


def said(rule=KEYS, level="mandatory", message="'primary' accepts keys. Fix: that."):
    return {
        "policyEvent": {
            "resourceUrn": URN,
            "policyName": rule,
            "policyPackName": "plumbline",
            "enforcementLevel": level,
            "message": message,
        }
    }


def test_what_a_preview_heard_becomes_the_same_report(plumb, write):
    message = f"<{{%reset%}}>{RULES[KEYS].description}\n'primary' accepts keys. Fix: that."
    events = heard(said(message=message), said("model-version-pinned", "advisory"))
    result = plumb("--json", "--events", write("events", events), prod=STACK)
    assert result.exit_code == Exit.NO
    stack = json.loads(result.stdout)["stacks"][0]
    assert [(row["rule"], row["level"]) for row in stack["findings"]] == [
        (KEYS, "mandatory"),
        ("model-version-pinned", "advisory"),
    ]
    assert stack["findings"][0]["message"] == "'primary' accepts keys. Fix: that."
    assert stack["findings"][0]["location"]["file"] == "Pulumi.prod.yaml"
    assert stack["passed"] == ["account-custom-subdomain"]


def test_what_is_waived_in_the_engine_is_a_notice(plumb, write):
    events = heard(said("waivers-in-force", "advisory", "In sight.\nwaived until then"))
    result = plumb("--json", "--events", write("events", events))
    assert result.exit_code == Exit.YES
    notices = json.loads(result.stdout)["stacks"][0]["notices"]
    assert notices == ["the update has 2 to create.", "waived until then"]


OF_A_RESOURCE = {"policyAnalyzeSummaryEvent": {"passed": [KEYS], "failed": []}}


@pytest.mark.parametrize(
    "events",
    [
        heard(end=False),
        heard(said(), end=False),
        heard(OF_A_RESOURCE, end=False),
        "",
        "no event",
    ],
)
def test_a_preview_in_which_the_gate_was_not_heard_to_the_end_is_no_yes(plumb, write, events):
    result = plumb("--events", write("events", events))
    assert result.exit_code == Exit.CANNOT_TELL
    assert "did not judge to the end. Fix: pulumi preview" in result.stderr


@pytest.mark.parametrize("events", [heard(said("no-such-rule")), heard({"policyEvent": {"a": 1}})])
def test_events_of_another_gate_are_no_report(plumb, write, events):
    events = events.replace('"a": 1', '"policyPackName": "plumbline"')
    assert plumb("--events", write("events", events)).exit_code == Exit.WRONG_USE


def test_a_change_is_judged_by_what_it_brings(plumb, write):
    before = write("base.json", plumb("--json", prod=UNPINNED).stdout)
    result = plumb("--against", before, prod=UNPINNED)
    assert result.exit_code == Exit.YES
    assert "0 new, 0 fixed, 1 unchanged" in result.stdout
    result = plumb("--against", before, "--format", "markdown", staging=UNPINNED)
    assert result.exit_code == Exit.NO
    assert "## Gate: this change brings mandatory findings" in result.stdout
    result = plumb("--against", before, "--json", prod=STACK, staging=STACK)
    assert result.exit_code == Exit.YES
    stacks = {each["stack"]: each for each in json.loads(result.stdout)["stacks"]}
    assert [row["rule"] for row in stacks["prod"]["fixed"]] == ["model-version-pinned"]


def test_one_stack_is_held_against_itself_alone(plumb, write):
    before = write("base.json", plumb("--json", prod=UNPINNED, staging=UNPINNED).stdout)
    result = plumb("--against", before, "--stack", "prod")
    assert result.stdout.startswith("prod: refused before, refused after; 0 new, 0 fixed")
    assert "staging" not in result.stdout
    result = plumb("--against", before, "--state", write("state.json", state()))
    assert "staging" not in result.stdout


def test_one_rule_of_a_change_is_shown_and_the_answer_rests_on_all(plumb, write):
    before = write("base.json", plumb("--json", prod=STACK).stdout)
    for narrow in (["--rule", "account-local-auth-disabled"], ["--level", "advisory"]):
        result = plumb("--against", before, *narrow, prod=UNPINNED)
        assert result.exit_code == Exit.NO
        assert "0 new, 0 fixed" in result.stdout
        assert "model-version-pinned" not in result.stdout
    result = plumb("--against", before, "--rule", "model-version-pinned", prod=UNPINNED)
    assert "1 new, 0 fixed" in result.stdout


@pytest.mark.parametrize(
    "more", [["--stack", "prod"], ["--state", "state.json"], ["--policy-config", "config.json"]]
)
def test_what_contradicts_itself_is_wrong_use(plumb, write, more):
    result = plumb("--events", write("events", heard()), *more)
    assert result.exit_code == Exit.WRONG_USE
    assert "each say what is judged" in result.stderr


def test_machines_get_the_whole_report_of_a_change(plumb, write, tmp_path):
    before = write("base.json", plumb("--json", prod=UNPINNED).stdout)
    plumb("--against", before, "--output", tmp_path / "out.sarif", prod=UNPINNED)
    sarif = json.loads((tmp_path / "out.sarif").read_text())
    assert [each["ruleId"] for each in sarif["runs"][0]["results"]] == ["model-version-pinned"]


@pytest.mark.parametrize("content", ["", "{}", '{"schema": "plumb.check/2", "stacks": []}'])
def test_a_base_that_is_no_report_is_wrong_use(plumb, write, content):
    result = plumb("--against", write("base.json", content), prod=STACK)
    assert result.exit_code == Exit.WRONG_USE
    assert "is no report" in result.stderr
    assert "Fix: plumb check --json" in result.stderr


def test_another_checkout_is_judged_by_its_own_rules(tmp_path):
    """A process of its own, in that folder: its scripts come before those that are installed."""
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    (scripts / "__init__.py").touch()
    told = '{"schema": "plumb.check/1", "verdict": "ready", "stacks": []}'
    source = f"import sys\ndef main():\n    print('{told}' if sys.argv[2:3] == ['--json'] else 0)"
    (scripts / "cli.py").write_text(source)
    assert base.base_report(tmp_path, []).verdict == "ready"


def test_against_a_checkout_with_a_mistake_everything_is_new(plumb, tmp_path):
    scripts = tmp_path / "base" / "scripts"
    scripts.mkdir(parents=True)
    (scripts / "__init__.py").touch()
    (scripts / "cli.py").write_text("import sys\ndef main():\n    sys.exit(2)")
    result = plumb("--against", tmp_path / "base", prod=UNPINNED)
    assert result.exit_code == Exit.NO
    assert "1 new, 0 fixed, 0 unchanged" in result.stdout
    assert "cannot be judged" in result.stderr


def test_another_project_is_judged_where_it_stands(plumb, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "program.py").write_text((tmp_path / "__main__.py").read_text())
    (elsewhere / "Pulumi.yaml").write_text("name: shop\nmain: program.py\nruntime: python\n")
    named = STACK.replace("plumbline:", "shop:")
    (elsewhere / "program.py").write_text(
        (elsewhere / "program.py").read_text().replace('Config("plumbline")', "Config()")
    )
    (elsewhere / "Pulumi.prod.yaml").write_text(named)
    result = plumb("--json", "--cwd", elsewhere)
    assert result.exit_code == Exit.YES, result.stderr
    assert [each["stack"] for each in json.loads(result.stdout)["stacks"]] == ["prod"]
    (elsewhere / "program.py").unlink()
    assert "program.py is not there. Fix: " in plumb("--cwd", elsewhere).stderr


def test_a_policy_configuration_holds_here_as_it_does_in_the_engine(plumb, write):
    config = write("config.json", {"account-local-auth-disabled": "advisory", "all": "mandatory"})
    result = plumb("--policy-config", config, prod=STACK)
    assert result.exit_code == Exit.WRONG_USE
    assert "not to be switched off: account-local-auth-disabled" in result.stderr
    config = write("config.json", {"all": "advisory"})
    one = ["--json", "--stack", "staging", "--policy-config", config]
    result = plumb(*one, staging=UNPINNED)
    assert result.exit_code == Exit.YES
    assert "is advisory here; in staging it is mandatory." in result.stdout


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("{", "cannot be read"),
        ("[]", "must be an object"),
        ('{"no-such-rule": "advisory"}', "no rule no-such-rule"),
        ('{"model-version-pinned": "warn"}', "the level of model-version-pinned is none of"),
        ('{"model-version-pinned": 7}', "must be a level or an object"),
        ('{"model-version-pinned": {"upgrade": 7}}', "model-version-pinned has no upgrade"),
        ('{"model-version-pinned": {"upgradeOptions": 7}}', "upgradeOptions is no list"),
    ],
)
def test_a_wrong_policy_configuration_is_wrong_use(plumb, write, content, complaint):
    result = plumb("--policy-config", write("config.json", content), prod=STACK)
    assert result.exit_code == Exit.WRONG_USE
    assert complaint in result.stderr


def test_a_wrong_waiver_is_wrong_use(plumb, monkeypatch, write):
    from policies.waiver_file import read_waivers

    file = write("waivers.yaml", "- rule: nonsense")
    monkeypatch.setattr(
        "scripts.checking.judgement.read_waivers", lambda rules: read_waivers(rules, file)
    )
    result = plumb(prod=STACK)
    assert result.exit_code == Exit.WRONG_USE
    assert "waivers.yaml:1: stacks: missing" in result.stderr


def test_several_reports_are_written_at_once(plumb, tmp_path):
    names = ["a.md", "b.sarif", "c.xml", "d.html", "e.json", "f.txt"]
    outputs = [part for name in names for part in ("--output", tmp_path / "out" / name)]
    result = plumb(*outputs, prod=UNPINNED)
    assert result.exit_code == Exit.NO
    assert result.stdout.endswith("prod: refused\n")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == names


def test_a_report_that_cannot_be_written_is_told(plumb, write, tmp_path):
    result = plumb("--output", write("file", "") / "report.md", prod=STACK)
    assert result.exit_code == Exit.WRONG_USE
    assert "report.md cannot be written: " in result.stderr


def test_the_day_can_be_set(plumb):
    assert plumb("--now", "2031-01-01T00:00:00", prod=STACK).exit_code == Exit.YES
    assert plumb("--now", "tomorrow", prod=STACK).exit_code == Exit.WRONG_USE
