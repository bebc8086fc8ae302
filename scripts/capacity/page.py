"""Plans as a page for whoever decides: charts drawn here, nothing fetched from elsewhere."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from scripts.capacity.chart import HEIGHT, WIDTH, Chart, chart
from scripts.capacity.draft import Assumed
from scripts.capacity.plan import Plan
from scripts.exit import Exit
from scripts.pages import pages

WORDS = {
    Exit.YES: "enough",
    Exit.NO: "not enough",
    Exit.CANNOT_TELL: "cannot tell",
    Exit.NOT_REACHED: "not reached",
}


def page(stack: str, plans: Sequence[Plan], assumed: Assumed, code: Exit, now: datetime) -> str:
    """HTML of a stack's plans; it needs nothing else, and prints."""
    template = pages(Path(__file__).parent).get_template("page.html")
    return template.render(
        stack=stack,
        plans=[(plan, drawn(plan)) for plan in plans],
        assumed=assumed,
        words=WORDS[code],
        code=int(code),
        now=now,
        width=WIDTH,
        height=HEIGHT,
    )


def drawn(plan: Plan) -> Chart | None:
    """The growth of one route; None where nobody knows the quota."""
    if plan.growth is None:
        return None
    rate = plan.declared.decisive
    return chart(
        plan.growth,
        per_unit=rate.per_unit,
        declared=plan.serving.capacity,
        unit=f"{rate.kind}",
    )
