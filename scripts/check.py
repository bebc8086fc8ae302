"""`plumb check`: what the gate will say of a stack, before anybody runs pulumi."""

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from scripts import offered
from scripts.exit import Exit, leave

if TYPE_CHECKING:
    from policies.rule import Rule


def check_command(
    stack: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STACK",
            autocompletion=offered.stacks,
            help="A stack to judge; repeat for more. All, if left out.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer for a program.")] = False,
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
    explain: Annotated[
        str | None,
        typer.Option(
            metavar="RULE",
            autocompletion=offered.rules,
            help="Say what a rule wants, and why.",
        ),
    ] = None,
    list_rules: Annotated[bool, typer.Option("--list-rules", help="Name every rule.")] = False,
) -> None:
    """Judge the stacks as the gate will, in seconds, without cloud, login or pulumi.

    Exit code: 0 ready, 1 a mandatory rule says no, 2 wrong use or a wrong stack file, 3 a rule
    could not tell.

    \b
    Examples:
      plumb check
      plumb check --stack prod --level mandatory
      plumb check --explain account-public-network-restricted
      plumb check --json | jq .verdict
    """
    # Here, not above: `plumb --help` must not wait for pulumi.
    from policies.registry import RULES

    unknown = sorted({*(rule or []), *([explain] if explain else [])} - RULES.keys())
    if unknown:
        near = [name for name in RULES if any(each in name for each in unknown)]
        fix = " or ".join([*near, "see plumb check --list-rules"])
        raise leave(Exit.WRONG_USE, f"no rule {', '.join(unknown)}. Fix: {fix}")
    if explain:
        from policies.terminal import explained

        typer.echo(explained(RULES[explain]))
        return
    if list_rules:
        typer.echo(_list_of_rules(list(RULES.values()), as_json))
        return

    from policies.report import as_json as report_of
    from policies.report import narrowed
    from policies.verdict import overall
    from scripts import shortcuts
    from scripts.judgement import Unjudgeable, judge_stacks

    shortcuts.in_a_process_of_its_own()
    try:
        verdicts, locate = judge_stacks(stack or [], datetime.now(UTC))
    except Unjudgeable as error:
        raise leave(Exit.WRONG_USE, error) from None
    shown = narrowed(verdicts, rule or [], [level] if level else [])
    if as_json:
        typer.echo(json.dumps(report_of(shown, locate), indent=2))
    else:
        from policies.terminal import as_table

        typer.echo(as_table(shown, locate, colour=sys.stdout.isatty()), nl=False)
    codes = {"ready": Exit.YES, "refused": Exit.NO, "cannot tell": Exit.CANNOT_TELL}
    raise typer.Exit(codes[overall(verdicts)])


def _list_of_rules(rules: list["Rule"], as_json: bool) -> str:
    from policies.report import listed_rules
    from policies.terminal import rule_table

    return json.dumps(listed_rules(rules), indent=2) if as_json else rule_table(rules)
