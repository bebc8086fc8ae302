"""The HTTP face of a configuration store's snapshots."""

from collections.abc import Mapping
from typing import Any, Final, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from sandbox.around import Around
from sandbox.clock import moment
from sandbox.dataplane import sse
from sandbox.dataplane.configuration import Configuration
from sandbox.dataplane.configuration_call import Call, http_date, invalid
from sandbox.dataplane.errors import Refusal
from sandbox.dataplane.key_values import KeyValues, misplaced, precondition_fails
from sandbox.dataplane.snapshots import (
    LONGEST_SECONDS,
    RETENTION_SECONDS,
    SHORTEST_SECONDS,
    Composition,
    Snapshot,
    Snapshots,
    wire,
)
from sandbox.dataplane.store_access import problem

LONGEST_NAME: Final = 256
ONE: Final = "application/vnd.microsoft.appconfig.snapshot+json; charset=utf-8"
SOME: Final = "application/vnd.microsoft.appconfig.snapshotset+json; charset=utf-8"


class Wanted(BaseModel):
    """What a snapshot is made of."""

    model_config = ConfigDict(extra="ignore", strict=True)

    filters: list[dict[str, Any]] = Field(min_length=1, max_length=3)
    composition_type: Composition | None = None
    retention_period: int | None = Field(None, ge=SHORTEST_SECONDS, le=LONGEST_SECONDS)
    tags: dict[str, str] | None = None
    description: str | None = None


class Filter(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    key: str = Field(min_length=1)
    label: str | None = None
    tags: list[str] | None = None


class Change(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    status: Literal["archived", "ready"]


class ConfigurationSnapshots:
    """Snapshots of all stores under one address."""

    def __init__(self, around: Around, stores: Configuration) -> None:
        self._around = around
        self._stores = stores
        self._snapshots = Snapshots(around, KeyValues(around.store))

    async def one(self, request: Request) -> ASGIApp:
        """GET, HEAD, PUT and PATCH of one snapshot."""
        verbs = {"PUT": self._create, "PATCH": self._change}
        rights = {"PUT": "snapshots/write", "PATCH": "snapshots/archive/action"}
        right = rights.get(request.method, "snapshots/read")
        return await self._stores.answer(request, right, verbs.get(request.method, self._get))

    async def some(self, request: Request) -> ASGIApp:
        return await self._stores.answer(request, "snapshots/read", self._list)

    async def operation(self, request: Request) -> ASGIApp:
        """How far the making of a snapshot is."""
        return await self._stores.answer(request, "snapshots/read", self._operation)

    def _create(self, call: Call) -> Response:
        name = _name(call)
        if not 0 < len(name) <= LONGEST_NAME:
            raise _wrong("name", f"a name has 1 to {LONGEST_NAME} characters")
        wanted: Wanted = _read(Wanted, call.body)
        composition = wanted.composition_type or "key"
        filters = []
        for index, each in enumerate(wanted.filters):
            checked = _filter(each, composition, f"filters[{index}]")
            filters.append(checked.model_dump(exclude_none=True))
        with self._around.store.transaction():
            if self._snapshots.get(call.store_id, name):
                raise problem(409, "already-exists", "The resource already exists.")
            made = self._snapshots.create(
                call.store_id,
                name,
                filters=filters,
                composition_type=composition,
                retention_period=wanted.retention_period or RETENTION_SECONDS,
                tags=wanted.tags or {},
                description=wanted.description,
            )
        base = str(call.request.url).partition("/snapshots/")[0]
        version = call.queried("api-version")
        more = {
            "operation-location": f"{base}/operations?{_query(name, version)}",
            "retry-after": "1",
        }
        body = wire(made, moment(made.created)) | {
            "status": "provisioning",
            "size": 0,
            "items_count": 0,
        }
        return Response(sse.dumps(body), 201, _headers(made) | more, ONE)

    def _get(self, call: Call) -> Response:
        found = self._found(call)
        if precondition_fails(found.etag, call.condition("if-match"), None):
            return Response(status_code=412)
        if precondition_fails(found.etag, None, call.condition("if-none-match")):
            return Response(status_code=304, headers=_headers(found))
        return self._shown(call, found)

    def _change(self, call: Call) -> Response:
        change: Change = _read(Change, call.body)
        with self._around.store.transaction():
            found = self._found(call)
            conditions = call.condition("if-match"), call.condition("if-none-match")
            if precondition_fails(found.etag, *conditions):
                raise Refusal(412, {})
            status = found.status(self._around.clock.now())
            if status == "provisioning":
                raise problem(
                    409,
                    "invalid-state",
                    "Target resource state invalid.",
                    "",
                    "The target resource is not in a valid state to perform the requested "
                    "operation.",
                )
            if change.status != status:
                turn = self._snapshots.archive
                if change.status == "ready":
                    turn = self._snapshots.recover
                found = turn(call.store_id, found)
        return self._shown(call, found)

    def _list(self, call: Call) -> Response:
        now, is_name = self._around.clock.now(), call.filter("name")
        statuses = [each for each in (call.queried("status") or "").split(",") if each]
        items = [
            wire(each, now, call.selected)
            for each in self._snapshots.all(call.store_id)
            if is_name(each.name) and (not statuses or each.status(now) in statuses)
        ]
        return Response(sse.dumps({"items": items}), media_type=SOME)

    def _operation(self, call: Call) -> Response:
        found = self._snapshots.get(call.store_id, call.queried("snapshot") or "")
        if found is None:
            return Response(status_code=404)
        provisioning = found.status(self._around.clock.now()) == "provisioning"
        body = {
            "id": found.name,
            "status": "Running" if provisioning else "Succeeded",
            "error": None,
        }
        headers = {"retry-after": "1"} if provisioning else {}
        return Response(
            sse.dumps(body), headers=headers, media_type="application/json; charset=utf-8"
        )

    def _shown(self, call: Call, snapshot: Snapshot) -> Response:
        body = wire(snapshot, self._around.clock.now(), call.selected)
        version = call.queried("api-version")
        link = f'</kv?{_query(snapshot.name, version)}>; rel="items"'
        return Response(
            sse.dumps(body), headers=_headers(snapshot) | {"link": link}, media_type=ONE
        )

    def _found(self, call: Call) -> Snapshot:
        found = self._snapshots.get(call.store_id, _name(call))
        if found is None:
            raise Refusal(404, {})
        return found


def _name(call: Call) -> str:
    return str(call.request.path_params["name"])


def _query(name: str, version: str | None) -> str:
    return urlencode({"snapshot": name, "api-version": version or ""})


def _headers(snapshot: Snapshot) -> dict[str, str]:
    return {
        "etag": f'"{snapshot.etag}"',
        "last-modified": http_date(moment(snapshot.created)),
    }


def _filter(told: Mapping[str, Any], composition: Composition, where: str) -> Filter:
    try:
        found = Filter.model_validate(told)
    except ValidationError as error:
        raise _complaint(error, f"{where}.") from None
    for name, pattern in (("key", found.key), ("label", found.label or "")):
        if at := misplaced(pattern):
            raise invalid(f"{where}.{name}", at)
    if composition == "key" and found.label and ("*" in found.label or "," in found.label):
        raise _wrong(f"{where}.label", "composition type 'key' takes one label, and no pattern")
    return found


def _read(model: Any, body: bytes) -> Any:
    try:
        return model.model_validate_json(body or b"{}")
    except ValidationError as error:
        raise _complaint(error, "") from None


def _complaint(error: ValidationError, where: str) -> Refusal:
    first = error.errors(include_url=False)[0]
    name = where + str(first["loc"][0] if first["loc"] else "body")
    return _wrong(name, first["msg"])


def _wrong(name: str, detail: str) -> Refusal:
    return problem(400, "invalid-argument", f"Invalid request parameter '{name}'", name, detail)
