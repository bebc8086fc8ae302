"""A report of preflight as lines for a terminal, no wider than 100 columns."""

from collections.abc import Callable, Iterator, Sequence
from textwrap import wrap
from typing import Final

from components.stack_file import Place
from scripts.columns import WIDTH, columns
from scripts.preflight.finding import Finding
from scripts.preflight.pool import Pool
from scripts.preflight.report import Report, dotted
from scripts.subscription.facts import Usage

INDENT: Final = 9


def lines(report: Report, file: str, line: Callable[[Place], int]) -> Iterator[str]:
    """Checks, findings, pools, and the verdict last, where the eye rests."""
    wanted = report.wanted
    asked = (
        f"by the tables of {report.as_of}" if report.as_of else f"asked in {report.seconds:.1f} s"
    )
    accounts, deployments = len(wanted.accounts), len(wanted.deployments)
    yield (
        f"{wanted.stack}: {accounts} account{'s'[: accounts != 1]}, "
        f"{deployments} deployment{'s'[: deployments != 1]}, {asked}"
    )
    yield ""
    yield from _checks(report)
    for group in _by_cause(report.findings):
        yield ""
        first = group[0]
        checks = ", ".join(each.check for each in group)
        yield from finding(first, f"{file}:{line(first.place)}", checks)
    if report.pools:
        yield ""
        yield from _pools(report.pools)
    yield ""
    yield f"{wanted.stack}: {report.words}"


def _checks(report: Report) -> Iterator[str]:
    cells = [f"{name:10} {outcome}" for name, outcome in report.outcomes.items()]
    half = (len(cells) + 1) // 2
    for left, right in zip(cells[:half], [*cells[half:], ""], strict=False):
        yield f"{left:30}{right}".rstrip()


def _by_cause(findings: Sequence[Finding]) -> list[list[Finding]]:
    """Each by itself; but checks that wait for the same answer together."""
    groups: dict[object, list[Finding]] = {}
    for each in findings:
        cause = (each.found, each.fix) if each.level == "unknown" else id(each)
        groups.setdefault(cause, []).append(each)
    return list(groups.values())


def finding(found: Finding, where: str, checks: str = "") -> Iterator[str]:
    """One finding: what, where, found, wanted, fix. `checks`: all those that it concerns."""
    yield from _wrapped(
        f"{found.level.upper():{INDENT}}",
        f"{checks or found.check}: {dotted(found.place)} ({where})",
    )
    for label, text in (
        ("found", found.found),
        ("wanted", found.wanted),
        ("Fix:", found.fix),
    ):
        yield from _wrapped(f"{'':{INDENT}}{label:7}", text)


def _wrapped(label: str, text: str) -> list[str]:
    return wrap(
        text,
        WIDTH,
        initial_indent=label,
        subsequent_indent=" " * len(label),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _pools(pools: Sequence[Pool]) -> Iterator[str]:
    rows = [("REGION", "QUOTA POOL", "LIMIT", "USED", "OURS", "WANTED", "LEFT")]
    for each in pools:
        told = ("?", "?", "?")
        if isinstance(each.usage, Usage):
            left = each.available(each.usage) - each.need
            told = (f"{each.usage.limit:g}", f"{each.usage.used:g}", f"{left:g}")
        rows.append(
            (each.location, each.name, told[0], told[1], str(each.held), str(each.need), told[2])
        )
    yield from columns(rows, right=range(2, 7), longest=1)
