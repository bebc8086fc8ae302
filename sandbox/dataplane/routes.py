"""Where the data planes are mounted."""

from collections.abc import Collection
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from sandbox.around import Around
from sandbox.dataplane.account import Account
from sandbox.dataplane.configuration import Configuration
from sandbox.dataplane.endpoint import Endpoint
from sandbox.dataplane.events import Events
from sandbox.dataplane.inference import CHAT, COMPLETIONS, EMBEDDINGS, Operation
from sandbox.dataplane.reading import Reading

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def routes(around: Around, events: Events | None = None) -> list[BaseRoute]:
    """Azure OpenAI and App Configuration, each under its prefix.

    Pass the events in to be able to flush them: the last fifth of a second is in memory only.
    """
    reading = Reading(around.store)
    return [
        _accounts(around, reading, events or Events(around.store)),
        _configuration(around, reading),
    ]


def _accounts(around: Around, reading: Reading, events: Events) -> Mount:
    def keys(account: Account) -> Collection[str]:
        found: list[str] = around.settings.get(f"keys:{account.id.lower()}", [])
        return found

    endpoint = Endpoint(around, reading, keys, events)

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


def _configuration(around: Around, reading: Reading) -> Mount:
    def keys(store_id: str) -> dict[str, tuple[str, bool]]:
        found: list[dict[str, Any]] = around.settings.get(f"keys:{store_id.lower()}", [])
        return {each["id"]: (each["value"], each["readOnly"]) for each in found}

    store = Configuration(around, reading, keys)
    return Mount(
        "/appconfig/{store}",
        routes=[
            Route("/kv", store.key_values, methods=["GET", "HEAD"]),
            Route("/kv/{key:path}", store.key_value, methods=["GET", "HEAD", "PUT", "DELETE"]),
            Route("/locks/{key:path}", store.lock, methods=["PUT", "DELETE"]),
            Route("/revisions", store.revisions, methods=["GET", "HEAD"]),
            Route("/labels", store.labels, methods=["GET", "HEAD"]),
            Route("/keys", store.keys, methods=["GET", "HEAD"]),
            Route("/{rest:path}", store.unknown, methods=METHODS),
        ],
    )
