"""`plumb sandbox catalog`: what it offers, and how a test wants that to be."""

import json
from typing import Annotated, Any

import typer

from scripts.exit import Exit, leave
from scripts.local.reach import AsJson, Directory, ask, reached

app = typer.Typer(
    no_args_is_help=True,
    help="""Models, SKUs, regions and quotas that the sandbox offers; change them for a test.

    \b
    Examples:
      plumb sandbox catalog show --region swedencentral
      plumb sandbox catalog set --model gpt-5.4/2026-03-05 --retires 2026-12-01
      plumb sandbox catalog set --region swedencentral --quota 50 \\
          --pool OpenAI.GlobalStandard.gpt-5.4
      plumb sandbox catalog reset
    """,
)

LIFECYCLES = ("Preview", "GenerallyAvailable", "Deprecating", "Deprecated")
WIDTHS = (12, 22, 12, 19, 11)


@app.command()
def show(
    region: Annotated[str | None, typer.Option(metavar="REGION", help="Only there.")] = None,
    model: Annotated[str | None, typer.Option(metavar="NAME", help="Only this one.")] = None,
    folder: Directory = None,
    as_json: AsJson = False,
) -> None:
    """The models: their life, and their SKUs."""
    told = ask(reached(folder), "GET", "/catalog")
    told["models"] = [
        each
        for each in told["models"]
        if model in (None, each["name"], f"{each['name']}/{each['version']}")
        and (region is None or any(region in where for where in each["skus"].values()))
    ]
    if as_json:
        typer.echo(json.dumps(told))
        return
    typer.echo("\n".join(_table(told, region)) or "there is no such model, or not there")


@app.command("set")
def change(
    model: Annotated[
        str | None, typer.Option(metavar="NAME/VERSION", help="Of which model.")
    ] = None,
    retires: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="When it ends to answer.")
    ] = None,
    lifecycle: Annotated[
        str | None,
        typer.Option(
            metavar="WORD",
            autocompletion=lambda: list(LIFECYCLES),
            help=f"{', '.join(LIFECYCLES)}.",
        ),
    ] = None,
    replacement: Annotated[
        str | None, typer.Option(metavar="NAME/VERSION", help="What Azure names in its place.")
    ] = None,
    region: Annotated[
        str | None, typer.Option(metavar="REGION", help="Of which region's quota or room.")
    ] = None,
    pool: Annotated[
        str | None, typer.Option(metavar="POOL", help="As `az cognitiveservices usage list`.")
    ] = None,
    quota: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="The pool's limit, in capacity.")
    ] = None,
    sku: Annotated[str | None, typer.Option(metavar="SKU", help="Of which room.")] = None,
    room: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="What the region has left of the SKU.")
    ] = None,
    folder: Directory = None,
    as_json: AsJson = False,
) -> None:
    """Change a model's life, a pool's limit, or what a region has left."""
    wanted: dict[str, Any] = {}
    if model:
        said = {"retires": retires, "lifecycle": lifecycle, "replaced_by": replacement}
        wanted["models"] = {model: {key: each for key, each in said.items() if each}}
    if region and pool and quota is not None:
        wanted["quota_limits"] = {region: {pool: quota}}
    if region and sku and room is not None:
        wanted["model_capacity"] = {region: {sku: room}}
    if not any(wanted.values()) or (model and not wanted["models"][model]):
        raise leave(
            Exit.WRONG_USE,
            "nothing to change. Fix: --model with --retires, --lifecycle or --replacement; "
            "--region with --pool and --quota, or with --sku and --room",
        )
    told = ask(reached(folder), "POST", "/catalog", wanted)["changed"]
    typer.echo(json.dumps(told) if as_json else "\n".join(_changed(told)))


@app.command()
def reset(folder: Directory = None, as_json: AsJson = False) -> None:
    """Take every change back."""
    told = ask(reached(folder), "DELETE", "/catalog")["changed"]
    typer.echo(json.dumps(told) if as_json else "nothing is changed")


def _table(told: dict[str, Any], region: str | None) -> list[str]:
    if not told["models"]:
        return []
    lines = [_line("VERSION", "MODEL", "FROM", "LIFECYCLE", "RETIRES", "SKUS")]
    for each in told["models"]:
        skus = [sku for sku, where in each["skus"].items() if region is None or region in where]
        own = f"{each['name']}/{each['version']}" in told["changed"]["models"]
        lines.append(
            _line(
                each["version"],
                each["name"],
                each["format"],
                each["lifecycle"],
                each["retires"] + ("*" if own else ""),
                str(len(skus)),
            )
        )
    return [*lines, *_changed(told["changed"])]


def _line(*cells: str) -> str:
    padded = [f"{cell[:width]:{width}}" for cell, width in zip(cells, WIDTHS, strict=False)]
    return "  ".join([*padded, cells[-1]]).rstrip()


def _changed(told: dict[str, Any]) -> list[str]:
    """Each change on a line."""
    lines = [
        f"changed: {name} {key} {value}"
        for name, said in told["models"].items()
        for key, value in said.items()
    ]
    for what, title in (("quota_limits", "limit of"), ("model_capacity", "room for")):
        for where, said in told[what].items():
            lines += [f"changed: {where}, {title} {name}: {value}" for name, value in said.items()]
    return lines
