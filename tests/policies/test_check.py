"""`plumb check`, as a person runs it, on stacks of its own."""

import json

import pytest

from policies.registry import RULES
from scripts.exit import Exit
from tests.policies.small_stacks import STACK, UNPINNED


def report(result):
    return json.loads(result.stdout)


def test_ready_stacks_are_a_yes(plumb):
    result = plumb(dev=STACK, prod=STACK)
    assert result.exit_code == Exit.YES
    assert result.stdout.endswith("dev, prod: ready\n")


def test_a_mandatory_finding_is_a_no_and_stands_at_its_line(plumb):
    result = plumb("--json", prod=UNPINNED)
    assert result.exit_code == Exit.NO
    (finding,) = report(result)["stacks"][0]["findings"]
    assert finding["rule"] == "model-version-pinned"
    assert finding["location"] == {"file": "Pulumi.prod.yaml", "line": 6, "column": 9}
    assert finding["fix"].startswith("version: ")
    assert finding["resource"]["name"] == "primary-embed-v1"


def test_a_setting_that_is_written_down_is_pointed_at(plumb):
    open_to_all = STACK.replace("subdomain: shop-ai", "subdomain: shop-ai\n      public: true")
    place = report(plumb("--json", prod=open_to_all))["stacks"][0]["findings"][0]["location"]
    assert (place["line"], place["column"]) == (3, 5)  # no `network:` here: the account's entry


def test_an_advisory_finding_is_a_yes(plumb):
    result = plumb(dev=UNPINNED)
    assert result.exit_code == Exit.YES
    assert "advisory" in result.stdout


def test_no_line_is_wider_than_a_terminal(plumb):
    lines = plumb(dev=UNPINNED, prod=UNPINNED).stdout.splitlines()
    assert max(map(len, lines)) <= 100


def test_a_narrower_view_keeps_the_exit_code(plumb):
    result = plumb("--rule", "account-custom-subdomain", prod=UNPINNED)
    assert result.exit_code == Exit.NO
    assert "model-version-pinned" not in result.stdout
    assert "prod: refused" in result.stdout
    result = plumb("--level", "advisory", "--json", prod=UNPINNED)
    assert result.exit_code == Exit.NO
    assert report(result)["verdict"] == "refused"
    assert report(result)["stacks"][0]["findings"] == []


def test_stacks_are_judged_from_the_loosest_to_the_strictest(plumb):
    result = plumb("--json", another=STACK, dev=STACK, prod=STACK, staging=STACK)
    stacks_in_order = [each["stack"] for each in report(result)["stacks"]]
    assert stacks_in_order == ["dev", "staging", "prod", "another"]


def test_equal_input_gives_equal_bytes(plumb):
    first, second = (plumb("--json", dev=UNPINNED, prod=UNPINNED).stdout for _ in range(2))
    assert first == second
    assert [each["stack"] for each in json.loads(first)["stacks"]] == ["dev", "prod"]


@pytest.mark.parametrize(
    ("files", "arguments", "fragment"),
    [
        ({"prod": "config: ["}, [], "Pulumi.prod.yaml"),
        ({"prod": STACK}, ["--stack", "prd"], "Pulumi.prd.yaml does not exist. Fix: "),
        ({}, [], "no stack to judge. Fix: "),
        ({"prod": STACK + "  plumbline:profile: dev\n"}, [], "may not be judged as dev. Fix: "),
        ({"kim": STACK + "  plumbline:profile: prd\n"}, [], "none of dev, staging, prod"),
        ({"prod": STACK.replace("accounts", "acounts")}, [], "Pulumi.prod.yaml: Missing required"),
        (
            {"prod": STACK.replace("subdomain", "sub")},
            [],
            "the program fails at __main__.py:",
        ),
        ({"prod": STACK}, ["--rule", "nonsense"], "no rule nonsense. Fix: "),
        ({"prod": STACK}, ["--explain", "nonsense"], "no rule nonsense. Fix: "),
        ({"prod": STACK}, ["--level", "warn"], "warn"),
        ({"prod": STACK}, ["prod"], "what is prod? Fix: plumb check --stack prod"),
        ({}, ["account-custom-subdomain"], "Fix: plumb check --explain account-custom-subdomain"),
        ({}, ["prdo"], "what is prdo? Fix: plumb check --help"),
    ],
)
def test_wrong_use_is_told_in_words(plumb, files, arguments, fragment):
    result = plumb(*arguments, **files)
    assert result.exit_code == Exit.WRONG_USE
    assert fragment in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def test_wrong_use_outweighs_a_no_and_names_every_stack(plumb):
    result = plumb(dev="config: [", prod=UNPINNED, staging="x: y")
    assert result.exit_code == Exit.WRONG_USE
    assert "Pulumi.dev.yaml" in result.stderr
    assert "Pulumi.staging.yaml" in result.stderr


def test_a_rule_that_fails_is_no_yes(plumb, monkeypatch):
    def broken(resource, ctx):
        raise KeyError("x")
        yield

    rule = RULES["account-managed-identity"]
    monkeypatch.setattr(type(rule), "check", property(lambda self: broken), raising=False)
    result = plumb("--json", prod=STACK)
    assert result.exit_code == Exit.CANNOT_TELL


def test_the_programs_own_refusal_is_shown_as_it_is(plumb, tmp_path):
    (tmp_path / "__main__.py").write_text("import pulumi\nraise pulumi.RunError('key: Fix: this')")
    result = plumb(dev=STACK)
    assert result.exit_code == Exit.WRONG_USE
    assert result.stderr == "Pulumi.dev.yaml: key: Fix: this\n"


def test_every_rule_is_listed_and_explained(plumb):
    rules = json.loads(plumb("--list-rules", "--json").stdout)
    listed = plumb("--list-rules").stdout
    assert len(rules) >= 8
    for rule in rules:
        assert rule["id"] in listed
        said = plumb("--explain", rule["id"]).stdout
        assert rule["description"].split()[0] in said
        assert max(map(len, said.splitlines())) <= 100
