"""A stack's dossier for a terminal and for a program."""

import textwrap
from collections.abc import Iterator
from typing import Any, Final

from policies.checklist import Status
from policies.reports.words import STATUSES, headline
from policies.rule import CATEGORIES, Category
from scripts.readiness.dossier import Dossier, Figure, Proof

WIDE: Final = 100
SCHEMA: Final = "plumb.readiness/1"
NAMES: Final = {
    "evaluation": "evaluation",
    "humanReview": "review by people",
    "loadTest": "load test",
    "demand": "demand",
    "rollback": "rollback rehearsal",
    "capacityPlan": "capacity plan",
    "attestation": "attestation",
    "approval": "approval",
    "cost": "cost forecast",
}
"""What people call the kinds."""


def number(value: float | str | None) -> str:
    """As people read it: 60,000 and 0.002, no more digits than say something."""
    if value is None:
        return "absent"
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def limit(figure: Figure) -> str:
    """What a figure is held against; nothing where it is only told."""
    return f"{figure.bound} {number(figure.limit)}" if figure.bound else ""


def old(proof: Proof) -> str:
    """Its age, and the age at which it no longer counts."""
    if proof.age_days is None:
        return "of no date"
    whole = int(proof.age_days)
    return f"{whole} {'day' if whole == 1 else 'days'} old (counts {proof.limit_days:g})"


def as_text(dossier: Dossier) -> str:
    """For a terminal, in 100 columns."""
    return "\n".join(_lines(dossier)) + "\n"


def _lines(dossier: Dossier) -> Iterator[str]:
    yield from textwrap.wrap(headline(dossier.report), WIDE, subsequent_indent="  ")
    tampered = [each.said(dossier.evidence.file) for each in dossier.evidence.tampered]
    for line in tampered or [dossier.evidence.whole()]:
        yield from textwrap.wrap(line, WIDE, subsequent_indent="  ")
    for category in CATEGORIES:
        yield ""
        yield category.upper()
        items = dossier.report.checklist.get(category, {})
        said = ", ".join(f"{item} {STATUSES[status]}" for item, status in items.items())
        yield from textwrap.wrap(said, WIDE, initial_indent="  ", subsequent_indent="  ")
        for proof in dossier.of(category):
            by = proof.of or (
                proof.said_by if not proof.figures or proof.kind == "approval" else ""
            )
            mark = "" if proof.is_fresh else " TOO OLD"
            head = [NAMES[proof.kind], f"entry {proof.seq}", old(proof), by]
            text = f"{proof.about}: {', '.join(filter(None, head))}{mark}"
            yield from textwrap.wrap(text, WIDE, initial_indent="  ", subsequent_indent="      ")
            for figure in proof.figures:
                wrong = "" if figure.holds else "  NOT MET"
                told = f"    {figure.what:<24} {number(figure.value):>10}   {limit(figure)}{wrong}"
                yield told.rstrip()
        for row in dossier.missing(category):
            text = f"{row.level}: {row.message}"
            yield from textwrap.wrap(text, WIDE, initial_indent="  - ", subsequent_indent="    ")


def as_json(dossier: Dossier) -> dict[str, Any]:
    """For a program."""
    report = dossier.report
    return {
        "schema": SCHEMA,
        "stack": report.stack,
        "profile": report.profile,
        "verdict": "ready" if dossier.is_ready else report.verdict,
        "awaitsOnlyApproval": dossier.awaits_only_approval,
        "evidence": dossier.evidence.as_json(),
        "categories": {category: _category(dossier, category) for category in CATEGORIES},
    }


def _category(dossier: Dossier, category: Category) -> dict[str, Any]:
    items: dict[str, Status] = dossier.report.checklist.get(category, {})
    return {
        "checklist": items,
        "proofs": [_proof(each) for each in dossier.of(category)],
        "missing": [
            {"rule": row.rule, "level": row.level, "message": row.message}
            for row in dossier.missing(category)
        ],
    }


def _proof(proof: Proof) -> dict[str, Any]:
    return {
        "kind": proof.kind,
        "about": proof.about,
        "entry": proof.seq,
        "at": proof.at,
        "ageDays": None if proof.age_days is None else round(proof.age_days, 2),
        "limitDays": proof.limit_days,
        "fresh": proof.is_fresh,
        "by": proof.said_by,
        "links": list(proof.links),
        "figures": [
            {
                "what": each.what,
                "value": each.value,
                "bound": each.bound,
                "limit": each.limit,
                "holds": each.holds,
            }
            for each in proof.figures
        ],
    }
