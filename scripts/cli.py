"""The `plumb` command: every sub-command, and nothing else."""

import typer

from scripts.check import check_command
from scripts.sandbox_commands import app as sandbox
from scripts.smoke import smoke_command

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"max_content_width": 100},
    help="""Operate Azure AI: judge a stack, ask it, or run a local Azure to try both on.

    Exit codes: 0 yes, 1 no, 2 wrong use or configuration, 3 cannot tell, 4 not reached or not
    allowed.

    \b
    Examples:
      plumb check                      # the stack files here, without any cloud
      plumb sandbox up                 # a local Azure, for `make up` and the next line
      plumb smoke --stack dev          # does what is deployed answer?
    """,
)
app.command("check")(check_command)
app.command("smoke")(smoke_command)
app.add_typer(sandbox, name="sandbox")
