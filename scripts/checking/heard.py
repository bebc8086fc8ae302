"""What the engine's gate said during a preview, taken from the events that it streamed.

PULUMI_ENABLE_STREAMING_JSON_PREVIEW=1 pulumi preview --json --policy-pack policies > FILE
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from components.profiles import Profile
from policies.arm import normal_type
from policies.registry import RULES
from policies.rule import Level, Rule
from policies.values import plain
from policies.verdict import Result, StackVerdict
from policies.waivers import NAME
from policies.world import STACK, Finding, Resource
from scripts.checking.exported import stack_of

PACK: Final = "plumbline"
COLOUR: Final = re.compile(r"<\{%[^%]*%\}>")
LEVELS: Final[dict[str, Level]] = {
    "advisory": "advisory",
    "mandatory": "mandatory",
    "remediate": "mandatory",
}


class NoEvents(ValueError):
    """The file is no stream of events."""


class Silent(ValueError):
    """The gate did not judge to the end: no report can come of it."""


@dataclass
class Heard:
    """What the events of one preview come to."""

    stack: str = ""
    resources: dict[str, Resource] = field(default_factory=dict)
    findings: list[tuple[str, Level, Finding]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    passed: set[str] = field(default_factory=set)
    steps: Counter[str] = field(default_factory=Counter)
    """What the update would do, and to how many resources."""
    to_the_end: bool = False

    def take(self, event: Mapping[str, Any]) -> None:
        step = event.get("resourcePreEvent") or {}
        metadata = step.get("metadata") or {}
        self._meet(metadata.get("new") or {})
        if metadata.get("op", "same") != "same":
            self.steps[metadata["op"]] += 1
        said = event.get("policyEvent")
        if said and said.get("policyPackName") == PACK:
            self._hear(said)
        for kind in ("policyAnalyzeSummaryEvent", "policyAnalyzeStackSummaryEvent"):
            told = event.get(kind)
            if told and told.get("policyPackName", PACK) == PACK:
                self.passed |= set(told.get("passed") or ())
                self.to_the_end |= kind == "policyAnalyzeStackSummaryEvent"

    def _meet(self, state: Mapping[str, Any]) -> None:
        urn = state.get("urn")
        if not urn:
            return
        inputs = plain(state.get("inputs") or {})
        self.stack = stack_of(urn)
        self.resources[urn] = Resource(
            urn=urn,
            type=normal_type(state.get("type", "")),
            name=urn.rpartition("::")[2],
            inputs=inputs if isinstance(inputs, Mapping) else {},
        )

    def _hear(self, said: Mapping[str, Any]) -> None:
        name, message = said["policyName"], COLOUR.sub("", said["message"]).strip()
        if name == NAME:
            self.notices.append(message.partition("\n")[2] or message)
            return
        rule = RULES.get(name)
        if rule is None:
            raise NoEvents(f"no rule {name} here. Fix: the version of plumb that made the events")
        urn = said.get("resourceUrn", "")
        subject = self.resources.get(urn)
        finding = Finding(
            subject if subject and subject.type != STACK else None,
            message.removeprefix(rule.description).strip(),
        )
        self.findings.append((name, LEVELS[said["enforcementLevel"]], finding))


def read_events(path: Path) -> Heard:
    """Everything that the file says.

    Raises:
        NoEvents: it cannot be read.
        Silent: no gate judged, or it was cut off.
    """
    heard = Heard()
    try:
        for event in _events(path.read_text(encoding="utf-8")):
            heard.take(event)
    except OSError as error:
        raise NoEvents(f"{path.name} cannot be read: {error.strerror}") from None
    except (KeyError, TypeError, AttributeError, UnicodeDecodeError) as error:
        raise NoEvents(f"{path.name} is no stream of events ({type(error).__name__})") from None
    if not heard.to_the_end:
        raise Silent(
            f"{path.name}: the gate did not judge to the end. Fix: pulumi preview --json "
            "--policy-pack policies, with PULUMI_ENABLE_STREAMING_JSON_PREVIEW=1"
        )
    return heard


def _events(text: str) -> Iterator[Mapping[str, Any]]:
    for line in text.splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue  # what a program printed
        if isinstance(event, dict):
            yield event


def verdict_of(heard: Heard, profile: Profile) -> StackVerdict:
    """As if the rules had been asked here."""
    results = tuple(_result(rule, heard, profile) for rule in RULES.values())
    steps = ", ".join(f"{count} to {op}" for op, count in sorted(heard.steps.items()))
    notices = (f"the update has {steps or 'nothing to do'}.", *heard.notices)
    return StackVerdict(heard.stack, profile, results, results, notices)


def _result(rule: Rule, heard: Heard, profile: Profile) -> Result:
    own = [(level, finding) for id, level, finding in heard.findings if id == rule.id]
    level = own[0][0] if own else rule.levels.at(profile)
    findings = tuple(finding for _, finding in own)
    return Result(rule, level, findings, (), (), subjects=int(rule.id in heard.passed))
