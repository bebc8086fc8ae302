"""Whatever a program calls its things, every form of the report can be read."""

import json
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.registry import RULES
from policies.report import Location, report_of
from policies.world import Finding, Resource
from scripts.readiness.forms import written
from tests.policies.reports.sample import verdict

NAMES = st.text(st.characters(codec="utf-8"), max_size=40)
ODD = st.one_of(
    NAMES,
    st.sampled_from(
        ["<b>", "]]>", "${{ x }}", "{{ 7*7 }}", "|", "\x00", "\x1b[31m", "@all", "é" * 90]
    ),
)
WHOLE = verdict()


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)


def named(stack, name, message, path):
    first, *others = WHOLE.shown
    subject = Resource(urn=f"urn::{name}", type="t", name=name, inputs={})
    finding = Finding(subject, f"{message}. Fix: {message}", path)
    return report_of(
        [replace(WHOLE, stack=stack, shown=(replace(first, findings=(finding,)), *others))],
        lambda stack, finding: Location(f"Pulumi.{stack}.yaml", 1, 1),
    )


def tags(report):
    parser = Tags()
    parser.feed(written("html", report, None, RULES))
    return parser.seen


PLAIN = tags(named("prod", "plain", "plain", "plain"))


@settings(max_examples=60, deadline=None)
@given(stack=ODD, name=ODD, message=ODD, path=ODD)
def test_every_form_can_be_read(stack, name, message, path):
    report = named(stack, name, message, path)
    assert json.loads(written("json", report, None, RULES))["stacks"][0]["stack"] == stack
    (run,) = json.loads(written("sarif", report, None, RULES))["runs"]
    assert len(run["results"]) == 1
    suites = ElementTree.fromstring(written("junit", report, None, RULES))
    assert len(suites.findall(".//failure")) == 1
    assert tags(report) == PLAIN
    for form in ("table", "markdown"):
        said = written(form, report, None, RULES)
        assert "\x1b" not in said and "\x00" not in said
        assert max(map(len, said.splitlines())) <= 100 or form == "markdown"
