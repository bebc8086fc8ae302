"""A comparison of base and head, for a terminal and for the comment on a pull request."""

from collections.abc import Iterator
from textwrap import wrap
from typing import Final

from policies.comparison import Answer, Comparison, StackComparison
from policies.report import Row
from policies.reports.markdown import MARK, bullets, fitted, folded, plain
from policies.reports.table import WIDTH
from policies.reports.words import visible

ANSWERS: Final[dict[Answer, str]] = {
    "no worse": "nothing new stands against this change",
    "worse": "this change brings mandatory findings",
    "cannot tell": "cannot tell what this change brings",
}


def as_markdown(comparison: Comparison) -> str:
    """For a pull request: only what is new, and what is put right."""
    head = [MARK, f"## Gate: {ANSWERS[comparison.answer]}", ""]
    head += ["| stack | before | after | new | fixed | unchanged |", "|---|---|---|---|---|---|"]
    head += [
        f"| {plain(each.stack)} | {each.before or '-'} | **{each.after or '-'}** | "
        f"{len(each.new)} | {len(each.fixed)} | {each.unchanged} |"
        for each in comparison.stacks
    ]
    return fitted(head, [block for each in comparison.stacks for block in _blocks(each)])


def _blocks(stack: StackComparison) -> Iterator[str]:
    mandatory = [row for row in stack.new if row.level == "mandatory"]
    advisory = [row for row in stack.new if row.level != "mandatory"]
    if stack.new or stack.fixed or stack.newly_unanswered:
        yield f"\n### {plain(stack.stack)}\n"
    for silent in stack.newly_unanswered:
        yield f"- **could not tell**: {plain(silent.rule)}: {plain(silent.why)}"
    yield from bullets(mandatory)
    if advisory:
        yield from folded(f"{len(advisory)} new advisory findings", advisory)
    if stack.fixed:
        yield from folded(f"{len(stack.fixed)} findings are fixed", stack.fixed)


def as_table(comparison: Comparison) -> str:
    """For a terminal."""
    lines = []
    for stack in comparison.stacks:
        lines.append(
            f"{stack.stack}: {stack.before or 'not there'} before, {stack.after or 'gone'} after; "
            f"{len(stack.new)} new, {len(stack.fixed)} fixed, {stack.unchanged} unchanged"
        )
        for row in stack.new:
            lines += _lines("new", row)
        for row in stack.fixed:
            lines += _lines("fixed", row)
        for silent in stack.newly_unanswered:
            lines += _wrapped("  ", f"could not tell: {silent.rule}: {silent.why}")
    return visible("\n".join([*lines, ANSWERS[comparison.answer]])) + "\n"


def _lines(what: str, row: Row) -> list[str]:
    place = f" at {row.location}" if row.location else ""
    head = f"{what}, {row.level}: {row.rule}, {row.where}{place}:"
    return [*_wrapped("  ", head), *_wrapped("      ", row.message)]


def _wrapped(indent: str, text: str) -> list[str]:
    return wrap(text, WIDTH, initial_indent=indent, subsequent_indent="      ")
