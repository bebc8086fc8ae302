"""The HTTP face of App Configuration."""

import asyncio
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from sandbox.around import Around
from sandbox.clock import moment, stamp
from sandbox.crash import struck
from sandbox.dataplane import incoming, sse
from sandbox.dataplane.configuration_call import Call, http_date, invalid
from sandbox.dataplane.entrance import request_id
from sandbox.dataplane.errors import Refusal
from sandbox.dataplane.key_values import (
    KeyValue,
    KeyValues,
    page_etag,
    precondition_fails,
    wire,
)
from sandbox.dataplane.reading import Reading
from sandbox.dataplane.snapshots import Snapshots
from sandbox.dataplane.store_access import AccessKeys, StoreAccess, problem, unauthorized
from sandbox.faults import Fault, Faults

PAGE: Final = 100
LARGEST: Final = 64 * 1024
"""Of a body. A key-value has at most 10 KB."""
ITEM: Final = "application/vnd.microsoft.appconfig.kv+json; charset=utf-8"
ITEMS: Final = "application/vnd.microsoft.appconfig.kvset+json; charset=utf-8"
PROBLEM: Final = "application/problem+json; charset=utf-8"


class Body(BaseModel):
    """What a PUT may carry."""

    model_config = ConfigDict(extra="ignore")

    value: str | None = None
    content_type: str | None = None
    tags: dict[str, str] | None = None


class Configuration:
    """All stores of the sandbox under one address."""

    def __init__(self, around: Around, reading: Reading, keys: AccessKeys) -> None:
        self._store = around.store
        self._reading = reading
        self._access = StoreAccess(around, reading, keys)
        self._items = KeyValues(around.store)
        self._snapshots = Snapshots(around, self._items)
        self._faults = Faults(around.store)

    async def key_value(self, request: Request) -> ASGIApp:
        """GET, HEAD, PUT and DELETE of one key-value."""
        verbs = {"GET": self._get, "HEAD": self._get, "PUT": self._put, "DELETE": self._delete}
        rights = {"PUT": "keyValues/write", "DELETE": "keyValues/delete"}
        right = rights.get(request.method, "keyValues/read")
        return await self.answer(request, right, verbs[request.method])

    async def lock(self, request: Request) -> ASGIApp:
        """PUT makes a key-value read-only, DELETE lets it be changed again."""
        return await self.answer(request, "keyValues/write", self._lock)

    async def key_values(self, request: Request) -> ASGIApp:
        return await self.answer(request, "keyValues/read", self._list)

    async def revisions(self, request: Request) -> ASGIApp:
        return await self.answer(request, "keyValues/read", self._list_revisions)

    async def labels(self, request: Request) -> ASGIApp:
        return await self.answer(request, "keyValues/read", self._list_labels)

    async def keys(self, request: Request) -> ASGIApp:
        return await self.answer(request, "keyValues/read", self._list_keys)

    async def unknown(self, request: Request) -> Response:
        return Response(status_code=404)

    async def answer(
        self, request: Request, right: str, answer: Callable[[Call], Response]
    ) -> ASGIApp:
        """A request from its admission to its answer."""
        try:
            body = await incoming.body(request, LARGEST)
        except Refusal:
            return Response(status_code=413)
        self._reading.renew()
        fault = self._fault(request)
        if fault and fault.action == "delay":
            await asyncio.sleep(fault.seconds)
            self._reading.renew()
        try:
            stored = self._access.find(request.path_params["store"])
            self._access.authorize(request, stored, body, right)
            if not any(name.lower() == "api-version" for name in request.query_params):
                raise problem(
                    400, "invalid-argument", "API version is not specified", "api-version"
                )
            if fault and fault.action == "expired":
                raise unauthorized("The token is not valid: expired.")
            if fault and fault.action == "answer":
                refusal = problem(fault.status, fault.code, fault.message)
                refusal.headers = dict(fault.headers)
                raise refusal
            with struck(self._store, fault):
                response = answer(Call(request=request, store_id=stored.id, body=body))
            response.headers["sync-token"] = f"plumb=MA==;sn={self._items.sequence()}"
        except Refusal as refusal:
            content = sse.dumps(refusal.body) if refusal.body else b""
            response = Response(content, refusal.status, refusal.headers, PROBLEM)
        response.headers["x-ms-request-id"] = request_id()
        if fault and fault.action == "drop":
            return sse.Dropped(bytes(response.body), dict(response.headers))
        return response

    def _fault(self, request: Request) -> Fault | None:
        if self._reading.of("faults", lambda: len(self._faults.all()) + 1) == 1:
            return None
        return self._faults.take("data", request.method, request.url.path)

    def _get(self, call: Call) -> Response:
        item = self._one(call)
        if item is None:
            return Response(status_code=404)
        if precondition_fails(item.etag, call.condition("if-match"), None):
            return Response(status_code=412)
        if precondition_fails(item.etag, None, call.condition("if-none-match")):
            return Response(status_code=304, headers=_etag(item))
        response = _answered(item, call.selected)
        response.headers.update(call.memento)
        return response

    def _one(self, call: Call) -> KeyValue | None:
        moment = call.moment
        if moment is None:
            return self._items.get(call.store_id, call.key, call.label)
        for each in self._items.as_of(call.store_id, moment):
            if (each.key, each.label) == (call.key, call.label):
                return each
        return None

    def _put(self, call: Call) -> Response:
        if call.key in (".", "..") or "%" in call.key:
            raise invalid("key", max(1, call.key.find("%") + 1))
        try:
            wanted = Body.model_validate_json(call.body or b"{}")
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            name = str(first["loc"][0]) if first["loc"] else "body"
            raise problem(400, "invalid-argument", first["msg"], name) from None
        with self._store.transaction():
            self._changeable(call)
            item = self._items.put(
                call.store_id,
                KeyValue(
                    key=call.key,
                    label=call.label,
                    value=wanted.value,
                    content_type=wanted.content_type,
                    tags=json.dumps(wanted.tags or {}),
                ),
            )
        return _answered(item)

    def _delete(self, call: Call) -> Response:
        with self._store.transaction():
            item = self._changeable(call)
            if item is None:
                return Response(status_code=204)
            self._items.delete(call.store_id, item)
        return _answered(item)

    def _lock(self, call: Call) -> Response:
        with self._store.transaction():
            item = self._conditioned(call)
            if item is None:
                return Response(status_code=404)
            locked = call.request.method == "PUT"
            if locked != item.locked:
                item = self._items.put(call.store_id, replace(item, locked=locked))
        return _answered(item)

    def _changeable(self, call: Call) -> KeyValue | None:
        """What is there now, if it may be changed under the caller's conditions.

        Raises:
            Refusal: 409, 412.
        """
        item = self._conditioned(call)
        if item and item.locked:
            # "Modifing" is Azure's spelling.
            raise problem(
                409,
                "key-locked",
                f"Modifing key '{item.key}' is not allowed",
                item.key,
                "The key is read-only. To allow modification unlock it first.",
            )
        return item

    def _conditioned(self, call: Call) -> KeyValue | None:
        item = self._items.get(call.store_id, call.key, call.label)
        etag = item.etag if item else None
        if precondition_fails(etag, call.condition("if-match"), call.condition("if-none-match")):
            raise Refusal(412, {})
        return item

    def _list(self, call: Call) -> Response:
        if name := call.queried("snapshot"):
            return page(call, "/kv", self._in_snapshot(call, name))
        return page(call, "/kv", self._filtered(call, self._all(call)))

    def _in_snapshot(self, call: Call, name: str) -> list[KeyValue]:
        for each in ("key", "label", "tags"):
            if call.queried(each):
                raise problem(
                    400,
                    "invalid-argument",
                    f"Invalid request parameter '{each}'",
                    each,
                    "A snapshot cannot be filtered.",
                )
        return self._snapshots.items(call.store_id, name)

    def _all(self, call: Call) -> list[KeyValue]:
        """What is there, or was there at the moment that a caller wants to see."""
        moment = call.moment
        if moment is None:
            return self._items.all(call.store_id)
        return self._items.as_of(call.store_id, moment)

    def _list_revisions(self, call: Call) -> Response:
        moment = call.moment
        found = [
            each
            for each in self._filtered(call, self._items.revisions(call.store_id))
            if moment is None or each.last_modified <= stamp(moment)
        ]
        return page(call, "/revisions", found)

    def _filtered(self, call: Call, items: Iterable[KeyValue]) -> list[KeyValue]:
        is_key, is_label = call.filter("key"), call.filter("label")
        tags = dict(each.partition("=")[::2] for each in call.request.query_params.getlist("tags"))
        return [
            item
            for item in items
            if is_key(item.key)
            and is_label(item.label)
            and (not tags or tags.items() <= json.loads(item.tags).items())
        ]

    def _list_labels(self, call: Call) -> Response:
        names = {item.label for item in self._all(call)}
        return _names(call, names, "application/vnd.microsoft.appconfig.labelset+json")

    def _list_keys(self, call: Call) -> Response:
        names = {item.key for item in self._all(call)}
        return _names(call, names, "application/vnd.microsoft.appconfig.keyset+json")


def _etag(item: KeyValue) -> dict[str, str]:
    return {"etag": f'"{item.etag}"'}


def _answered(item: KeyValue, select: Sequence[str] = ()) -> Response:
    headers = _etag(item) | {"last-modified": http_date(moment(item.last_modified))}
    return Response(sse.dumps(wire(item, select)), headers=headers, media_type=ITEM)


def page(call: Call, path: str, items: Sequence[KeyValue]) -> Response:
    after = call.queried("after") or "0"
    if not after.isdecimal():
        raise problem(400, "invalid-argument", "The continuation is not one of ours", "after")
    start = int(after)
    shown = items[start : start + PAGE]
    etag = page_etag(shown)
    headers = {"etag": f'"{etag}"', **call.memento}
    if precondition_fails(etag, None, call.condition("if-none-match")):
        return Response(status_code=304, headers=headers)
    body: dict[str, Any] = {"items": [wire(item, call.selected) for item in shown]}
    if start + PAGE < len(items):
        query = [(k, v) for k, v in call.request.query_params.multi_items() if k != "after"]
        link = f"{path}?{urlencode([*query, ('after', str(start + PAGE))])}"
        body["@nextLink"] = link
        headers["link"] = f'<{link}>; rel="next"'
    return Response(sse.dumps(body), headers=headers, media_type=ITEMS)


def _names(call: Call, names: Iterable[str], media_type: str) -> Response:
    is_name = call.filter("name")
    items = [{"name": name or None} for name in sorted(names) if is_name(name)]
    return Response(
        sse.dumps({"items": items}), headers=call.memento, media_type=f"{media_type}; charset=utf-8"
    )
