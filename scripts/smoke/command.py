"""`plumb smoke`: does all that is deployed answer, and as it was declared?"""

from typing import Annotated

import typer

from scripts import options
from scripts.exit import Exit, leave

DEADLINE_S = 900.0
TRACE_WITHIN_S = 600.0


def smoke_command(
    stack: options.Stack,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="A deployment, or 'route NAME'; may be repeated. Else all."
        ),
    ] = None,
    trace: Annotated[
        bool, typer.Option("--trace/--no-trace", help="Whether traces must arrive in the logs.")
    ] = True,
    trace_within_s: Annotated[
        float,
        typer.Option(
            "--trace-within",
            metavar="S",
            callback=options.seconds,
            help="Seconds that they may take.",
        ),
    ] = TRACE_WITHIN_S,
    spillover: Annotated[
        bool,
        typer.Option("--spillover", help="Fill what is provisioned until it spills over, too."),
    ] = False,
    outside: Annotated[
        bool,
        typer.Option("--outside", help="You are outside: what is private must refuse you."),
    ] = False,
    deadline_s: options.Deadline = DEADLINE_S,
    as_json: options.AsJson = False,
) -> None:
    """Ask every deployment and route of a stack a few questions: is each as it was declared?

    Signs in as you are (DefaultAzureCredential). Checked are: network, keys refused, answers,
    streams, JSON, vectors, model version, latency, style, content filter, flags, traces. What was
    asked and answered is kept in .plumb/runs/<id>/.

    Exit code: 0 all is as declared, 1 something is not, 2 wrong use, 3 cannot tell (not deployed,
    throttled, cut off, no trace in time), 4 not reached or not allowed.

    \b
    Examples:
      plumb smoke --stack dev
      plumb smoke --stack prod --json | jq -r '.findings[] | select(.level != "ok") | .text'
      plumb smoke --stack dev --only chat-v3 --no-trace
      plumb smoke --stack prod --outside      # from a runner that must not get in
    """
    # Here, not above: `plumb --help` must not wait for openai.
    import sys
    import uuid
    from datetime import UTC, datetime

    from rich.console import Console

    from components.stack_file import ROOT
    from scripts.evaluate.prompt import WrongPrompt
    from scripts.opened import open_stack
    from scripts.readiness.run_folder import RUNS
    from scripts.smoke import folder as folders
    from scripts.smoke import planning, recompute, table
    from scripts.smoke.azure import Azure
    from scripts.smoke.facts import AnyFact, Call
    from scripts.smoke.page import page
    from scripts.smoke.probe import WrongProbes
    from scripts.smoke.run import Stop, carry_out, pulled_from_outside
    from scripts.style import WrongStyle
    from scripts.subscription.arm import signed_in

    opened = open_stack(stack)
    now = datetime.now(UTC)
    run_id = f"{now:%Y%m%d-%H%M%S}-smoke-{uuid.uuid4().hex[:4]}"
    try:
        plan = planning.plan(
            opened,
            ROOT,
            run_id,
            now,
            only=only or (),
            traces=trace,
            spillover=spillover,
            outside=outside,
        )
    except (planning.Unknown, WrongPrompt, WrongStyle, WrongProbes) as error:
        raise leave(Exit.WRONG_USE, error) from None
    folder = ROOT / RUNS / run_id
    stop = Stop(until=Stop.clock() + deadline_s)
    asked = 0
    with (
        folders.Writing(folder, plan) as file,
        Console(stderr=True).status("asking …") as status,
        pulled_from_outside(stop),
    ):

        def tell(fact: AnyFact) -> None:
            nonlocal asked
            file.add(fact)
            asked += isinstance(fact, Call)
            status.update(f"{asked} questions asked …")

        carry_out(plan, Azure(plan, signed_in(plan.subscription), trace_within_s), stop, tell)
    found = recompute.again(folder)
    (folder / "report.html").write_text(page(found), encoding="utf-8")
    kept = str(folder.relative_to(ROOT))
    if as_json:
        import json

        typer.echo(json.dumps(found.as_json() | {"folder": kept}, indent=2))
    else:
        width = None if sys.stdout.isatty() else table.WIDTH
        table.show(found, Console(width=width, highlight=False), kept)
    raise typer.Exit(found.code)
