"""A smoke run on one page: what was looked at, and what there was."""

from pathlib import Path

import jinja2

from scripts.smoke.report import WORDS, Report, gravest


def page(report: Report) -> str:
    """HTML that needs nothing else, and prints."""
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(Path(__file__).with_suffix(".html").read_text("utf-8"))
    return template.render(
        report=report,
        plan=report.plan,
        words=WORDS[report.code],
        figures={each.subject: each for each in report.measured},
        gravest=gravest,
    )
