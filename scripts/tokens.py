"""Tokens for models, of whoever runs a command, or why there are none."""

import logging
from typing import TYPE_CHECKING, Final

from scripts.client.target import Entra
from scripts.exit import Exit, leave

if TYPE_CHECKING:
    from azure.core.exceptions import AzureError

LONGEST: Final = 300
"""Of why there is none: every credential that was tried has a paragraph."""

SIGN_IN: Final = 'az login; or, for the sandbox: plumb sandbox up; eval "$(plumb sandbox env)"'


def tokens() -> Entra:
    """Tokens of whoever runs it, the first of them in hand.

    Raises:
        typer.Exit: there are none (4).
    """
    from azure.core.exceptions import ClientAuthenticationError

    # What went wrong is in the error; by itself it would be told once more.
    logging.getLogger("azure.identity").setLevel(logging.CRITICAL)
    given = Entra()
    try:
        given()
    except ClientAuthenticationError as error:
        raise leave(Exit.NOT_REACHED, no_token(error)) from None
    return given


def no_token(error: "AzureError") -> str:
    """Why a credential gives none, without azure-identity's advice, and how to get one."""
    why = " ".join(error.message.partition("To mitigate")[0].split()).rstrip(".")
    told = why if len(why) <= LONGEST else f"{why[:LONGEST]} …"
    return f"no token: {told}. Fix: {SIGN_IN}"
