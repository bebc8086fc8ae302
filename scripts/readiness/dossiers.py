"""Gathers what a dossier tells: the gate's verdict on a stack, and its evidence."""

from datetime import datetime

from components import evidence_file
from policies.report import report_of
from scripts.checking.judgement import Unjudgeable, judge_stacks
from scripts.readiness.declared import Declared
from scripts.readiness.dossier import Dossier, dossier
from scripts.readiness.evidence_problems import problems
from scripts.readiness.evidence_verification import summary


class NoDossier(Exception):
    """The stack could not be judged; the message says why."""


def compiled(target: Declared, now: datetime) -> Dossier:
    """The dossier of a stack.

    Raises:
        NoDossier: the gate could not judge it at all.
    """
    try:
        report = report_of(*judge_stacks([target.stack], now, target.root))
    except Unjudgeable as error:
        raise NoDossier(str(error)) from None
    recorded = evidence_file.read(target.file)
    found = list(problems(recorded, target, now))
    evidence = summary(target.stack, target.settings.readiness.evidence, recorded, found)
    return dossier(report.stacks[0], evidence, recorded, target, now)
