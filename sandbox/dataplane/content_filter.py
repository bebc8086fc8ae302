"""Azure's content filter: what a policy acts on, and how its findings are written.

The sandbox judges no language. Markers in a text stand for what a classifier would find:
`[[hate:medium]]`, `[[jailbreak]]`, and in a prompt `[[completion:violence:high]]` for what the
answer shall contain. Blocklists are matched really.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

Source = Literal["Prompt", "Completion"]
Results = dict[str, Any]
Patterns = tuple[re.Pattern[str], ...]

SEVERITIES: Final = ("safe", "low", "medium", "high")

KEYS: Final = {
    "hate": "hate",
    "sexual": "sexual",
    "violence": "violence",
    "selfharm": "self_harm",
    "jailbreak": "jailbreak",
    "indirect attack": "indirect_attack",
    "indirect attack spotlighting": "indirect_attack",
    "protected material text": "protected_material_text",
    "protected material code": "protected_material_code",
    "profanity": "profanity",
}
"""A filter's name in a policy, lower case -> its name in an answer."""

GRADED: Final = frozenset({"hate", "sexual", "violence", "self_harm"})

MARKER: Final = re.compile(
    r"\[\[(completion:)?(hate|sexual|violence|self_?harm|jailbreak|indirect_attack"
    r"|protected_material_text|protected_material_code|profanity)(?::(safe|low|medium|high))?\]\]",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Filter:
    key: str
    source: Source
    blocking: bool
    threshold: int
    """Index into SEVERITIES of the lowest severity acted on; 1 where the filter is on or off."""


@dataclass(frozen=True, kw_only=True)
class Blocklist:
    name: str
    source: Source
    blocking: bool
    patterns: Patterns


@dataclass(frozen=True, kw_only=True)
class Policy:
    """A content filter policy, read once."""

    filters: tuple[Filter, ...]
    blocklists: tuple[Blocklist, ...] = ()
    asynchronous: bool = False
    """Findings on a stream come after the text."""


@dataclass(frozen=True)
class Verdict:
    results: Results
    blocked: bool


@dataclass(frozen=True)
class Finding:
    """What a marker stands for."""

    key: str
    severity: int
    source: Source


def _service_default() -> Policy:
    harms = ("hate", "self_harm", "sexual", "violence")
    sources: tuple[Source, Source] = ("Prompt", "Completion")
    graded = (
        Filter(key=key, source=source, blocking=True, threshold=2)
        for source in sources
        for key in harms
    )
    attached: tuple[tuple[str, Source], ...] = (
        ("jailbreak", "Prompt"),
        ("protected_material_text", "Completion"),
        ("protected_material_code", "Completion"),
    )
    return Policy(
        filters=(
            *graded,
            *(Filter(key=k, source=s, blocking=True, threshold=1) for k, s in attached),
        )
    )


SERVICE_DEFAULT: Final = _service_default()
"""Microsoft.DefaultV2: harms from medium up, jailbreak, protected material."""


def policy(properties: Mapping[str, Any], lists: Mapping[str, Patterns]) -> Policy:
    """A policy as ARM holds it, with the patterns of the blocklists that it names, lower case."""
    filters = tuple(
        Filter(
            key=KEYS[str(each["name"]).lower()],
            source=_source(each),
            blocking=bool(each.get("blocking", True)),
            threshold=_threshold(each),
        )
        for each in properties.get("contentFilters") or ()
        if each.get("enabled", True) and str(each["name"]).lower() in KEYS
    )
    bound = tuple(
        Blocklist(
            name=each["blocklistName"],
            source=_source(each),
            blocking=bool(each.get("blocking", True)),
            patterns=lists.get(each["blocklistName"].lower(), ()),
        )
        for each in properties.get("customBlocklists") or ()
    )
    mode = str(properties.get("mode") or "").lower()
    return Policy(
        filters=filters,
        blocklists=bound,
        asynchronous=mode in ("asynchronous_filter", "deferred"),
    )


def _source(each: Mapping[str, Any]) -> Source:
    return "Completion" if str(each.get("source")).lower() == "completion" else "Prompt"


def _threshold(each: Mapping[str, Any]) -> int:
    level = str(each.get("severityThreshold") or "low").lower()
    return SEVERITIES.index(level) if level in SEVERITIES else 1


def pattern(item: Mapping[str, Any]) -> re.Pattern[str]:
    """How a blocklist item matches: a term as a whole, in any casing, or a regular expression."""
    text = str(item.get("pattern", ""))
    if item.get("isRegex"):
        try:
            return re.compile(text, re.IGNORECASE)
        except re.error:
            pass
    start = r"\b" if re.match(r"\w", text) else ""
    end = r"\b" if re.search(r"\w$", text) else ""
    return re.compile(start + re.escape(text) + end, re.IGNORECASE)


def findings(text: str) -> list[Finding]:
    """What a prompt's markers stand for, on either side; protected material is in answers only."""
    if "[[" not in text:
        return []
    found = []
    for aimed, name, severity in MARKER.findall(text):
        key = name.lower().replace("selfharm", "self_harm")
        in_answer = bool(aimed) or key.startswith("protected_material")
        found.append(
            Finding(
                key=key,
                severity=SEVERITIES.index(severity.lower()) if severity else 2,
                source="Completion" if in_answer else "Prompt",
            )
        )
    return found


def judge(rules: Policy, source: Source, text: str, found: Iterable[Finding]) -> Verdict:
    """What the filters of one side say to a text, and whether it is stopped."""
    worst: dict[str, int] = {}
    for finding in found:
        if finding.source == source:
            worst[finding.key] = max(finding.severity, worst.get(finding.key, 0))
    if not worst and not rules.blocklists:
        return _nothing_found(rules, source)
    results: Results = {}
    blocked = False
    for each in rules.filters:
        if each.source != source:
            continue
        severity = worst.get(each.key, 0)
        filtered = each.blocking and severity >= each.threshold
        results[each.key] = (
            {"filtered": filtered, "severity": SEVERITIES[severity]}
            if each.key in GRADED
            else {"filtered": filtered, "detected": severity > 0}
        )
        blocked |= filtered
    lists = [each for each in rules.blocklists if each.source == source]
    if lists:
        hits = [
            {"id": each.name, "filtered": each.blocking}
            for each in lists
            if any(matcher.search(text) for matcher in each.patterns)
        ]
        stopped = any(hit["filtered"] for hit in hits)
        results["custom_blocklists"] = {"filtered": stopped, "details": hits}
        blocked |= stopped
    return Verdict(results, blocked)


def gravest(results: Iterable[Results]) -> dict[str, str]:
    """What a request was stopped by, as its row among the events keeps it."""
    stopped = [
        (SEVERITIES.index(each.get("severity", "safe")), key)
        for result in results
        for key, each in result.items()
        if each.get("filtered")
    ]
    if not stopped:
        return {}
    severity, key = max(stopped)
    return {"filter": key, "severity": SEVERITIES[severity] if key in GRADED else ""}


def _nothing_found(rules: Policy, source: Source) -> Verdict:
    return Verdict(
        {
            each.key: {"filtered": False, "severity": "safe"}
            if each.key in GRADED
            else {"filtered": False, "detected": False}
            for each in rules.filters
            if each.source == source
        },
        False,
    )
