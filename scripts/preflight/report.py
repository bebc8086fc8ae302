"""What preflight tells: for programs, and for a terminal."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from components.stack_file import Place
from scripts.exit import Exit, gravest
from scripts.preflight.checks.every import CHECKS, OFFLINE
from scripts.preflight.finding import Check, Finding
from scripts.preflight.pool import Pool, pools
from scripts.preflight.seen import Seen
from scripts.preflight.wanted import Wanted
from scripts.subscription.facts import Usage

Outcome = Literal["ok", "warn", "fail", "unknown", "not asked"]

WORDS: Final = {
    Exit.YES: "nothing stands in the way of `up`",
    Exit.NO: "something stands in the way of `up`",
    Exit.CANNOT_TELL: "cannot tell",
    Exit.NOT_REACHED: "not reached, or not allowed",
}
OFFLINE_WORDS: Final = "the dated tables have nothing against it; Azure was not asked"


@dataclass(frozen=True, kw_only=True)
class Report:
    """One stack, judged."""

    wanted: Wanted
    seen: Seen
    as_of: str | None
    """The date of the tables, if Azure was not asked."""
    seconds: float
    outcomes: Mapping[Check, Outcome]
    findings: Sequence[Finding]
    pools: Sequence[Pool]

    @property
    def code(self) -> Exit:
        return gravest(each.code for each in self.findings)

    @property
    def partial(self) -> bool:
        """Whether a question was not answered."""
        return "unknown" in self.outcomes.values()

    @property
    def words(self) -> str:
        return OFFLINE_WORDS if self.as_of and self.code == Exit.YES else WORDS[self.code]

    def as_json(self, line: Callable[[Place], int | None]) -> dict[str, Any]:
        """docs/schemas/preflight-1.json; `line` knows where in the file a setting stands."""
        return {
            "schema": "plumb.preflight/1",
            "stack": self.wanted.stack,
            "at": f"{self.seen.at:%Y-%m-%dT%H:%M:%SZ}",
            "subscription": self.seen.subscription,
            "offline": self.as_of is not None,
            "tables_of": self.as_of,
            "seconds": round(self.seconds, 1),
            "verdict": self.words,
            "exit_code": int(self.code),
            "partial": self.partial,
            "checks": dict(self.outcomes),
            "findings": [
                {
                    "check": each.check,
                    "level": each.level,
                    "setting": dotted(each.place),
                    "line": line(each.place),
                    "found": each.found,
                    "wanted": each.wanted,
                    "fix": each.fix,
                    "exit_code": int(each.code),
                }
                for each in self.findings
            ],
            "pools": [_pool(each) for each in self.pools],
        }


def judge(
    wanted: Wanted,
    seen: Seen,
    *,
    seconds: float,
    as_of: str | None = None,
    checks: Collection[Check] = tuple(CHECKS),
) -> Report:
    """What some checks say; offline, those of them that the tables can answer."""
    findings: list[Finding] = []
    outcomes: dict[Check, Outcome] = {}
    for name, check in CHECKS.items():
        if name not in checks or (as_of is not None and name not in OFFLINE):
            outcomes[name] = "not asked"
            continue
        said = _each_once(check(wanted, seen))
        findings += said
        outcomes[name] = _worst(said)
    return Report(
        wanted=wanted,
        seen=seen,
        as_of=as_of,
        seconds=seconds,
        outcomes=outcomes,
        findings=findings,
        pools=pools(wanted, seen)[0] if outcomes["quota"] != "not asked" else [],
    )


def dotted(place: Place) -> str:
    return ".".join(map(str, place))


def _each_once(findings: Iterable[Finding]) -> list[Finding]:
    """One finding for each question that was not answered, however many waited for it."""
    unknown: dict[str, list[Finding]] = defaultdict(list)
    others = []
    for each in findings:
        if each.level == "unknown":
            unknown[each.found].append(each)
        else:
            others.append(each)
    merged = [
        replace(each[0], wanted=f"{each[0].wanted}, and {len(each) - 1} more")
        if len(each) > 1
        else each[0]
        for each in unknown.values()
    ]
    return [*others, *merged]


def _worst(findings: Sequence[Finding]) -> Outcome:
    levels = {each.level for each in findings}
    order: tuple[Outcome, ...] = ("fail", "unknown", "warn")
    return next((each for each in order if each in levels), "ok")


def _pool(pool: Pool) -> dict[str, Any]:
    usage = pool.usage if isinstance(pool.usage, Usage) else None
    return {
        "location": pool.location,
        "pool": pool.name,
        "limit": usage.limit if usage else None,
        "used": usage.used if usage else None,
        "ours": pool.held,
        "wanted": pool.need,
        "left": usage and pool.available(usage) - pool.need,
        "deployments": [f"{each.wanted.account}/{each.wanted.name}" for each in pool.shares],
    }
