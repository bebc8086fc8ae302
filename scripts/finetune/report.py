"""What a run tells of a job: for programs, and again from its folder."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from scripts.exit import Exit
from scripts.finetune import curve
from scripts.finetune.curve import Step, Trend
from scripts.finetune.facts import Facts, HeldOut, Missing
from scripts.finetune.kept import Kept, as_plain
from scripts.finetune.verdict import Verdict, judge

SCHEMA: Final = "plumb.finetune/1"
WORDS: Final = {
    Exit.YES: "verified",
    Exit.NO: "not to be deployed",
    Exit.CANNOT_TELL: "cannot tell",
    Exit.NOT_REACHED: "not reached, or not allowed",
}


@dataclass(frozen=True, kw_only=True)
class Report:
    run_id: str
    facts: Facts
    verdict: Verdict

    @property
    def place(self) -> str:
        wanted = self.facts.surroundings.wanted
        return f"{wanted.account}/{wanted.deployment}"

    @property
    def words(self) -> str:
        return WORDS[self.verdict.code]

    @property
    def steps(self) -> list[Step]:
        found = self.facts.curve
        return [] if isinstance(found, Missing) else list(found)

    def as_json(self) -> dict[str, Any]:
        facts, job = self.facts, self.facts.job
        held = facts.held_out
        train, valid = curve.trained(self.steps), curve.validated(self.steps)
        told: dict[str, Any] = as_plain(
            {
                "schema": SCHEMA,
                "run_id": self.run_id,
                "asked_at": facts.surroundings.asked_at,
                "stack": facts.surroundings.wanted.stack,
                "deployment": self.place,
                "verdict": self.words,
                "exit_code": int(self.verdict.code),
                "partial": facts.surroundings.partial,
                "job": job.model_dump(),
                "findings": [
                    {
                        "check": each.check,
                        "exit_code": int(each.code),
                        "warns": each.warns,
                        "text": each.text,
                    }
                    for each in self.verdict.findings
                ],
                "curve": {
                    "steps": len(self.steps),
                    "train": _trend(train),
                    "validation": _trend(valid),
                    "gap": round(valid.last - train.last, 6) if train and valid else None,
                },
                "checkpoints": [each.model_dump() for each in facts.checkpoints],
                "held_out": asdict(held) if isinstance(held, HeldOut) else None,
                "wanted": facts.surroundings.wanted.model_dump(),
            }
        )
        return told


def of(folder: Path) -> Report:
    """The report of a run, made from what its folder holds.

    Raises:
        NoRun: it is not whole.
    """
    facts = Kept(folder).facts()
    return Report(run_id=folder.name, facts=facts, verdict=judge(facts))


def _trend(found: Trend | None) -> dict[str, Any] | None:
    return {key: round(value, 6) for key, value in asdict(found).items()} if found else None
