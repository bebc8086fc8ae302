"""`plumb capacity plan`: what the routes need, until when that is enough, and what to buy."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from scripts import options
from scripts.exit import Exit, gravest, leave

if TYPE_CHECKING:
    from datetime import datetime

    from scripts.capacity.callers import Callers

MEAN_SHARE: Final = 0.3
"""Of the peak minute, where nobody knows better."""

MOST = 1e9
"""Of calls or tokens, by mistake: more of either nobody has, and no number overflows below."""

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"max_content_width": 100},
    help="""Plan the capacity of a stack's routes.

    \b
    Examples:
      plumb capacity plan --stack prod
      plumb capacity plan --stack prod --route chat --rpm 120 --prompt 900 --max-output 500
    """,
)


@app.callback()
def capacity() -> None:
    """Keeps `plan` a word of its own."""


@app.command("plan", short_help="What routes need, until when that is enough, what to buy.")
def plan_command(
    stack: options.Stack,
    route: Annotated[
        str | None, typer.Option(metavar="ROUTE", help="This one alone; else each with a demand.")
    ] = None,
    rpm: Annotated[
        float | None,
        typer.Option(metavar="N", min=0.001, max=MOST, help="Calls in the peak minute."),
    ] = None,
    prompt: Annotated[
        float | None,
        typer.Option(metavar="TOKENS", min=1, max=MOST, help="Prompt tokens, a call."),
    ] = None,
    max_output: Annotated[
        float | None,
        typer.Option(
            metavar="TOKENS",
            min=0,
            max=MOST,
            help="max_completion_tokens that callers send: admission counts it.",
        ),
    ] = None,
    output: Annotated[
        float | None,
        typer.Option(
            metavar="TOKENS",
            min=0,
            max=MOST,
            help="Output tokens that answers really hold, a call.",
        ),
    ] = None,
    cache: Annotated[
        float | None,
        typer.Option(metavar="SHARE", min=0, max=1, help="Share of the prompt read from cache."),
    ] = None,
    from_load: Annotated[
        Path | None,
        typer.Option(metavar="RUN", help="A load run's folder, for demand and for capacity."),
    ] = None,
    from_metrics: Annotated[
        bool,
        typer.Option("--from-metrics", help="Callers as Azure counted them in the last 7 days."),
    ] = False,
    headroom: Annotated[
        float | None,
        typer.Option(
            metavar="N", min=1, max=100, help="Times the peak; else what the gate asks for."
        ),
    ] = None,
    growth: Annotated[
        float,
        typer.Option(metavar="SHARE", min=0, max=100, help="More callers each month, a share."),
    ] = 0.1,
    months: Annotated[int, typer.Option(metavar="N", min=1, max=60, help="How far ahead.")] = 12,
    mean_share: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE",
            min=0,
            max=1,
            help="The mean minute of a month, beside the peak; else 0.3, or by --from-metrics.",
        ),
    ] = None,
    lead_days: Annotated[
        int,
        typer.Option(
            metavar="DAYS", min=0, max=3650, help="Between asking for quota and having it."
        ),
    ] = 30,
    quota: Annotated[
        float | None,
        typer.Option(
            metavar="UNITS",
            min=0,
            max=MOST,
            help="Units of capacity, in place of what Azure says is left.",
        ),
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask nobody: rates and steps of the dated tables.")
    ] = False,
    page: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="The plan as a page.")
    ] = None,
    plan_url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="With --record: where the reviewed plan is kept."),
    ] = None,
    reviewed_by: Annotated[
        str | None, typer.Option(metavar="NAME", help="With --plan-url: who reviewed it.")
    ] = None,
    record: options.Record = False,
    as_json: options.AsJson = False,
    dry_run: options.DryRun = False,
    deadline: options.Deadline = 60.0,
) -> None:
    """Say what each route needs beside what is declared, and until when the quota is enough.

    Three sources are held beside each other: the formula, Azure's calculator, load runs of ours.
    Planned is with the largest. With --record the demand becomes evidence for the gate.

    Exit code: 0 enough for as long as is planned for, 1 not enough, 2 wrong use, 3 cannot tell (no
    demand, no quota), 4 not reached or not allowed.

    \b
    Examples:
      plumb capacity plan --stack prod
      plumb capacity plan --stack prod --route chat --rpm 120 --prompt 900 --max-output 500 --record
      plumb capacity plan --stack staging --from-load .plumb/runs/20261121-load --html plan.html
    """
    # Here, not above: `plumb --help` must not wait for any of it.
    from components import settings
    from components.evidence_file import UnreadableEvidence
    from components.stack_file import ROOT
    from policies import clock
    from policies.limits.performance import HEADROOM
    from scripts.capacity import demand, evidence, knowing, printed
    from scripts.capacity.demand import Told
    from scripts.capacity.draft import Assumed, draft
    from scripts.capacity.load_run import NoLoadRun
    from scripts.capacity.page import page as drawn
    from scripts.capacity.peak import NoDemand
    from scripts.capacity.size import NotSized

    try:
        declared = settings.read(stack)
    except settings.WrongStackFile as error:
        raise leave(Exit.WRONG_USE, error) from None
    if route is not None and route not in declared.routes:
        there = ", ".join(sorted(declared.routes)) or "a route in the stack file"
        raise leave(Exit.WRONG_USE, f"{stack} has no route {route}. Fix: --route {there}")
    if deadline <= 0:
        raise leave(Exit.WRONG_USE, f"--deadline {deadline:g}. Fix: seconds, above 0")
    if (plan_url is None) != (reviewed_by is None) or (plan_url and not record):
        raise leave(Exit.WRONG_USE, "Fix: --record, --plan-url and --reviewed-by together")
    said = Told(
        requests=rpm,
        prompt_tokens=prompt,
        declared_output=max_output,
        observed_output=output,
        cache_share=cache,
    )
    restated = said.anything or from_metrics or from_load is not None
    if record and not (restated or plan_url):
        raise leave(
            Exit.WRONG_USE,
            "nothing to record: nobody said anything new. Fix: --rpm and its like, --from-load, or "
            "--plan-url",
        )
    if route is None and restated:
        if len(declared.routes) != 1:
            there = ", ".join(sorted(declared.routes))
            raise leave(Exit.WRONG_USE, f"a demand is a route's. Fix: --route, one of {there}")
        (route,) = declared.routes
    now = clock.now()
    if from_metrics and route:
        if offline or from_load:
            raise leave(Exit.WRONG_USE, "--from-metrics asks Azure. Fix: that, or the other")
        seen = _callers(stack, declared.target(declared.routes[route].stable), now, deadline)
        said = said.over(seen)
        mean_share = seen.mean_share if mean_share is None else mean_share
    assumed = Assumed(
        headroom=headroom or HEADROOM.default(declared.profile_of(stack)),
        growth=growth,
        months=months,
        mean_share=MEAN_SHARE if mean_share is None else mean_share,
        lead_days=lead_days,
        today=now.date(),
        quota=quota,
    )
    try:
        recorded = demand.recorded(ROOT / declared.readiness.evidence)
        routes = [route] if route else sorted(recorded.keys() & declared.routes.keys())
        if not routes:
            raise NoDemand(
                f"nobody said what the routes of {stack} must carry. Fix: --route ROUTE --rpm N "
                "--prompt TOKENS --max-output TOKENS"
            )
        peaks = {each: demand.peak(said, from_load, recorded, each) for each in routes}
        if not offline:
            typer.echo(f"asking Azure about {', '.join(routes)} of {stack} ...", err=True)
        known = knowing.known(stack, declared, ROOT, now, deadline, offline=offline)
        plans = [draft(known, each, peaks[each], assumed, measured=from_load) for each in routes]
    except (UnreadableEvidence, NoLoadRun) as error:
        raise leave(Exit.WRONG_USE, error) from None
    except (NoDemand, NotSized) as error:
        raise leave(Exit.CANNOT_TELL, error) from None
    except KeyboardInterrupt:
        raise leave(Exit.CANNOT_TELL, "cut off: nothing was planned. Fix: run it again") from None
    silent = [] if route else sorted(declared.routes.keys() - recorded.keys())
    code = gravest([*(plan.code for plan in plans), *(Exit.CANNOT_TELL for _ in silent)])
    if page:
        try:
            page.write_text(drawn(stack, plans, assumed, code, now), encoding="utf-8")
        except OSError as error:
            raise leave(Exit.WRONG_USE, f"--html {page}: {error.strerror}") from None
    if as_json:
        typer.echo(printed.as_json(stack, plans, assumed, silent, code))
    else:
        printed.show(stack, plans, assumed, silent)
    if record:
        new = plans if restated else []  # what stands in the evidence grows no younger by it
        inputs = evidence.inputs(stack, new, assumed, now, plan_url, reviewed_by)
        evidence.record(inputs, ROOT, now, dry_run=dry_run)
    raise typer.Exit(code)


def _callers(stack: str, target: tuple[str, str], now: "datetime", deadline_s: float) -> "Callers":
    """Of a route's stable deployment, or the exit that their absence calls for."""
    from scripts.capacity import callers
    from scripts.opened import open_stack
    from scripts.subscription import arm
    from scripts.subscription.facts import Unknown
    from scripts.subscription.patience import Patience

    key, deployment = target
    account = open_stack(stack).outputs.accounts.get(key)
    if account is None or not account.id:
        raise leave(Exit.CANNOT_TELL, f"the outputs tell no id of {key}. Fix: pulumi up")
    try:
        azure = arm.from_environment()
    except arm.NoSubscription as error:
        raise leave(Exit.WRONG_USE, error) from None
    found = callers.ask(azure, Patience.of(deadline_s), account.id, deployment, now)
    if isinstance(found, Unknown):
        raise leave(found.code, found)
    if found is None:
        raise leave(
            Exit.CANNOT_TELL,
            f"nobody was answered by {key}/{deployment} in {callers.DAYS} days. Fix: --rpm and its "
            "like",
        )
    return found
