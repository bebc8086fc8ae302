"""Applies rules to what a host has gathered. Both hosts judge through here, and so alike."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from policies.rule import Context, ResourceRule, Rule, StackRule
from policies.values import Need
from policies.wording import redacted
from policies.world import Finding, Missed, Resource, World


@dataclass(frozen=True)
class Outcome:
    """What came of one rule and one subject."""

    findings: tuple[Finding, ...]
    missed: Missed | None = None
    """What the rule needed and could not know; its findings are then not all there are."""
    crash: str | None = None
    """That the rule itself is wrong. It judged nothing, which is no yes."""


def of_resource(rule: ResourceRule, resource: Resource, ctx: Context) -> Outcome:
    return _outcome(rule, lambda: rule.check(resource, ctx), resource.urn, resource.secrets)


def of_stack(rule: StackRule, world: World, ctx: Context) -> Outcome:
    return _outcome(rule, lambda: rule.check(world, ctx), "", world.secrets)


def _outcome(
    rule: Rule, check: Callable[[], Iterator[Finding]], urn: str, secrets: frozenset[str]
) -> Outcome:
    findings: list[Finding] = []
    missed, crash = None, None
    try:
        for finding in check():
            findings.append(replace(finding, message=redacted(finding.message, secrets)))
    except Need as need:
        missed = Missed(rule.id, urn, need.path)
    except Exception as bug:
        # Its kind and place only: its text may quote a value.
        crash = (
            f"rule {rule.id} failed: {type(bug).__name__} in {_place(bug)}. "
            "Fix: report it; until then a waiver, so that it is on record."
        )
    return Outcome(tuple(findings), missed, crash)


def _place(bug: Exception) -> str:
    trace = bug.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "an unknown place"
    file = trace.tb_frame.f_code.co_filename.rpartition("/")[2]
    return f"{file}:{trace.tb_lineno}"
