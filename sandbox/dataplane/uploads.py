"""Uploads: a large file that comes part by part."""

import base64
import hashlib
import secrets
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.clock import Clock
from sandbox.dataplane import chat, errors, multipart
from sandbox.dataplane.entrance import Told, Visit, Way
from sandbox.dataplane.files import MEGABYTE, Files
from sandbox.dataplane.objects import Objects
from sandbox.dataplane.operations import FILES_WRITE
from sandbox.store import Body

LASTS_SECONDS: Final = 7200
"""From its beginning until it must be complete (the example of the API's specification)."""
LARGEST: Final = 9 * 1024 * MEGABYTE


class UploadRequest(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)

    purpose: str
    filename: str = Field(min_length=1)
    bytes: int = Field(ge=1, le=LARGEST)
    mime_type: str


class Completion(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)

    part_ids: list[str] = Field(min_length=1)
    """In the order in which they make up the file: ids of parts, or of Azure's blocks."""
    md5: str | None = None


class Uploads:
    """The uploads of all accounts."""

    def __init__(self, objects: Objects, files: Files, clock: Clock) -> None:
        self._objects = objects
        self._files = files
        self._clock = clock

    def ways(self) -> list[Way]:
        path = "uploads/{upload}"
        return [
            Way("POST", "uploads", FILES_WRITE, self._create),
            Way("POST", f"{path}/parts", FILES_WRITE, self._add),
            Way("POST", f"{path}/complete", FILES_WRITE, self._complete),
            Way("POST", f"{path}/cancel", FILES_WRITE, self._cancel),
        ]

    def _create(self, visit: Visit) -> Told:
        try:
            wanted = UploadRequest.model_validate(visit.json())
        except ValidationError as error:
            raise chat.refusal(error) from None
        self._files.check(wanted.purpose, wanted.filename)
        now = int(self._now())
        row: Body = {
            "id": f"{wanted.purpose}-{secrets.token_hex(16)}",
            "upload": {
                "object": "upload",
                "bytes": wanted.bytes,
                "filename": wanted.filename,
                "purpose": wanted.purpose,
                "status": "pending",
                "created_at": now,
                "expires_at": now + LASTS_SECONDS,
            },
            "parts": [],
            "file": None,
        }
        self._objects.add(visit.account.id, "upload", row)
        return Told(body=_shown(row), location=f"uploads/{row['id']}")

    def _add(self, visit: Visit) -> Told:
        row = self._pending(visit)
        form = multipart.parts(visit.request.headers.get("content-type", ""), visit.body)
        data = form.get("data")
        if data is None or not data.content:
            raise _wrong("The form has no data.")
        self._files.check_size(row["upload"]["purpose"], len(data.content))
        block = base64.b64encode(hashlib.md5(data.content, usedforsecurity=False).digest())
        part = {"id": f"uplprt-{secrets.token_hex(16)}", "azure_block_id": block.decode()}
        with self._objects.store.transaction():
            self._objects.append(visit.account.id, row["id"], len(row["parts"]), data.content)
            row["parts"].append(part)
            self._objects.change(visit.account.id, "upload", row)
        return Told(
            body={
                **part,
                "object": "upload.part",
                "upload_id": row["id"],
                "created_at": int(self._now()),
            }
        )

    def _complete(self, visit: Visit) -> Told:
        row = self._pending(visit)
        try:
            wanted = Completion.model_validate(visit.json())
        except ValidationError as error:
            raise chat.refusal(error) from None
        places = {name: at for at, part in enumerate(row["parts"]) for name in part.values()}
        if unknown := [each for each in wanted.part_ids if each not in places]:
            raise _wrong(f"The upload has no part '{unknown[0]}'.")
        id, upload = row["id"], row["upload"]
        content = b"".join(
            self._objects.part(visit.account.id, id, places[each]) for each in wanted.part_ids
        )
        if len(content) != upload["bytes"]:
            raise _wrong(f"The parts have {len(content)} bytes, not {upload['bytes']}.")
        digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
        if wanted.md5 is not None and wanted.md5 != digest:
            raise _wrong("The MD5 of the parts is not the one given.")
        with self._objects.store.transaction():
            row["file"] = self._files.receive(
                visit.account.id, upload["purpose"], upload["filename"], content
            )
            self._end(visit, row, "completed")
        return Told(body=_shown(row))

    def _cancel(self, visit: Visit) -> Told:
        row = self._pending(visit)
        with self._objects.store.transaction():
            self._end(visit, row, "cancelled")
        return Told(body=_shown(row))

    def _end(self, visit: Visit, row: Body, status: str) -> None:
        """Its parts are needed no longer; the upload itself says how it ended."""
        row["upload"]["status"] = status
        self._objects.remove(visit.account.id, "upload", row["id"])
        self._objects.add(visit.account.id, "upload", row)

    def _pending(self, visit: Visit) -> Body:
        """The upload that a visit names.

        Raises:
            Refusal: 404, or 400 if it has ended.
        """
        id = visit.named("upload")
        row = self._objects.get(visit.account.id, "upload", id)
        if row is None:
            raise errors.gone("upload", id)
        status = row["upload"]["status"]
        if status == "pending" and self._now() >= row["upload"]["expires_at"]:
            status = "expired"
        if status != "pending":
            raise errors.authoring(400, "unexpectedEntityState", f"The upload is {status}.")
        return row

    def _now(self) -> float:
        return self._clock.now().timestamp()


def _shown(row: Body) -> dict[str, Any]:
    return {"id": row["id"], **row["upload"], "file": row["file"]}


def _wrong(message: str) -> errors.Refusal:
    return errors.authoring(400, "invalidPayload", message)
