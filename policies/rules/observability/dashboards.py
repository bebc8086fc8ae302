"""Dashboards: somebody who is woken up has one page to look at."""

import json
from collections.abc import Iterator
from typing import Final

from components.catalog import ACCOUNT, APP_INSIGHTS, DEPLOYMENT, WORKBOOK, WORKSPACE
from policies.rule import Context, Levels, Rule, StackRule
from policies.values import Unknown, texts
from policies.world import Finding, Resource, World

DASHBOARD: Final = "azure-native:portal:Dashboard"
SHOWN: Final = (ACCOUNT, APP_INSIGHTS, WORKSPACE)


def dashboard_present(world: World, ctx: Context) -> Iterator[Finding]:
    if not world.of(ACCOUNT, DEPLOYMENT):
        return
    pages = [page for page in world.of(WORKBOOK, DASHBOARD) if _shows_something_of(world, page)]
    if not pages:
        first, *others = world.of(ACCOUNT) or world.of(DEPLOYMENT)
        more = f" and {len(others)} more" if others else ""
        yield Finding(
            first,
            f"nothing shows {first.label}{more}: no workbook or portal dashboard belongs to an "
            "account, Application Insights or workspace of this stack. Fix: an "
            "applicationinsights Workbook with sourceId: the id of Application Insights.",
        )
    elif all(_is_empty(page) for page in pages):
        yield Finding(
            pages[0],
            f"{pages[0].label} shows nothing: there is no item in it. "
            "Fix: serializedData: JSON of a workbook with items, or lenses of a dashboard.",
            "serializedData" if pages[0].type == WORKBOOK else "properties.lenses",
        )


def _shows_something_of(world: World, page: Resource) -> bool:
    if page.type == WORKBOOK:
        return not world.marks_at(page, "sourceId", *SHOWN).isdisjoint(world.by_urn)
    read_from = (urn for urns in page.comes_from.values() for urn in urns)
    if any(urn in world.by_urn and world.by_urn[urn].type in SHOWN for urn in read_from):
        return True
    ids = [text for text in texts(page.inputs) if text.startswith("/")]
    return not world.marks(page, "properties", ids, *SHOWN).isdisjoint(world.by_urn)


def _is_empty(page: Resource) -> bool:
    """What is not known yet, since it quotes ids that Azure will give, counts as something."""
    if page.type == DASHBOARD:
        return not page.fields.is_set("properties.lenses")
    written = page.fields.peek("serializedData")
    if isinstance(written, Unknown):
        return False
    try:
        held = json.loads(written) if isinstance(written, str) else None
    except (ValueError, RecursionError):
        return True
    return not (isinstance(held, dict) and isinstance(held.get("items"), list) and held["items"])


RULES: Final[list[Rule]] = [
    StackRule(
        id="dashboard-present",
        number=38,
        category="observability",
        severity="Low",
        levels=Levels.of("-aM"),
        description="One page shows how the models of a stack are doing.",
        why="Whoever is woken up by an alert otherwise writes queries at three in the morning.",
        fix="Declare a Workbook with sourceId and items, or a portal Dashboard on the account.",
        types=frozenset({ACCOUNT, DEPLOYMENT, WORKBOOK, DASHBOARD}),
        controls=("Well-Architected OE:07",),
        check=dashboard_present,
    ),
]
