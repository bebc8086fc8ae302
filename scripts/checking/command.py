"""`plumb check`: what the gate will say of a stack, before anybody runs pulumi."""

import importlib
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from scripts import offered, short_lived
from scripts.exit import Exit, leave
from scripts.readiness.forms import Form, UnknownForm, form_of, write, written

if TYPE_CHECKING:
    from policies.comparison import Comparison
    from policies.report import Locate, Report
    from policies.verdict import StackVerdict


def check_command(
    context: typer.Context,
    stack: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STACK",
            autocompletion=offered.stacks,
            help="A stack to judge; repeat for more. All, if left out.",
        ),
    ] = None,
    cwd: Annotated[
        Path | None,
        typer.Option("--cwd", "-C", metavar="DIR", help="The project to judge, if not this one."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Same as --format json.")] = False,
    format: Annotated[Form | None, typer.Option(help="What to print.", show_default=False)] = None,
    output: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Write a report as well, by its ending: .txt .md .json .sarif .xml (JUnit) .html; "
            "repeat for more.",
        ),
    ] = None,
    rule: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RULE",
            autocompletion=offered.rules,
            help="Show only this rule; the verdict rests on all.",
        ),
    ] = None,
    level: Annotated[
        Literal["mandatory", "advisory"] | None,
        typer.Option(help="Show only rules of this level; the verdict rests on all."),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR|FILE.json",
            help="Another checkout, or its report: show only what is new or fixed.",
        ),
    ] = None,
    state: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Judge what `pulumi stack export` wrote."),
    ] = None,
    events: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Report what a streamed `pulumi preview --json` heard."),
    ] = None,
    policy_config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="As `pulumi preview --policy-pack-config` takes it."),
    ] = None,
    now: Annotated[
        datetime | None,
        typer.Option(
            metavar="TIME",
            help="Judge as of 2026-11-30T12:00:00, by UTC.",
            formats=["%Y-%m-%dT%H:%M:%S"],
        ),
    ] = None,
    explain: Annotated[
        str | None,
        typer.Option(
            metavar="RULE",
            autocompletion=offered.rules,
            help="Say what a rule wants, why, and how to get there.",
        ),
    ] = None,
    list_rules: Annotated[bool, typer.Option("--list-rules", help="Name every rule.")] = False,
) -> None:
    """Judge the stacks as the gate will, in seconds, without cloud, login or pulumi.

    Exit code: 0 ready, 1 a mandatory rule says no, 2 wrong use or a wrong file, 3 a rule could
    not tell. With --against: 1 if this checkout has mandatory findings that the other has not.

    \b
    Examples:
      plumb check
      plumb check --stack prod --level mandatory
      plumb check --explain account-public-network-restricted
      plumb check --output readiness.html --output check.sarif
      plumb check --against ../main --format markdown
      plumb check --json | jq .verdict
    """
    # Here and below, not above: `plumb --help` must not wait for pulumi.
    short_lived.in_a_process_of_its_own()
    from policies.registry import RULES

    for word in context.args:
        raise leave(Exit.WRONG_USE, f"what is {word}? Fix: {_meant(word)}")
    form: Form | None = "json" if as_json else format
    unknown = sorted({*(rule or []), *([explain] if explain else [])} - RULES.keys())
    if unknown:
        near = [name for name in RULES if any(each in name for each in unknown)]
        fix = " or ".join([*near, "see plumb check --list-rules"])
        raise leave(Exit.WRONG_USE, f"no rule {', '.join(unknown)}. Fix: {fix}")
    if explain or list_rules:
        text = _about_rules(explain, form)
        _write([(path, text) for path in output or []])
        typer.echo(text, nl=False)
        return

    if sum(map(bool, (stack, state, events))) > 1 or (events and policy_config):
        raise leave(
            Exit.WRONG_USE,
            "--stack, --state and --events each say what is judged, and a preview was judged by "
            "its own configuration. Fix: one of them",
        )

    short_lived.load_pulumi()
    from policies import clock
    from policies.report import narrowed, report_of
    from policies.verdict import overall

    try:
        forms = [(path, form_of(path, form)) for path in output or []]
    except UnknownForm as error:
        raise leave(Exit.WRONG_USE, error) from None
    today = now.replace(tzinfo=UTC) if now else clock.now()
    rules, levels = rule or [], [level] if level else []
    verdicts, locate = _judged(stack or [], cwd, state, events, policy_config, today)
    comparison = None
    if against:
        alone = [each.stack for each in verdicts] if stack or state or events else []
        compared = _compared(against, alone, report_of(verdicts, locate))
        comparison = compared.narrowed(rules, levels)
    seen = narrowed(verdicts, rules, levels)
    report = report_of(seen, locate)
    _write([(path, written(to, report, comparison, RULES)) for path, to in forms])
    typer.echo(written(form or "table", report, comparison, RULES, sys.stdout.isatty()), nl=False)
    if comparison:
        answers = {"no worse": Exit.YES, "worse": Exit.NO, "cannot tell": Exit.CANNOT_TELL}
        raise typer.Exit(answers[comparison.answer])
    codes = {"ready": Exit.YES, "refused": Exit.NO, "cannot tell": Exit.CANNOT_TELL}
    raise typer.Exit(codes[overall(verdicts)])


def _judged(
    stacks: Sequence[str],
    cwd: Path | None,
    state: Path | None,
    events: Path | None,
    policy_config: Path | None,
    now: datetime,
) -> "tuple[list[StackVerdict], Locate]":
    from components.stack_file import ROOT
    from policies.configuration import WrongConfiguration, read_settings
    from scripts.checking.judgement import (
        Unheard,
        Unjudgeable,
        hear_events,
        judge_stacks,
        judge_state,
    )

    root = cwd or ROOT
    try:
        settings = read_settings(policy_config) if policy_config else {}
        if state:
            return judge_state(state, now, root, settings)
        if events:
            return hear_events(events, root)
        importlib.import_module("components.azure")
        return judge_stacks(stacks, now, root, settings)
    except (Unjudgeable, WrongConfiguration) as error:
        raise leave(Exit.WRONG_USE, error) from None
    except Unheard as error:
        raise leave(Exit.CANNOT_TELL, error) from None


def _compared(against: Path, stacks: Sequence[str], head: "Report") -> "Comparison":
    from policies.comparison import compared
    from policies.report import Report
    from scripts.checking.base import NoBase, Unjudged, base_report

    try:
        base = base_report(against, stacks)
        if stacks:
            kept = tuple(each for each in base.stacks if each.stack in stacks)
            base = base.model_copy(update={"stacks": kept})
        return compared(base, head)
    except NoBase as error:
        raise leave(Exit.WRONG_USE, error) from None
    except Unjudged as error:
        typer.echo(f"{error}\nSo every finding counts as new.", err=True)
        return compared(Report(verdict="cannot tell", stacks=()), head)


def _write(texts: Sequence[tuple[Path, str]]) -> None:
    for path, text in texts:
        try:
            write(path, text)
        except OSError as error:
            said = f"{path} cannot be written: {error.strerror}"
            raise leave(Exit.WRONG_USE, said) from None


def _about_rules(explain: str | None, form: Form | None) -> str:
    from policies.registry import RULES
    from policies.reports.explanation import explained, rule_book, rule_list, rule_table

    if explain:
        return explained(RULES[explain]) + "\n"
    if form == "markdown":
        return rule_book(RULES.values())
    if form == "json":
        return json.dumps(rule_list(RULES.values()), indent=2) + "\n"
    return rule_table(RULES.values()) + "\n"


def _meant(word: str) -> str:
    if word in offered.stacks():
        return f"plumb check --stack {word}"
    return f"plumb check --explain {word}" if word in offered.rules() else "plumb check --help"
