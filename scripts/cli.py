"""The `plumb` command: every sub-command, and nothing else."""

import typer

from scripts.check import check_command
from scripts.sandbox_commands import app as sandbox
from scripts.smoke import smoke_command

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Operate Azure AI. Exit codes: 0 yes, 1 no, 2 wrong use or configuration, "
    "3 cannot tell, 4 not reached or not allowed.",
)
app.command("check")(check_command)
app.command("smoke")(smoke_command)
app.add_typer(sandbox, name="sandbox")
