"""`plumb sandbox traffic`: callers that nobody has to be."""

import json
import sys
from collections import Counter
from typing import Annotated, Any

import typer

from scripts.checking.span import NoSpan, seconds
from scripts.exit import Exit, leave
from scripts.local.reach import AsJson, Directory, ask, reached
from scripts.local.sandbox import Running

COUNTED = ("statuses", "error_classes", "served_by", "variants")
SUMMED = ("requests", "spilled", "prompt_tokens", "completion_tokens", "alerts")
TROUBLES = ("server", "request", "filtered")

HELP = """Send synthetic requests to a deployment, or to a route as its flag splits its users.

The sandbox's clock is put forward by as long as they take: a quarter of an hour of traffic is
there in a second. Limits, spillover, filters, faults, metrics, logs, costs and alerts are the
real ones; the answers have no text. Beside each request stands the span that a caller would have
written, where there is an Application Insights component to take it.

\b
Errors are shares of the requests: server (500), request (400), filtered (a harmful prompt).

\b
Examples:
  plumb sandbox traffic --deployment ai-dev/chat --rps 5 --for 15m
  plumb sandbox traffic --route chat --rps 2 --for 1h --users 500
  plumb sandbox traffic --deployment ai-dev/chat --rps 20 --for 5m --errors server=0.1
  plumb sandbox traffic --deployment ai-dev/chat --rps 50 --for 10m --dry-run
"""


def traffic(
    deployment: Annotated[
        str | None, typer.Option(metavar="ACCOUNT/NAME", help="Who is asked.")
    ] = None,
    route: Annotated[
        str | None, typer.Option(metavar="NAME", help="Or: as this route's flag says.")
    ] = None,
    label: Annotated[
        str | None, typer.Option(metavar="LABEL", help="Of the flag, if several have its name.")
    ] = None,
    rps: Annotated[
        float, typer.Option("--rps", metavar="N", min=0.001, max=500, help="Requests a second.")
    ] = 1,
    lasts: Annotated[
        str, typer.Option("--for", metavar="SPAN", help="On the sandbox's clock, up to 24h.")
    ] = "5m",
    prompt: Annotated[
        int, typer.Option(metavar="N", min=1, help="Tokens asked, a fifth more or less.")
    ] = 400,
    completion: Annotated[
        int, typer.Option(metavar="N", min=0, help="Tokens answered, likewise.")
    ] = 100,
    users: Annotated[
        int, typer.Option(metavar="N", min=1, help="Of how many users they are.")
    ] = 200,
    errors: Annotated[
        str | None,
        typer.Option(metavar="KIND=SHARE,...", help=f"What goes wrong: {', '.join(TROUBLES)}."),
    ] = None,
    constant: Annotated[
        bool, typer.Option("--constant", help="Evenly spaced; else as chance has it.")
    ] = False,
    spans: Annotated[
        bool, typer.Option("--spans/--no-spans", help="Whether callers' telemetry is written.")
    ] = True,
    seed: Annotated[int, typer.Option(metavar="N", help="Another seed, another chance.")] = 0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it comes to.")] = False,
    folder: Directory = None,
    as_json: AsJson = False,
) -> None:
    wanted = {
        "deployment": deployment,
        "route": route,
        "label": label,
        "rps": rps,
        "minutes": _minutes(lasts),
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "users": users,
        "errors": _errors(errors),
        "arrivals": "constant" if constant else "poisson",
        "spans": spans,
        "seed": seed,
        "dry_run": dry_run,
    }
    found = reached(folder)
    told = {name: value for name, value in wanted.items() if value is not None}
    if dry_run:
        planned = ask(found, "POST", "/traffic", told)
        typer.echo(json.dumps(planned) if as_json else _planned(planned, lasts))
        return
    whole, partial = _driven(found, told)
    whole["partial"] = partial
    typer.echo(json.dumps(whole) if as_json else "\n".join(in_words(whole)))
    if partial:
        raise leave(Exit.CANNOT_TELL, "stopped before the end")


def _driven(found: Running, wanted: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """Call after call until nothing is left; what they came to, and whether it was cut short."""
    whole: dict[str, Any] = {name: Counter() for name in COUNTED} | dict.fromkeys(SUMMED, 0)
    left, partial = wanted["minutes"], False
    shown = sys.stderr.isatty()
    try:
        while left > 0:
            part = ask(found, "POST", "/traffic", {**wanted, "minutes": left})
            for name in COUNTED:
                whole[name].update(part[name])
            for name in SUMMED:
                whole[name] += part[name]
            whole.setdefault("from", part["from"])
            whole["until"], left = part["until"], part["left_minutes"]
            if shown:
                done = 100 * (1 - left / wanted["minutes"])
                typer.echo(f"\r{done:3.0f} %, {whole['requests']:,} requests", err=True, nl=False)
    except KeyboardInterrupt:
        partial = True
    if shown:
        typer.echo(err=True)
    return {name: _plain(value) for name, value in whole.items()}, partial


def _plain(value: Any) -> Any:
    return dict(sorted(value.items())) if isinstance(value, Counter) else value


def _planned(planned: dict[str, Any], lasts: str) -> str:
    return (
        f"{planned['requests']:,} requests in {lasts}: {planned['requests_per_minute']:,g} and "
        f"{planned['tokens_per_minute']:,} tokens a minute. Nothing was sent."
    )


def in_words(whole: dict[str, Any]) -> list[str]:
    """What came of it: how many, by whom, and what went wrong."""
    if not whole["requests"]:
        return ["0 requests"]
    clock = f", the clock is at {whole['until'][:19].replace('T', ' ')} UTC"
    lines = [f"{whole['requests']:,} requests{clock}"]
    for name, count in whole["served_by"].items():
        lines.append(f"{count:>9,} answered by {name}")
    if whole["spilled"]:
        lines.append(f"{whole['spilled']:>9,} of them spilled over")
    for name, count in whole["error_classes"].items():
        lines.append(f"{count:>9,} {name.replace('_', ', ')}")
    for name, count in whole["variants"].items():
        lines.append(f"{count / whole['requests']:>9.1%} were given {name}")
    if whole["alerts"]:
        lines.append(f"{whole['alerts']:>9,} {'alert' if whole['alerts'] == 1 else 'alerts'} fired")
    return lines


def _minutes(lasts: str) -> float:
    try:
        return seconds(lasts) / 60
    except NoSpan as error:
        raise leave(Exit.WRONG_USE, f"--for: {error}") from None


def _errors(text: str | None) -> dict[str, float]:
    """server=0.1,filtered=0.02 as shares."""
    found = {}
    for part in text.split(",") if text else ():
        kind, _, share = part.partition("=")
        try:
            found[kind.strip()] = float(share)
        except ValueError:
            found = {}
            break
    if text and (not found or not found.keys() <= set(TROUBLES)):
        raise leave(
            Exit.WRONG_USE, f"--errors {text}: fix: {'=0.1 or '.join(TROUBLES)}=0.1, with commas"
        )
    return found
