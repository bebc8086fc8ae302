"""Where the data planes are mounted."""

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any, Final

from starlette.requests import Request
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from sandbox.around import Around
from sandbox.dataplane import model_list
from sandbox.dataplane.account import Account
from sandbox.dataplane.batch_work import BatchWork
from sandbox.dataplane.batches import Batches
from sandbox.dataplane.configuration import Configuration
from sandbox.dataplane.configuration_snapshots import ConfigurationSnapshots
from sandbox.dataplane.conversations import Conversations
from sandbox.dataplane.endpoint import Endpoint
from sandbox.dataplane.entrance import Entrance
from sandbox.dataplane.events import Events
from sandbox.dataplane.files import Files
from sandbox.dataplane.jobs import Jobs
from sandbox.dataplane.kept_responses import KeptResponses
from sandbox.dataplane.limits import Limits
from sandbox.dataplane.memory import Memory
from sandbox.dataplane.models import Models
from sandbox.dataplane.objects import Objects
from sandbox.dataplane.operations import (
    CHAT,
    COMPLETIONS,
    EMBEDDINGS,
    RESPONSES,
    Operation,
)
from sandbox.dataplane.reading import Reading
from sandbox.dataplane.synthetic import Synthetic
from sandbox.dataplane.uploads import Uploads

BY_DEPLOYMENT: Final = {
    "chat/completions": CHAT,
    "completions": COMPLETIONS,
    "embeddings": EMBEDDINGS,
}
"""What the path may ask of a deployment that it names."""

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def routes(around: Around, events: Events | None = None) -> list[BaseRoute]:
    """Azure OpenAI and App Configuration, each under its prefix.

    Pass the events in to be able to flush them: the last fifth of a second is in memory only.
    """
    return planes(around, events or Events(around.store))[0]


def planes(around: Around, events: Events) -> tuple[list[BaseRoute], Synthetic]:
    """Likewise, and who asks the same deployments without a network."""
    reading = Reading(around.store)
    accounts, synthetic = _accounts(around, reading, events)
    return [accounts, _configuration(around, reading)], synthetic


def _accounts(around: Around, reading: Reading, events: Events) -> tuple[Mount, Synthetic]:
    def keys(account: Account) -> Collection[str]:
        found: list[str] = around.settings.get(f"keys:{account.id.lower()}", [])
        return found

    entrance = Entrance(around, reading, keys)
    objects = Objects(around.store)
    conversations = Conversations(objects, around.clock)
    responses = KeptResponses(objects, conversations, around.clock)
    memory = Memory(responses, conversations)
    limits = Limits(around.store)
    around.after_reset.append(limits.forget)
    endpoint = Endpoint(around, reading, entrance, Models(memory, limits), events)
    files = Files(around, objects)
    jobs = Jobs(around, objects, files)
    work = BatchWork(around, reading, objects, files, events, entrance.accounts, endpoint.in_batch)
    around.unwritten.append(work.wake)
    around.after_reset.append(work.forget)
    batches = Batches(around, objects, files, work)
    inference = [
        *_inference("/deployments/{deployment}", endpoint, BY_DEPLOYMENT),
        *_inference("/v1", endpoint, BY_DEPLOYMENT | {"responses": RESPONSES}),
        *_inference("", endpoint, {"responses": RESPONSES}),
    ]
    uploads = Uploads(objects, files, around.clock)
    both = [
        *model_list.ways(jobs.tuned, around.settings),
        *responses.ways(),
        *files.ways(),
        *uploads.ways(),
        *jobs.ways(),
        *batches.ways(),
    ]
    visits = [
        Route(
            f"{start}/{path}",
            partial(entrance.attend, errand=errand, handler=handler),
            methods=[method],
        )
        for start, ways in (
            ("", [*files.imports(), *both]),
            ("/v1", [*both, *conversations.ways()]),
        )
        for method, path, errand, handler in ways
    ]
    unknown = Route("/{rest:path}", entrance.unknown, methods=METHODS)
    mount = Mount("/acct/{subdomain}/openai", routes=[*inference, *visits, unknown])
    return mount, Synthetic(around, reading, entrance.accounts, limits, events)


def _inference(start: str, endpoint: Endpoint, paths: Mapping[str, Operation]) -> list[Route]:
    async def answer(request: Request, operation: Operation) -> ASGIApp:
        return await endpoint.infer(request, operation)

    return [
        Route(f"{start}/{path}", partial(answer, operation=operation), methods=["POST"])
        for path, operation in paths.items()
    ]


def _configuration(around: Around, reading: Reading) -> Mount:
    def keys(store_id: str) -> dict[str, tuple[str, bool]]:
        found: list[dict[str, Any]] = around.settings.get(f"keys:{store_id.lower()}", [])
        return {each["id"]: (each["value"], each["readOnly"]) for each in found}

    store = Configuration(around, reading, keys)
    snapshots = ConfigurationSnapshots(around, store)
    return Mount(
        "/appconfig/{store}",
        routes=[
            Route("/kv", store.key_values, methods=["GET", "HEAD"]),
            Route("/kv/{key:path}", store.key_value, methods=["GET", "HEAD", "PUT", "DELETE"]),
            Route("/locks/{key:path}", store.lock, methods=["PUT", "DELETE"]),
            Route("/revisions", store.revisions, methods=["GET", "HEAD"]),
            Route("/labels", store.labels, methods=["GET", "HEAD"]),
            Route("/keys", store.keys, methods=["GET", "HEAD"]),
            Route("/snapshots", snapshots.some, methods=["GET", "HEAD"]),
            Route("/snapshots/{name:path}", snapshots.one, methods=["GET", "HEAD", "PUT", "PATCH"]),
            Route("/operations", snapshots.operation, methods=["GET"]),
            Route("/{rest:path}", store.unknown, methods=METHODS),
        ],
    )
