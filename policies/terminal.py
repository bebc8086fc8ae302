"""What came of the rules, for a person at a terminal."""

from collections.abc import Sequence
from textwrap import wrap
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from components.profiles import PROFILES
from policies.report import Locate, stack_report
from policies.rule import Rule
from policies.verdict import StackVerdict, overall

WIDTH: Final = 100

COLOURS: Final = {"Critical": "bold red", "High": "red", "Medium": "yellow", "Low": "cyan"}
WORDS: Final = {
    "ready": "ready",
    "refused": "refused",
    "cannot tell": "cannot tell whether it is ready",
}


def as_table(verdicts: Sequence[StackVerdict], locate: Locate, colour: bool = False) -> str:
    """For a terminal, at most 100 columns wide: the checklist, then findings by category."""
    console = Console(width=WIDTH, force_terminal=colour, no_color=not colour, highlight=False)
    with console.capture() as captured:
        for verdict in verdicts:
            report = stack_report(verdict, locate)
            console.print(Text(_headline(report), style="bold"))
            for category in report["checklist"]:
                items = report["checklist"][category]
                state = ", ".join(f"{item} {_spoken(items[item])}" for item in items)
                console.print(Text(f"  {category}: {state}"))
            table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
            table.add_column(width=11)
            table.add_column(width=34, overflow="fold")
            table.add_column(overflow="fold")
            for finding in report["findings"]:
                where = finding["location"]
                what, _, fix = finding["message"].partition(" Fix: ")
                table.add_row()
                table.add_row(
                    Text(
                        f"  {finding['severity']}\n  {finding['level']}",
                        COLOURS[finding["severity"]],
                    ),
                    Text(
                        f"{finding['rule']}\n{finding['resource']['name'] or 'the stack'}"
                        + (f"\n{where['file']}:{where['line']}" if where else "")
                    ),
                    Text(f"{what}\nFix: {fix}"),
                )
            if table.rows:
                console.print(table)
            for silent in report["couldNotTell"]:
                console.print(Text(f"\n  could not tell: {silent['rule']}: {silent['why']}"))
            console.print()
        verdict_of_all = WORDS[overall(verdicts)]
        names = ", ".join(each.stack for each in verdicts)
        console.print(Text(f"{names}: {verdict_of_all}", style="bold"))
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def _headline(report: dict[str, Any]) -> str:
    counts = report["counts"]
    judged_as = "" if report["stack"] == report["profile"] else f", judged as {report['profile']}"
    rules = [
        f"{counts[key]} {_spoken(key)}"
        for key in ("passed", "notApplicable", "couldNotTell")
        if counts[key]
    ]
    return (
        f"{report['stack']}{judged_as}: {WORDS[report['verdict']]}; findings: "
        f"{counts['mandatory']} mandatory, {counts['advisory']} advisory; "
        f"rules: {', '.join(rules) or 'none shown'}"
    )


def _spoken(status: str) -> str:
    return {"notApplicable": "not applicable", "couldNotTell": "could not tell"}.get(status, status)


def explained(rule: Rule) -> str:
    """One rule for a person who knows Azure but not this project."""
    said = [
        f"{rule.id}: rule {rule.number}, {rule.category}, {rule.severity}",
        "",
        *_paragraph("", rule.description),
        "",
        *_paragraph("Why     ", rule.why),
        *_paragraph("Fix     ", rule.fix),
        f"Levels  {rule.levels}",
    ]
    for param in rule.params:
        said += _paragraph("Limit   ", f"{param.name}: {param.description}")
        for profile in PROFILES:
            said += _paragraph(f"{'':8}{profile + ':':9}", _limit(param.default(profile)))
    if rule.controls:
        said += _paragraph("Stands for  ", ", ".join(rule.controls))
    return "\n".join(said)


def _paragraph(head: str, text: str) -> list[str]:
    return wrap(
        text,
        WIDTH,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_on_hyphens=False,
    )


def _limit(value: frozenset[str] | float | str) -> str:
    if isinstance(value, frozenset):
        return ", ".join(sorted(value)) or "none"
    return value if isinstance(value, str) else f"{value:g}"


def rule_table(rules: Sequence[Rule]) -> str:
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
