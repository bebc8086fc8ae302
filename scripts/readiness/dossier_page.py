"""A stack's dossier as a page for the person who signs: it needs nothing else, and prints."""

from functools import cache
from pathlib import Path
from typing import Final

import jinja2

from policies.checklist import Status
from policies.reports.words import STATUSES, VERDICTS, judged_as
from policies.rule import CATEGORIES
from scripts.readiness.dossier import Dossier, Figure, Proof
from scripts.readiness.dossier_text import NAMES, limit, number, old

MARKS: Final[dict[Status, str]] = {
    "passed": "✓",
    "failed": "✕",
    "couldNotTell": "?",
    "waived": "w",
    "notApplicable": "-",
}
WIDTH: Final = 100


def as_page(dossier: Dossier) -> str:
    """A page of HTML, without script and without anything from elsewhere."""
    return _template().render(
        dossier=dossier,
        report=dossier.report,
        title=judged_as(dossier.report),
        verdict=VERDICTS[dossier.report.verdict],
        categories=CATEGORIES,
        statuses=STATUSES,
        marks=MARKS,
        names=NAMES,
        number=number,
        limit=limit,
        old=old,
        bar=bar,
        mark=mark,
        spent=spent,
    )


def bar(figure: Figure) -> float:
    """How long the bar of a figure is."""
    return _along(figure.value, figure.scale) if isinstance(figure.value, int | float) else 0


def mark(figure: Figure) -> float:
    """Where on it the limit stands."""
    return _along(figure.limit or 0, figure.scale)


def spent(proof: Proof) -> float:
    """How much of the time for which a proof counts has gone by."""
    if proof.age_days is None:
        return WIDTH
    return _along(proof.age_days, (0, proof.limit_days))


def _along(value: float, scale: tuple[float, float]) -> float:
    first, last = scale
    share = (value - first) / (last - first) if last > first else 0
    return round(WIDTH * min(1, max(0, share)), 1)


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    return environment.from_string(Path(__file__).with_name("dossier_page.html").read_text("utf-8"))
