"""The files that a run leaves beside its rows: for programs, build servers and people."""

from scripts.evaluate.junit import as_junit
from scripts.evaluate.kept import Kept, as_json
from scripts.evaluate.markdown import as_markdown
from scripts.evaluate.page import page
from scripts.evaluate.report import Report


def write(kept: Kept, report: Report) -> None:
    """All of them, in the run's folder."""
    kept.write("evaluation.json", as_json(report.as_json()))
    kept.write("junit.xml", as_junit(report))
    kept.write("report.md", as_markdown(report))
    kept.write("report.html", page(report))
