"""One rule for a person who knows Azure but not this project; all of them for docs/policies.md."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from textwrap import indent, wrap
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from components.profiles import PROFILES
from policies.controls import link
from policies.example import example_of
from policies.reports.table import WIDTH
from policies.rule import CATEGORIES, AnyParam, Rule, StackRule

SCOPES: Final = {
    True: "the stack as a whole, once every resource is known",
    False: "each resource by itself, before it is touched",
}


def explained(rule: Rule) -> str:
    """Condition, reason, limits, remedy, examples, controls."""
    said = [
        f"{rule.id}: rule {rule.number}, {rule.category}, {rule.severity}",
        "",
        *_paragraph("", rule.description),
        "",
        *_paragraph("Why     ", rule.why),
        *_paragraph("Fix     ", rule.fix),
        f"Levels  {rule.levels}",
        *_paragraph("Judges  ", _judges(rule)),
    ]
    for param in rule.params:
        said += _paragraph("Limit   ", f"{param.name}: {param.description}")
        values = [limit(param.default(profile)) for profile in PROFILES]
        same = len(set(values)) == 1
        for where, value in [("all", values[0])] if same else zip(PROFILES, values, strict=True):
            said += _paragraph(f"{'':8}{where + ':':9}", value)
    example = example_of(rule.id)
    if example:
        said += ["", "Refused in prod (Pulumi YAML, the rest left out):"]
        said += indent(example.failing, "  ").splitlines()
        said += ["", "Passes:", *indent(example.passing, "  ").splitlines()]
    if rule.controls:
        said += ["", "Stands for:"]
        for control in rule.controls:
            said += [f"  {control}", *([f"    {page}"] if (page := link(control)) else [])]
    return "\n".join(said)


def _judges(rule: Rule) -> str:
    types = ", ".join(sorted(each.removeprefix("azure-native:") for each in rule.types))
    scope = SCOPES[isinstance(rule, StackRule)]
    return f"{scope}: {types}" if types else scope


def _paragraph(head: str, text: str) -> list[str]:
    return wrap(
        text,
        WIDTH,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_on_hyphens=False,
    )


def limit(value: frozenset[str] | float | str) -> str:
    """A limit as a person writes it."""
    if isinstance(value, frozenset):
        return ", ".join(sorted(value)) or "none"
    return value if isinstance(value, str) else f"{value:g}"


def rule_table(rules: Iterable[Rule]) -> str:
    """Every rule, a line each."""
    console = Console(width=WIDTH, no_color=True, highlight=False)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("", "rule", "category", "severity", "dev", "staging", "prod"):
        table.add_column(title, no_wrap=True, justify="left" if title else "right")
    for rule in rules:
        levels = (rule.levels.dev, rule.levels.staging, rule.levels.prod)
        table.add_row(str(rule.number), rule.id, rule.category, rule.severity, *levels)
    with console.capture() as captured:
        console.print(table)
    return captured.get().rstrip("\n")


def rule_list(rules: Iterable[Rule]) -> list[dict[str, Any]]:
    """Every rule for a program."""
    return [
        {
            "number": rule.number,
            "id": rule.id,
            "category": rule.category,
            "severity": rule.severity,
            "levels": {profile: rule.levels.at(profile) for profile in PROFILES},
            "description": rule.description,
            "controls": list(rule.controls),
        }
        for rule in rules
    ]


def rule_book(rules: Iterable[Rule]) -> str:
    """docs/policies.md."""
    ordered = sorted(rules, key=lambda rule: (CATEGORIES.index(rule.category), rule.number))
    return "\n".join(_book(ordered)) + "\n"


def _book(rules: list[Rule]) -> Iterator[str]:
    yield "# The rules of the gate"
    yield ""
    yield "Made from the rules by `make rules`; a test holds the two equal. How to use the"
    yield "gate, on this project or on your own: [gate.md](gate.md)."
    yield ""
    yield "| | rule | severity | dev | staging | prod |"
    yield "|---|---|---|---|---|---|"
    for rule in rules:
        levels = " | ".join(rule.levels.at(profile) for profile in PROFILES)
        yield f"| {rule.number} | [{rule.id}](#{rule.id}) | {rule.severity} | {levels} |"
    for category, members in groupby(rules, key=lambda rule: rule.category):
        yield ""
        yield f"## {category.capitalize()}"
        for rule in members:
            yield from _chapter(rule)


def _chapter(rule: Rule) -> Iterator[str]:
    yield ""
    yield f"### {rule.id}"
    yield ""
    yield f"**{rule.description}** {rule.why}"
    yield ""
    yield f"Rule {rule.number}, {rule.severity}; {rule.levels}. Judges {_judges(rule)}."
    yield ""
    yield f"To comply: {rule.fix}"
    if rule.params:
        yield ""
        yield from _limits(rule.params)
    example = example_of(rule.id)
    if example:
        yield ""
        yield "Refused in prod (Pulumi YAML, the rest left out):"
        yield from _fenced(example.failing)
        yield "Passes:"
        yield from _fenced(example.passing)
    if rule.controls:
        yield ""
        pages = [(control, link(control)) for control in rule.controls]
        names = ", ".join(f"[{name}]({page})" if page else name for name, page in pages)
        yield f"Stands for {names}."


def _limits(params: Iterable[AnyParam]) -> Iterator[str]:
    yield "| parameter | | dev | staging | prod |"
    yield "|---|---|---|---|---|"
    for param in params:
        values = " | ".join(limit(param.default(profile)) for profile in PROFILES)
        yield f"| `{param.name}` | {param.description} | {values} |"


def _fenced(text: str) -> Iterator[str]:
    yield ""
    yield "```yaml"
    yield text
    yield "```"
    yield ""
