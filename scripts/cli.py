"""The `plumb` command: every sub-command, and nothing else."""

import importlib
import os
import sys
from collections import UserDict
from typing import Any, Final

import typer
from typer import main as typers
from typer.core import TyperGroup

from scripts.exit import Exit

COMMANDS: Final = {
    "check": "scripts.checking.command:check_command",
    "preflight": "scripts.preflight.command:preflight_command",
    "models": "scripts.models.command:app",
    "capacity": "scripts.capacity.command:app",
    "cost": "scripts.cost.command:cost_command",
    "smoke": "scripts.smoke.command:smoke_command",
    "load": "scripts.load.command:load_command",
    "evaluate": "scripts.evaluate.command:evaluate_command",
    "review": "scripts.evaluate.review.command:app",
    "finetune": "scripts.finetune.command:app",
    "readiness": "scripts.readiness.command:app",
    "sandbox": "scripts.local.command:app",
}
"""Where each lies: a function, or a Typer of its own."""

SETTINGS: Final = {"check": {"allow_extra_args": True}}
"""For who types `plumb check dev`: we know better than the parser what was meant."""


class Loaded(UserDict[str, Any]):
    """Commands by name, each loaded when it is asked for: none waits for another's imports."""

    def __getitem__(self, name: str) -> Any:
        module, _, inside = super().__getitem__(name).partition(":")
        found = getattr(importlib.import_module(module), inside)
        alone = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
        if isinstance(found, typer.Typer):
            alone.add_typer(found, name=name)
        else:
            alone.command(name, context_settings=SETTINGS.get(name))(found)
        return typers.get_group(alone).commands[name]


class Group(TyperGroup):
    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = Loaded(COMMANDS)


app = typer.Typer(
    cls=Group,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"max_content_width": 100},
)


@app.callback()
def plumb() -> None:
    """Operate Azure AI: judge a stack, prove it, or run a local Azure to try both on.

    Before `pulumi up`: check, preflight, models, capacity, cost. Of what is deployed: smoke, load,
    evaluate, review, finetune. What was proven, and who approved: readiness. A local Azure:
    sandbox.

    Exit codes: 0 yes, 1 no, 2 wrong use or configuration, 3 cannot tell, 4 not reached or not
    allowed.

    \b
    Examples:
      plumb check                      # the stack files here, without any cloud
      plumb sandbox up                 # a local Azure, for `make up` and the next lines
      plumb preflight --stack dev      # what Azure would refuse, before it does
      plumb smoke --stack dev          # does what is deployed answer?
      plumb load scenarios/chat.yaml --stack dev --duration 60   # how much of it?
    """


def main() -> None:
    """Runs `plumb`. An answer that nobody could read is no answer, whatever it was.

    A reader that has gone (`plumb check | head -1`) has seen what it wanted, and is no error.
    """
    code: int | str | None
    try:
        app()
        code = Exit.YES
    except SystemExit as left:
        code = left.code
    except OSError as error:
        code = _unread(error)
    try:
        if sys.stdout:
            sys.stdout.flush()
    except OSError as error:
        code = _unread(error)
    raise SystemExit(code)


def _unread(error: OSError) -> Exit:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)  # what is still buffered would fail once more on the way out
    if not isinstance(error, BrokenPipeError):
        what = str(error.filename) if error.filename else "its answer"
        print(f"plumb cannot write {what}: {error.strerror}.", file=sys.stderr)
    return Exit.CANNOT_TELL
