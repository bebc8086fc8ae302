"""A client of the models of one account, signed in as whoever runs it."""

import contextlib
import logging
from collections.abc import Callable
from typing import Final

import openai

TIMEOUT_S: Final = 60.0  # by itself the SDK waits ten minutes, three times
TOKEN_SCOPE: Final = "https://cognitiveservices.azure.com/.default"


def sign_in() -> Callable[[], str]:
    """Tokens of whoever runs it: there is no key to leak."""
    from azure.identity import DefaultAzureCredential, get_bearer_token_provider

    # What went wrong is in the error; by itself it would be told once more for every question.
    logging.getLogger("azure.identity").setLevel(logging.CRITICAL)
    return refused_once(get_bearer_token_provider(DefaultAzureCredential(), TOKEN_SCOPE))


def refused_once(token: Callable[[], str]) -> Callable[[], str]:
    """The same tokens; a refusal is for good, since a credential tries for seconds each time."""
    from azure.core.exceptions import ClientAuthenticationError

    refusals: list[ClientAuthenticationError] = []

    def tell() -> str:
        if refusals:
            raise refusals[0]
        try:
            return token()
        except ClientAuthenticationError as error:
            refusals.append(error)
            raise

    return tell


def connect(endpoint: str, token: Callable[[], str]) -> openai.OpenAI:
    """A client of one account."""
    return openai.OpenAI(
        base_url=f"{endpoint.rstrip('/')}/openai/v1/",
        api_key=token,
        timeout=TIMEOUT_S,
        max_retries=0,  # a retry would hide what a caller sees
    )


def warm_up(client: openai.OpenAI) -> None:
    """Fetches the token and opens the connection, so that no answer is timed with them.

    What goes wrong here goes wrong again, and is told, when it is asked for real.
    """
    from azure.core.exceptions import ClientAuthenticationError

    with contextlib.suppress(openai.APIError, ClientAuthenticationError):
        client.models.list()
