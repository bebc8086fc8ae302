"""The sheet as a page that a person fills in: it needs nothing else, and saves what to import."""

from collections.abc import Sequence
from pathlib import Path

from scripts.evaluate.review.sheet import COLUMNS
from scripts.evaluate.row import Row
from scripts.pages import pages


def page(name: str, rows: Sequence[Row]) -> str:
    template = pages(Path(__file__).parent).get_template("page.html")
    shown = [
        {
            "number": number,
            "question": row.item.query,
            "context": row.item.context,
            "answer": row.answer.text if row.answer else "",
        }
        for number, row in enumerate(rows, start=1)
    ]
    return template.render(sheet=name, rows=shown, columns=COLUMNS)
