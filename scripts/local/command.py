"""`plumb sandbox`: the options and exits of the local Azure's commands."""

import json
import shlex
import sys
from typing import Annotated

import typer

from scripts.exit import Exit, leave
from scripts.local import environment as sandbox_environment
from scripts.local import sandbox
from scripts.local.catalog import app as catalog
from scripts.local.clock import app as clock
from scripts.local.faults import app as faults
from scripts.local.reach import AsJson, Directory, ask, reached
from scripts.local.saving import RESTORE_HELP, SAVE_HELP, restore, save
from scripts.local.traffic import HELP as TRAFFIC
from scripts.local.traffic import traffic

app = typer.Typer(
    no_args_is_help=True,
    help="""A local Azure on this machine: start it, use it, empty it.

    \b
    Examples:
      plumb sandbox up
      eval "$(plumb sandbox env)"                  # this shell now speaks to it
      eval "$(plumb sandbox env --outside)"        # from outside the virtual network
      eval "$(plumb sandbox env --as stranger)"    # as somebody without any role
      eval "$(plumb sandbox env --as product-owner)"   # to approve of a release
      plumb sandbox up --profile azure             # deletions and roles take Azure's time
      plumb sandbox clock advance 48h              # what is due by then happens now
      plumb sandbox fault add --help               # let it fail as Azure does
      plumb sandbox traffic --help                 # callers, for its limits and alerts
      plumb sandbox save before.sandbox            # and back with: restore before.sandbox
    """,
)

PEOPLE = (
    *("operator", "developer", "cora-app", "stranger"),
    *("product-owner", "security-officer", "responsible-ai-lead"),
)
PROFILES = ("fast", "azure")

app.add_typer(faults, name="fault", short_help="Let it fail as Azure does.")
app.add_typer(catalog, name="catalog", short_help="What it offers, and how a test wants it.")
app.add_typer(clock, name="clock", short_help="Its own time: look, let it pass, stop it.")


@app.command()
def up(
    folder: Directory = None,
    profile: Annotated[
        str | None,
        typer.Option(
            metavar="|".join(PROFILES),
            autocompletion=lambda: list(PROFILES),
            help="fast answers at once; azure takes Azure's time. Default: as before.",
        ),
    ] = None,
    arm_port: Annotated[
        int,
        typer.Option(metavar="PORT", min=0, max=65535, help="0: as last time, else any free one."),
    ] = 0,
    identity_port: Annotated[
        int, typer.Option(metavar="PORT", min=0, max=65535, help="Likewise.")
    ] = 0,
    provider_port: Annotated[
        int, typer.Option(metavar="PORT", min=0, max=65535, help="Likewise.")
    ] = 0,
) -> None:
    """Start it, or say that it runs. Its state, keys and ports are those of last time."""
    if profile not in (None, *PROFILES):
        raise leave(Exit.WRONG_USE, f"there is no profile {profile}: {' or '.join(PROFILES)}.")
    where = sandbox.directory(folder)
    found = sandbox.running(where)
    if found:
        if profile:
            ask(found, "POST", "/profile", {"profile": profile})
        typer.echo(f"sandbox: already running at {found.arm} (process {found.pid})", err=True)
        return
    typer.echo(f"sandbox: starting in {where} ...", err=True)
    ports = {"arm": arm_port, "identity": identity_port, "provider": provider_port}
    try:
        sandbox.start(where, profile, {face: port for face, port in ports.items() if port})
    except sandbox.NotStarted as error:
        raise leave(Exit.WRONG_USE, f"the sandbox did not start: {error}") from None
    except OSError as error:
        raise leave(
            Exit.WRONG_USE, f"the sandbox did not start: {error}. Fix: name another --dir."
        ) from None
    found = reached(folder)
    command = "plumb sandbox env"
    if folder is not None:
        command += f" --dir {shlex.quote(str(where))}"
    typer.echo(f'sandbox: running at {found.arm}. Next: eval "$({command})"', err=True)


@app.command()
def down(folder: Directory = None) -> None:
    """Stop it. What was deployed stays; `up` brings it back."""
    where = sandbox.directory(folder)
    found = sandbox.running(where)
    if found is None:
        typer.echo(f"sandbox: not running in {where}", err=True)
        return
    killed = sandbox.stop(found)
    typer.echo(
        "sandbox: killed; it did not stop by itself" if killed else "sandbox: down", err=True
    )


@app.command()
def status(folder: Directory = None, as_json: AsJson = False) -> None:
    """Whether it runs, and what it holds. Exit 4 if it does not run."""
    found = reached(folder)
    health = ask(found, "GET", "/health")
    if as_json:
        typer.echo(json.dumps({"arm": found.arm, "pid": found.pid, **health}))
        return
    typer.echo(f"running at {found.arm} (process {found.pid}), profile {health['profile']}")
    typer.echo(f"clock {health['now'][:19].replace('T', ' ')} UTC")
    typer.echo(
        f"{_counted(health['resources'], 'resource')}, {health['deleted']} soft-deleted, "
        f"{_counted(health['operations'], 'operation')} under way"
    )


@app.command(short_help="Print what points this shell's clients at it.")
def env(
    folder: Directory = None,
    outside: Annotated[
        bool, typer.Option("--outside", help="Stand outside the virtual network.")
    ] = False,
    who: Annotated[
        str,
        typer.Option(
            "--as",
            metavar="WHO",
            autocompletion=lambda: list(PEOPLE),
            help=f"Whom to act as: {', '.join(PEOPLE)}.",
        ),
    ] = "operator",
    as_json: AsJson = False,
) -> None:
    """Print what points clients at it, for: eval "$(plumb sandbox env)".

    It holds for this shell only; a new shell is without it.

    \b
    A management client (azure-mgmt-…) needs its address as well:
      base_url=os.environ["PLUMB_ARM_ENDPOINT"]
    """
    found = reached(folder)
    people = found.description["principals"]
    if who not in people:
        raise leave(Exit.WRONG_USE, f"there is no {who!r} here. Fix: --as {' or '.join(people)}.")
    try:
        variables = sandbox_environment.environment(found, who, outside=outside)
    except sandbox.NotReached as error:
        raise leave(Exit.NOT_REACHED, str(error)) from None
    if as_json:
        typer.echo(json.dumps({"set": variables, "unset": list(sandbox_environment.UNSET)}))
        return
    lines = [f"export {name}={_quoted(value)}" for name, value in variables.items()]
    lines += [f"unset {name}" for name in sandbox_environment.UNSET]
    typer.echo("\n".join(lines))


@app.command("open", short_help="Open its page in a browser.")
def open_page(folder: Directory = None) -> None:
    """Open the page that shows what it holds: in a browser if there is one, else print the link.

    The link works once, within two minutes.
    """
    found = reached(folder)
    ticket = ask(found, "POST", "/portal", {})["ticket"]
    link = sandbox.page(found, ticket)
    typer.echo(link)
    if sys.stdout.isatty() and sandbox.browse(found.folder, link):
        typer.echo("sandbox: opening it; should no window appear, use the link", err=True)


@app.command(short_help="Empty it.")
def reset(
    folder: Directory = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
) -> None:
    """Empty it: all that was deployed, soft-deleted too, and what Pulumi remembers of it.

    Keys, ports and people stay.
    """
    found = reached(folder)
    stacks = sandbox.stacks(found.folder)
    counted = ask(found, "POST", "/reset", {"dry_run": True})["forgotten"]
    for type, number in counted.items():
        typer.echo(f"{number:4} {type}")
    for stack in stacks:
        typer.echo(f"     Pulumi's state of {stack}")
    if dry_run:
        return
    if not yes and not typer.confirm("Forget all of this?", err=True):
        raise leave(Exit.NO, "nothing was changed")
    ask(found, "POST", "/reset", {})
    sandbox.forget_stacks(found.folder)
    typer.echo("sandbox: empty. Next: pulumi stack init dev", err=True)


app.command("save", help=SAVE_HELP, short_help="Write all that it holds into a file.")(save)
app.command("restore", help=RESTORE_HELP, short_help="Put a saved state in its place.")(restore)
app.command("traffic", help=TRAFFIC, short_help="Send synthetic requests.")(traffic)


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def _quoted(value: str) -> str:
    """In single quotes always, so that a shell takes every character as it is."""
    return shlex.quote(value) if "'" in value else f"'{value}'"
