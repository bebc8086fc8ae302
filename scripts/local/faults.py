"""`plumb sandbox fault`: order what shall go wrong, see what is on, and end it."""

import json
from typing import Annotated, Any

import typer

from scripts.checking.span import NoSpan, seconds
from scripts.exit import Exit, leave
from scripts.local.reach import AsJson, Directory, ask, reached

app = typer.Typer(
    no_args_is_help=True,
    help="""Make the sandbox fail as Azure does, and see what your program does about it.

    \b
    Examples:
      plumb sandbox fault add --target deployment:ai-dev/chat --kind throttle --count 5
      plumb sandbox fault list
      plumb sandbox fault clear
    """,
)

TARGETS = ("arm", "arm:", "account:", "deployment:", "appconfig", "identity")

KINDS = {
    "throttle": "429, with --retry-after and --retry-header",
    "conflict": "409 RequestConflict to writes of ARM",
    "server-error": "500, or --status 503",
    "slow": "the first byte comes after --delay",
    "cut": "a stream ends in the middle, without finish_reason",
    "lost": "the work is done, its answer never arrives",
    "expired-tokens": "401; on identity: tokens that are too old on arrival",
    "quota-cut": "--share of every quota is left; 0 if not said",
    "model-retired": "calls answer that the model is gone; on arm: deploying it is refused",
    "worse-quality": "good answers at most as often as --share; 0.5 if not said",
    "operation-failed": "a write, job or batch is accepted, and then fails",
    "crash": "the process ends as by kill -9; --when before or after the commit",
}
RETRY_HEADERS = ("both", "seconds", "milliseconds", "reset", "none")
METHODS = ("GET", "HEAD", "PUT", "PATCH", "POST", "DELETE")
MOMENTS = ("before", "after")
DIMENSIONS = ("accuracy", "groundedness", "style", "format", "refusal")
STATUSES = (500, 503)

ADD_HELP = f"""Order one fault. The first that matches a request is followed.

Targets: arm, arm:<type or id>, account:<subdomain>, deployment:<account>/<name>, appconfig,
identity. What is in <> may hold * and ?.

\b
Kinds:
{chr(10).join(f"  {kind:17} {does}" for kind, does in KINDS.items())}

\b
Examples:
  plumb sandbox fault add --target deployment:ai-dev/chat --kind throttle \\
      --retry-after 300ms --count 20
  plumb sandbox fault add --target account:ai-dev --kind slow --delay 8s --for 15m
  plumb sandbox fault add --target arm:accounts/deployments --kind conflict --rate 0.3
  plumb sandbox fault add --target deployment:ai-dev/chat --kind worse-quality \\
      --dimension groundedness --share 0.6
  plumb sandbox fault add --target arm --kind crash --after 2    # at the third write
"""


def _option(name: str, help: str, metavar: str, choices: tuple[str, ...] = ()) -> Any:
    return typer.Option(
        name,
        metavar=metavar,
        help=help,
        autocompletion=(lambda: list(choices)) if choices else None,
    )


@app.command(help=ADD_HELP)
def add(
    target: Annotated[str, _option("--target", "Whom it befalls.", "TARGET", TARGETS)],
    kind: Annotated[str, _option("--kind", "What goes wrong.", "KIND", tuple(KINDS))],
    count: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="How often; default always, crash once.")
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option(metavar="P", help="Of the requests, 0 to 1; the same ones each time."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(metavar="N", help="Another seed, other requests.")
    ] = None,
    lasts: Annotated[
        str | None, _option("--for", "How long on the sandbox clock, e.g. 15m.", "SPAN")
    ] = None,
    after: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="How many pass unharmed first.")
    ] = None,
    method: Annotated[
        str | None, _option("--method", "Only these requests.", "|".join(METHODS), METHODS)
    ] = None,
    delay: Annotated[
        str | None, _option("--delay", "slow: until the first byte; default 5s.", "SPAN")
    ] = None,
    retry_after: Annotated[
        str | None, _option("--retry-after", "throttle: how long to wait; default 1s.", "SPAN")
    ] = None,
    retry_header: Annotated[
        str | None,
        _option("--retry-header", "How that is said.", "|".join(RETRY_HEADERS), RETRY_HEADERS),
    ] = None,
    status: Annotated[
        int | None, typer.Option(metavar="500|503", help="server-error: which one.")
    ] = None,
    share: Annotated[
        float | None, typer.Option(metavar="P", help="quota-cut, worse-quality: what is left.")
    ] = None,
    dimension: Annotated[
        list[str] | None,
        _option(
            "--dimension",
            "worse-quality: of what; more than one if repeated.",
            "|".join(DIMENSIONS),
            DIMENSIONS,
        ),
    ] = None,
    when: Annotated[
        str | None, _option("--when", "crash: beside the commit.", "before|after", MOMENTS)
    ] = None,
    folder: Directory = None,
    as_json: AsJson = False,
) -> None:
    for given, choices in (
        (kind, tuple(KINDS)),
        (method and method.upper(), METHODS),
        (retry_header, RETRY_HEADERS),
        (when, MOMENTS),
        (status, STATUSES),
        *((each, DIMENSIONS) for each in dimension or ()),
    ):
        if given is not None and given not in choices:
            offered = ", ".join(map(str, choices))
            raise leave(Exit.WRONG_USE, f"{given} is none of these. Fix: {offered}")
    for name, part, least in (("--rate", rate, "above 0"), ("--share", share, "from 0")):
        if part is not None and not (0 < part <= 1 or (part == 0 and name == "--share")):
            raise leave(Exit.WRONG_USE, f"{name} {part:g} is no part of 1. Fix: {least} up to 1")
    order = {
        "target": target,
        "kind": kind,
        "count": count,
        "rate": rate,
        "seed": seed,
        "for_seconds": _seconds("--for", lasts),
        "after": after,
        "method": method and method.upper(),
        "delay": _seconds("--delay", delay),
        "retry_after": _seconds("--retry-after", retry_after),
        "retry_header": retry_header,
        "status": status,
        "share": share,
        "dimensions": dimension or None,
        "when": when,
    }
    told = {name: value for name, value in order.items() if value is not None}
    added = ask(reached(folder), "POST", "/faults", told)
    typer.echo(json.dumps(added) if as_json else in_words(added))


@app.command("list")
def list_faults(folder: Directory = None, as_json: AsJson = False) -> None:
    """What is on, and how much of it is left."""
    faults = ask(reached(folder), "GET", "/faults")["value"]
    if as_json:
        typer.echo(json.dumps({"faults": faults}))
        return
    typer.echo("\n".join(map(in_words, faults)) or "no fault is on")


@app.command()
def clear(
    number: Annotated[
        int | None, typer.Argument(metavar="ID", min=1, help="As `fault list` shows it.")
    ] = None,
    folder: Directory = None,
    as_json: AsJson = False,
) -> None:
    """End one fault, or all if none is named."""
    path = "/faults" if number is None else f"/faults/{number}"
    left = ask(reached(folder), "DELETE", path)["value"]
    if as_json:
        typer.echo(json.dumps({"faults": left}))
    else:
        typer.echo("\n".join(map(in_words, left)) or "no fault is on")


def in_words(fault: dict[str, Any]) -> str:
    """One fault on one line: its number, what it does to whom, and what is left of it."""
    said = [f"{fault['number']:>3}  {fault['kind'] or fault['action']}"]
    said.append(f"on {fault['target'] or fault['path']}")
    if fault["method"]:
        said.append(f"({fault['method'].replace('|', ', ')})")
    left = []
    if fault["after"]:
        left.append(f"after {fault['after']} more")
    if fault["probability"] < 1:
        left.append(f"{fault['probability']:.3g} of the requests")
    if fault["times"] is not None:
        left.append(f"{fault['times']} {'hit' if fault['times'] == 1 else 'hits'} left")
    if fault["until"]:
        left.append(f"until {fault['until'][:19].replace('T', ' ')} UTC")
    tail = ", ".join(left) or "until cleared"
    return f"{' '.join(said)}: {tail}; {fault['hits']} of {fault['met']} hit so far"


def _seconds(option: str, text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return seconds(text)
    except NoSpan as error:
        raise leave(Exit.WRONG_USE, f"{option}: {error}") from None
