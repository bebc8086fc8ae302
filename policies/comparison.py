"""What a change makes of the gate's findings: base and head of a pull request."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Final, Literal, Self

from pydantic import Field

from policies.report import Part, Report, Row, StackReport, Unanswered
from policies.rule import Level
from policies.verdict import Verdict

SCHEMA: Final = "plumb.compare/1"

Answer = Literal["no worse", "worse", "cannot tell"]


class StackComparison(Part):
    """One stack, before and after."""

    stack: str
    before: Verdict | None
    """None: the stack was not there."""
    after: Verdict | None
    new: tuple[Row, ...]
    fixed: tuple[Row, ...]
    unchanged: int
    newly_unanswered: tuple[Unanswered, ...]

    @property
    def answer(self) -> Answer:
        if any(row.level == "mandatory" for row in self.new):
            return "worse"
        unsure = any(each.level == "mandatory" for each in self.newly_unanswered)
        return "cannot tell" if unsure else "no worse"


class Comparison(Part):
    """Every stack of either side."""

    form: Annotated[Literal["plumb.compare/1"], Field(alias="schema")] = SCHEMA
    answer: Answer
    stacks: tuple[StackComparison, ...]

    def text(self) -> str:
        return self.model_dump_json(by_alias=True, indent=2) + "\n"

    def narrowed(self, rules: Sequence[str], levels: Sequence[Level]) -> Self:
        """Only some rules and levels; empty: all. For the eye: the answer rests on everything."""

        def seen(row: Row | Unanswered) -> bool:
            return (not rules or row.rule in rules) and (not levels or row.level in levels)

        def narrow(stack: StackComparison) -> StackComparison:
            lists = {
                "new": tuple(filter(seen, stack.new)),
                "fixed": tuple(filter(seen, stack.fixed)),
                "newly_unanswered": tuple(filter(seen, stack.newly_unanswered)),
            }
            return stack.model_copy(update=lists)

        return self.model_copy(update={"stacks": tuple(map(narrow, self.stacks))})


def compared(base: Report, head: Report) -> Comparison:
    """What is new in the head, and what of the base is put right."""
    before = {stack.stack: stack for stack in base.stacks}
    after = {stack.stack: stack for stack in head.stacks}
    stacks = tuple(
        _stack(name, before.get(name), after.get(name)) for name in dict.fromkeys([*after, *before])
    )
    answers = {each.answer for each in stacks}
    worst: Answer = "worse" if "worse" in answers else "cannot tell"
    return Comparison(answer="no worse" if answers <= {"no worse"} else worst, stacks=stacks)


def _stack(name: str, before: StackReport | None, after: StackReport | None) -> StackComparison:
    old, now = _counted(before), _counted(after)
    new = list(_beyond(now, old))
    silent = [(each.rule, each.why) for each in before.could_not_tell] if before else []
    return StackComparison(
        stack=name,
        before=before.verdict if before else None,
        after=after.verdict if after else None,
        new=tuple(new),
        fixed=tuple(_beyond(old, now)),
        unchanged=len(now) - len(new),
        newly_unanswered=tuple(
            each
            for each in (after.could_not_tell if after else ())
            if (each.rule, each.why) not in silent
        ),
    )


def _counted(stack: StackReport | None) -> list[Row]:
    return [row for row in stack.findings if row.status != "waived"] if stack else []


def _beyond(rows: Iterable[Row], others: Iterable[Row]) -> Iterator[Row]:
    """Those that the others do not have; what weighs more than before is another finding."""
    known = Counter((row.fingerprint, row.level) for row in others)
    for row in rows:
        if known[row.fingerprint, row.level] > 0:
            known[row.fingerprint, row.level] -= 1
        else:
            yield row
