"""An evaluation as a page."""

from scripts.evaluate.report import Report


def page(report: Report) -> str:
    return f"<title>{report.words}</title>"
