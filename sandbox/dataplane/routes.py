"""Where the data planes are mounted."""

from collections.abc import Collection
from functools import partial

from starlette.requests import Request
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from sandbox.around import Around
from sandbox.dataplane.account import Account
from sandbox.dataplane.endpoint import Endpoint
from sandbox.dataplane.inference import CHAT, COMPLETIONS, EMBEDDINGS, Operation
from sandbox.dataplane.reading import Reading

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def routes(around: Around) -> list[BaseRoute]:
    """Azure OpenAI and App Configuration, each under its prefix."""
    reading = Reading(around.store)
    return [_accounts(around, reading)]


def _accounts(around: Around, reading: Reading) -> Mount:
    def keys(account: Account) -> Collection[str]:
        found: list[str] = around.settings.get(f"keys:{account.id.lower()}", [])
        return found

    endpoint = Endpoint(around, reading, keys)

    async def answer(request: Request, operation: Operation) -> ASGIApp:
        return await endpoint.infer(request, operation)

    by_path = {
        "chat/completions": CHAT,
        "embeddings": EMBEDDINGS,
        "completions": COMPLETIONS,
    }
    inference = [
        Route(f"{start}/{path}", partial(answer, operation=operation), methods=["POST"])
        for start in ("/deployments/{deployment}", "/v1")
        for path, operation in by_path.items()
    ]
    listing = [
        Route(path, endpoint.models, methods=["GET"])
        for path in ("/models", "/models/{model}", "/v1/models", "/v1/models/{model}")
    ]
    unknown = Route("/{rest:path}", endpoint.unknown, methods=METHODS)
    return Mount("/acct/{subdomain}/openai", routes=[*inference, *listing, unknown])
