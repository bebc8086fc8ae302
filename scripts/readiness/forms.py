"""In which form `plumb check` answers, and where to."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from policies.comparison import Comparison
    from policies.report import Report
    from policies.rule import Rule

Form = Literal["table", "markdown", "json", "sarif", "junit", "html"]

ENDINGS: Final[Mapping[str, Form]] = {
    ".txt": "table",
    ".md": "markdown",
    ".json": "json",
    ".sarif": "sarif",
    ".xml": "junit",
    ".html": "html",
}


class UnknownForm(ValueError):
    """A file whose name does not tell what is to stand in it."""


def form_of(path: Path, said: Form | None) -> Form:
    """By a file's ending; by what was said, if the ending tells nothing.

    Raises:
        UnknownForm: neither tells.
    """
    form = ENDINGS.get(path.suffix) or said
    if form is None:
        endings = ", ".join(ENDINGS)
        raise UnknownForm(
            f"what is {path.name} to be? Fix: a name that ends in one of {endings}; or --format."
        )
    return form


def written(
    form: Form,
    report: "Report",
    comparison: "Comparison | None",
    rules: "Mapping[str, Rule]",
    colour: bool = False,
) -> str:
    """The report in a form. A comparison takes its place where people read; machines get all."""
    # Here, not above: each form is paid for by who asks for it.
    match form:
        case "table" if comparison:
            from policies.reports import changes

            return changes.as_table(comparison)
        case "markdown" if comparison:
            from policies.reports import changes

            return changes.as_markdown(comparison)
        case "json":
            return comparison.text() if comparison else report.text()
        case "table":
            from policies.reports.table import as_table

            return as_table(report, colour)
        case "markdown":
            from policies.reports.markdown import as_markdown

            return as_markdown(report)
        case "sarif":
            from policies.reports.sarif import as_sarif

            return as_sarif(report, rules)
        case "junit":
            from policies.reports.junit import as_junit

            return as_junit(report, rules)
        case "html":
            from policies.reports.page import as_page

            return as_page(report)


def write(path: Path, text: str) -> None:
    """The file whole, or as it was.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, path)
