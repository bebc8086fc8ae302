"""`plumb models check`: the models of some stacks against their lifecycle."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from components import settings
from scripts.columns import columns
from scripts.exit import Exit, gravest, leave
from scripts.preflight import table
from scripts.preflight.checks.lifecycle import ends
from scripts.preflight.looking import look
from scripts.preflight.report import Report, dotted, judge
from scripts.preflight.wanted import Wanted, WantedDeployment
from scripts.preflight.wanted import wanted as flat
from scripts.subscription.facts import OfferedModel, Subscription
from scripts.subscription.patience import Patience

HEADINGS: Final = ("UNTIL", "DAYS", "MODEL", "STACK", "DEPLOYMENT")


@dataclass(frozen=True, kw_only=True)
class Life:
    """Until when one deployment answers."""

    stack: str
    deployment: str
    model: str
    sku: str
    until: str
    """ISO date; "" where Azure names none, or the model is not offered."""
    days: int | None

    @property
    def row(self) -> tuple[str, ...]:
        days = "" if self.days is None else str(self.days)
        return (self.until, days, self.model, self.stack, self.deployment)


def wanted(stack: str) -> Wanted:
    """What a stack declares.

    Raises:
        typer.Exit: its file is wrong.
    """
    try:
        return flat(stack, settings.read(stack))
    except settings.WrongStackFile as error:
        raise leave(Exit.WRONG_USE, error) from None


def check(
    wanted: Wanted,
    asked: Subscription,
    patience: Patience,
    at: datetime,
    subscription: str,
    as_of: str | None,
) -> Report:
    seen = look(wanted, asked, patience, at=at, subscription=subscription)
    return judge(wanted, seen, seconds=0, as_of=as_of, checks=("model", "lifecycle"))


def code(reports: Sequence[Report]) -> Exit:
    return gravest(each.code for each in reports)


def lines(reports: Sequence[Report]) -> Iterator[str]:
    """The deployments by the day on which they end, then what is wrong, then the verdict."""
    lives = sorted(_lives(reports), key=lambda each: (each.until or "9", each.row))
    yield from columns([HEADINGS, *(each.row for each in lives)], right=[1], longest=2)
    for report in reports:
        for finding in report.findings:
            yield ""
            yield from table.finding(finding, f"Pulumi.{report.wanted.stack}.yaml")
    yield ""
    words = {
        Exit.YES: "every model lives on",
        Exit.NO: "a model is absent, retired, or about to be",
        Exit.CANNOT_TELL: "cannot tell",
        Exit.NOT_REACHED: "not reached, or not allowed",
    }
    yield words[code(reports)]


def as_json(reports: Sequence[Report]) -> dict[str, Any]:
    """`plumb.models.check/1`."""
    return {
        "schema": "plumb.models.check/1",
        "exit_code": int(code(reports)),
        "deployments": [asdict(each) for each in _lives(reports)],
        "findings": [
            {
                "stack": report.wanted.stack,
                "check": each.check,
                "level": each.level,
                "setting": dotted(each.place),
                "found": each.found,
                "wanted": each.wanted,
                "fix": each.fix,
            }
            for report in reports
            for each in report.findings
        ],
    }


def _lives(reports: Sequence[Report]) -> Iterator[Life]:
    for report in reports:
        for each in report.wanted.deployments:
            date = _end(each, report)
            yield Life(
                stack=report.wanted.stack,
                deployment=f"{each.account}/{each.name}",
                model=f"{each.offered.name}/{each.offered.version}",
                sku=each.sku,
                until=f"{date:%Y-%m-%d}" if date else "",
                days=(date - report.seen.at).days if date else None,
            )


def _end(wanted: WantedDeployment, report: Report) -> datetime | None:
    model = report.seen.offered(wanted)
    if not isinstance(model, OfferedModel):
        return None
    return min((each for each in ends(wanted, model) if each), default=None)
