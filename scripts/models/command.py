"""`plumb models`: what can be deployed, for how long still, and the table that says so offline."""

import contextlib
import json
from typing import TYPE_CHECKING, Annotated

import typer

from scripts import offered, options, short_lived
from scripts.exit import Exit, gravest, leave

if TYPE_CHECKING:
    from scripts.subscription.facts import ModelKey

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"max_content_width": 100},
    help="""Models: what can be deployed where, until when, at what price, and for how long still.

    \b
    Examples:
      plumb models list --region swedencentral --model gpt-5
      plumb models check                         # do the stacks' models outlive 90 days?
      plumb models refresh --dry-run             # what has moved since models.yaml was written
    """,
)

Regions = Annotated[
    list[str] | None,
    typer.Option("--region", metavar="REGION", help="There; more than one if repeated."),
]
Offline = Annotated[bool, typer.Option("--offline", help="Ask nobody: by the dated table.")]


@app.command("list")
def list_command(
    region: Regions = None,
    stack: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STACK",
            autocompletion=offered.stacks,
            help="In this stack's regions; default: every stack's.",
        ),
    ] = None,
    model: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Only models with this in their name.")
    ] = None,
    sku: Annotated[str | None, typer.Option(metavar="SKU", help="Only so.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what Azure no longer sells to newcomers.")
    ] = False,
    offline: Offline = False,
    deadline_s: options.Deadline = 60,
    as_json: options.AsJson = False,
) -> None:
    """What this subscription may deploy where, until when, and at what price.

    Exit code: 0 told, 2 wrong use, 3 no answer from a region, 4 not reached or not allowed.

    \b
    Examples:
      plumb models list --region swedencentral --region francecentral --model gpt-5
      plumb models list --sku DataZoneStandard --json | jq '.offers[] | select(.days < 180)'
      plumb models list --offline
    """
    short_lived.in_a_process_of_its_own()
    # Here, not above: `plumb --help` must not wait for Azure's clients.
    from components import catalog
    from components.prices import price_list
    from policies import clock
    from scripts.models import listing, regional
    from scripts.subscription.asking import unless_cut_off
    from scripts.subscription.connected import connect
    from scripts.subscription.patience import Patience

    regions = region or sorted({each for name in _stacks(stack) for each in _locations(name)})
    unknown_regions = set(regions) - catalog.regions("global")
    if unknown_regions:
        there = ", ".join(sorted(catalog.regions("global")))
        raise leave(Exit.WRONG_USE, f"no region {', '.join(unknown_regions)}. Fix: one of {there}")
    patience, now, prices = Patience.of(deadline_s), clock.now(), price_list()
    with unless_cut_off():
        subscription, asked = connect(patience, offline=offline)
        looked = regional.look(regions, asked, patience, prices, now)
    found = {
        each: here.only(name=model or "", sku=sku, everything=everything)
        for each, here in looked.items()
    }
    if as_json:
        source = f"tables of {catalog.as_of()}" if offline else f"subscription {subscription}"
        typer.echo(json.dumps(listing.as_json(found, now, prices.currency, source), indent=2))
    else:
        typer.echo("\n".join(listing.lines(found, prices.currency)))
    raise typer.Exit(regional.code(found.values(), offline=offline))


@app.command("check")
def check_command(
    stack: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STACK",
            autocompletion=offered.stacks,
            help="Only this one; more if repeated. Default: every stack there is.",
        ),
    ] = None,
    offline: Offline = False,
    deadline_s: options.Deadline = 60,
    as_json: options.AsJson = False,
) -> None:
    """Whether the models that the stacks declare are offered, and for how long still.

    Warns 90 days before a model retires, fails 30 days before, and names what Azure puts in its
    place. Run it every week.

    Exit code: 0 all live on, 1 one is absent, retired or about to be, 2 wrong use or stack file,
    3 cannot tell, 4 not reached or not allowed.

    \b
    Examples:
      plumb models check
      plumb models check --stack prod --json
      plumb models check --offline          # by the dated table, without credentials
    """
    short_lived.in_a_process_of_its_own()
    from components import catalog
    from policies import clock
    from scripts.models import checking
    from scripts.subscription.asking import unless_cut_off
    from scripts.subscription.connected import connect
    from scripts.subscription.patience import Patience

    patience = Patience.of(deadline_s)
    wanted = [checking.wanted(each) for each in _stacks(stack)]
    as_of = catalog.as_of() if offline else None
    with unless_cut_off():
        subscription, asked = connect(patience, offline=offline)
        reports = [
            checking.check(each, asked, patience, clock.now(), subscription, as_of)
            for each in wanted
        ]
    if as_json:
        typer.echo(json.dumps(checking.as_json(reports), indent=2))
    else:
        typer.echo("\n".join(checking.lines(reports)))
    raise typer.Exit(checking.code(reports))


@app.command("refresh")
def refresh_command(
    region: Regions = None,
    add: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME/VERSION", help="Take in a model that the file does not have."),
    ] = None,
    deadline_s: options.Deadline = 120,
    dry_run: options.DryRun = False,
    as_json: options.AsJson = False,
) -> None:
    """Renew components/models.yaml from what Azure's regions answer, and show what moved.

    Regions, SKUs, dates, lifecycle, replacements, rates and odd quota names are renewed; what
    Azure does not tell stays, and is named. Comments stay. Review the change like any other: the
    gate and `preflight --offline` judge by it. If a region does not answer, nothing is written.

    Exit code: 0 renewed (or told, with --dry-run), 2 wrong use, 3 a region did not answer,
    4 not reached or not allowed.

    \b
    Examples:
      plumb models refresh --dry-run
      plumb models refresh && git diff components/models.yaml
      plumb models refresh --add gpt-5.6-sol/2026-07-09
    """
    short_lived.in_a_process_of_its_own()
    from components import catalog
    from components.stack_file import ROOT
    from policies import clock
    from scripts.models import refreshing
    from scripts.subscription.asking import unless_cut_off
    from scripts.subscription.connected import sign_in
    from scripts.subscription.live import Live
    from scripts.subscription.patience import Patience

    file = catalog.FILE
    name = str(file.relative_to(ROOT))
    patience = Patience.of(deadline_s)
    regions = region or sorted(catalog.regions("global"))
    with unless_cut_off():
        asked = Live(sign_in(), patience)
        typer.echo(f"asking {len(regions)} regions for their models ...", err=True)
        found = refreshing.refresh(
            file.read_text(encoding="utf-8"),
            asked,
            patience,
            regions,
            now=clock.now(),
            added=add or (),
            deployed=_deployed(),
        )
    strangers = set(add or ()) - {each.model for each in found.renewal.changes}
    if strangers:
        raise leave(Exit.WRONG_USE, f"no region offers {', '.join(sorted(strangers))} to take in")
    writes = not dry_run and not found.unknown
    if writes:
        refreshing.write(file, found)
    if as_json:
        typer.echo(json.dumps(refreshing.as_json(found, name, writes), indent=2))
    else:
        typer.echo("\n".join(refreshing.lines(found, name)))
        done = f"{name} is renewed" if writes else "nothing is written"
        typer.echo(f"\n{done}")
    raise typer.Exit(gravest(each.code for each in found.unknown.values()))


def _stacks(named: list[str] | None) -> list[str]:
    from components import stack_file

    return named or list(stack_file.stacks(stack_file.ROOT))


def _locations(stack: str) -> list[str]:
    from scripts.models import checking

    return list(checking.wanted(stack).locations)


def _deployed() -> "dict[str, list[ModelKey]]":
    """What each stack declares; a stack file that is wrong may just wait for a newer table."""
    from components import settings
    from scripts.preflight.wanted import wanted

    found = {}
    for stack in _stacks(None):
        with contextlib.suppress(settings.WrongStackFile):
            found[stack] = list(wanted(stack, settings.read(stack)).models)
    return found
