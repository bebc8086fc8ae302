"""Batches: a file of requests goes in, files of answers come out."""

from dataclasses import replace
from typing import Final
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, ValidationError

from sandbox.around import Around
from sandbox.dataplane import batch_input, chat, errors
from sandbox.dataplane.batch import WINDOW, Batch, shown
from sandbox.dataplane.batch_work import BatchWork
from sandbox.dataplane.entrance import Told, Visit, Way
from sandbox.dataplane.files import Files
from sandbox.dataplane.object_pages import page
from sandbox.dataplane.objects import Objects
from sandbox.dataplane.operations import BATCHES_READ, BATCHES_WRITE

PAGE: Final = 20


class BatchRequest(BaseModel):
    model_config = ConfigDict(extra="allow")

    input_file_id: str
    endpoint: str
    completion_window: str
    metadata: dict[str, str] | None = None


class Batches:
    """The batches of all accounts, as callers see them. The work itself goes on by itself."""

    def __init__(self, around: Around, objects: Objects, files: Files, work: BatchWork) -> None:
        self._around = around
        self._objects = objects
        self._files = files
        self._work = work

    def ways(self) -> list[Way]:
        return [
            Way("POST", "batches", BATCHES_WRITE, self._create),
            Way("GET", "batches", BATCHES_READ, self._list),
            Way("GET", "batches/{batch}", BATCHES_READ, self._get),
            Way("POST", "batches/{batch}/cancel", BATCHES_WRITE, self._cancel),
        ]

    def _create(self, visit: Visit) -> Told:
        try:
            request = BatchRequest.model_validate(visit.json())
        except ValidationError as error:
            raise chat.refusal(error) from None
        if batch_input.operation(request.endpoint) is None:
            raise _wrong(f"The endpoint '{request.endpoint}' is not supported in batches.")
        if request.completion_window != WINDOW:
            raise _wrong(f"The completion window has to be {WINDOW}.")
        file = self._files.find(visit.account.id, request.input_file_id)
        if file is None or file["purpose"] != "batch":
            raise _wrong(f"There is no file '{request.input_file_id}' with the purpose batch.")
        if file["status"] != "processed":
            raise _wrong(f"The file '{file['id']}' is in status {file['status']}.")
        now = self._now()
        batch = Batch(
            id=f"batch_{uuid4()}",
            request=request.model_dump(include=set(BatchRequest.model_fields)),
            principal=visit.principal,
            created=now,
            ends=now + self._around.settings.profile.batch_seconds,
            problems=[{**visit.failure, "line": None, "param": None}] if visit.failure else [],
        )
        self._work.begin(visit.account.id, batch)
        return Told(body=shown(batch, status="validating"))

    def _list(self, visit: Visit) -> Told:
        self._work.wake()
        found = (Batch.of(row) for row in self._objects.all(visit.account.id, "batch"))
        return Told(body=page([shown(each) for each in found], visit.query, PAGE))

    def _get(self, visit: Visit) -> Told:
        return Told(body=shown(self._found(visit)))

    def _cancel(self, visit: Visit) -> Told:
        batch, now = self._found(visit), self._now()
        if not batch.is_open:
            raise errors.authoring(
                409, "conflict", f"The batch is {batch.status} and cannot be cancelled."
            )
        batch = replace(batch, cancelled=now)
        with self._around.store.transaction():
            self._objects.change(visit.account.id, "batch", batch.row)
            self._work.close(visit.account.id, batch, now)
        return Told(body=shown(batch, status="cancelling"))

    def _found(self, visit: Visit) -> Batch:
        """The batch that a visit names, after a little work on it.

        Raises:
            Refusal: 404.
        """
        id = visit.named("batch")
        self._work.look(visit.account.id, id)
        self._work.wake()
        row = self._objects.get(visit.account.id, "batch", id)
        if row is None:
            raise errors.gone("batch", id)
        return Batch.of(row)

    def _now(self) -> float:
        return self._around.clock.now().timestamp()


def _wrong(message: str) -> errors.Refusal:
    return errors.authoring(400, "invalidPayload", message)
