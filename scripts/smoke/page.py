"""A smoke run on one page: what was looked at, and what there was."""

from pathlib import Path

from scripts.pages import pages
from scripts.smoke.report import WORDS, Report


def page(report: Report) -> str:
    """HTML that needs nothing else, and prints."""
    template = pages(Path(__file__).parent).get_template("page.html")
    return template.render(
        report=report,
        plan=report.plan,
        words=WORDS[report.code],
        figures={each.subject: each for each in report.measured},
    )
