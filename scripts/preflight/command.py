"""`plumb preflight`: what Azure would refuse of a stack, before `up` asks it."""

import json
from typing import Annotated

import typer

from scripts import options, short_lived
from scripts.exit import Exit, leave


def preflight_command(
    stack: options.Stack,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask nobody: judge by the dated tables alone.")
    ] = False,
    deadline_s: options.Deadline = 60,
    as_json: options.AsJson = False,
) -> None:
    """Ask Azure for everything that `pulumi up` could be refused for, and say it all at once.

    Quota and room, SKU steps, models by region and how long they live, spillover, names that are
    taken or soft-deleted, your rights, private DNS, and Azure's calculator against our table.
    Nothing is written. A question that is not answered leaves its own check unknown.

    Exit code: 0 nothing stands in the way, 1 Azure would refuse something, 2 wrong use or stack
    file, 3 cannot tell, 4 not reached or not allowed.

    \b
    Examples:
      plumb preflight --stack prod
      plumb preflight --stack prod --json | jq '.findings[] | select(.level == "fail")'
      plumb preflight --stack prod --offline     # in a pull request, without credentials
    """
    short_lived.in_a_process_of_its_own()
    # Here, not above: `plumb --help` must not wait for Azure's clients.
    import time

    from components import catalog, settings
    from components.stack_file import Place, open_stack_file
    from policies import clock
    from scripts.preflight.looking import look
    from scripts.preflight.report import judge
    from scripts.preflight.table import lines
    from scripts.preflight.wanted import wanted as flat
    from scripts.subscription.asking import unless_cut_off
    from scripts.subscription.connected import connect
    from scripts.subscription.patience import Patience

    if deadline_s <= 0:
        raise leave(Exit.WRONG_USE, f"--deadline {deadline_s:g}. Fix: seconds, above 0")
    try:
        wanted = flat(stack, settings.read(stack))
        file = open_stack_file(stack)
    except settings.WrongStackFile as error:
        raise leave(Exit.WRONG_USE, error) from None
    began = time.monotonic()
    patience = Patience.of(deadline_s)
    with unless_cut_off():
        subscription, asked = connect(patience, offline=offline)
        if not offline:
            typer.echo(f"asking subscription {subscription} about {stack} ...", err=True)
        seen = look(wanted, asked, patience, at=clock.now(), subscription=subscription)
    report = judge(
        wanted,
        seen,
        seconds=time.monotonic() - began,
        as_of=catalog.as_of() if offline else None,
    )

    def line(place: Place) -> int:
        return file.position(place).line

    if as_json:
        typer.echo(json.dumps(report.as_json(line), indent=2))
    else:
        typer.echo("\n".join(lines(report, f"Pulumi.{stack}.yaml", line)))
    raise typer.Exit(report.code)
