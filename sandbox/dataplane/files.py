"""Files: uploaded, looked through, read and deleted."""

import base64
import secrets
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.around import Around
from sandbox.dataplane import chat, errors, multipart, training_data
from sandbox.dataplane.entrance import Told, Visit, Way
from sandbox.dataplane.object_pages import page
from sandbox.dataplane.objects import Objects
from sandbox.dataplane.operations import FILES_DELETE, FILES_READ, FILES_WRITE
from sandbox.store import Body

PURPOSES: Final = ("fine-tune", "batch", "assistants", "user_data", "evals")
MEGABYTE: Final = 1024 * 1024
LARGEST: Final = {"fine-tune": 512 * MEGABYTE, "batch": 200 * MEGABYTE}
PAGE: Final = 10_000

NOT_FETCHED: Final = "Import of file failed. The sandbox fetches nothing; give a data: URL."


class FileImport(BaseModel):
    """The body of an import, as the API's specification has it."""

    model_config = ConfigDict(extra="allow", strict=True)

    purpose: str
    filename: str = Field(min_length=1)
    content_url: str


class Files:
    """The files of all accounts.

    A file's row says when it has been looked through, and from when on it can be seen at all: what
    a job will leave behind is written when the job is made.
    """

    def __init__(self, around: Around, objects: Objects) -> None:
        self._around = around
        self._objects = objects

    def ways(self) -> list[Way]:
        return [
            Way("POST", "files", FILES_WRITE, self._upload),
            Way("GET", "files", FILES_READ, self._list),
            Way("GET", "files/{file}", FILES_READ, self._get),
            Way("GET", "files/{file}/content", FILES_READ, self._content),
            Way("DELETE", "files/{file}", FILES_DELETE, self._delete),
        ]

    def imports(self) -> list[Way]:
        """Only on the path with an api-version."""
        return [Way("POST", "files/import", FILES_WRITE, self._import)]

    def add(
        self, account_id: str, *, purpose: str, filename: str, content: bytes, visible: float = 0.0
    ) -> str:
        """Keep what the service itself writes, to be seen from a moment on; its id."""
        now = visible or self._now()
        body = _file(purpose, filename, content, now)
        row = {"id": body["id"], "file": body, "due": now, "visible": visible}
        self._objects.add(account_id, "file", row, content)
        return str(body["id"])

    def open(self, account_id: str, *, purpose: str, filename: str) -> str:
        """Begin a file that is written bit by bit and seen by nobody until it is closed."""
        body = _file(purpose, filename, b"", self._now())
        row = {"id": body["id"], "file": body, "due": 0.0, "visible": 0.0, "open": True}
        self._objects.add(account_id, "file", row)
        return str(body["id"])

    def append(self, account_id: str, id: str, at: int, content: bytes) -> None:
        self._objects.append(account_id, id, at, content)

    def close(self, account_id: str, id: str, at: float) -> None:
        """It is whole, and has been since a moment."""
        row = self._objects.get(account_id, "file", id)
        if row is None:
            return
        row["file"] |= {
            "bytes": self._objects.size(account_id, "file", id),
            "created_at": int(at),
        }
        row |= {"due": at, "visible": at, "open": False}
        self._objects.change(account_id, "file", row)

    def show_from(self, account_id: str, id: str, at: float) -> None:
        """What is written already is to be seen from another moment on."""
        row = self._objects.get(account_id, "file", id)
        if row:
            row |= {"visible": at, "due": at}
            row["file"]["created_at"] = int(at)
            self._objects.change(account_id, "file", row)

    def forget(self, account_id: str, id: str) -> None:
        self._objects.remove(account_id, "file", id)

    def find(self, account_id: str, id: str) -> Body | None:
        """A file as it stands now."""
        row = self._objects.get(account_id, "file", id)
        return self._shown(row) if row and self._visible(row) else None

    def content(self, account_id: str, id: str) -> bytes:
        return self._objects.content(account_id, "file", id)

    def receive(
        self, account_id: str, purpose: str, filename: str, content: bytes, lasts: int | None = None
    ) -> Body:
        """Keep what somebody has sent, to be looked through; the file as it stands at first.

        Raises:
            Refusal: 400, it is empty, too large, or not of a form that fits its purpose.
        """
        self.check(purpose, filename)
        if not content:
            raise _wrong("The file is empty.")
        self.check_size(purpose, len(content))
        now = self._now()
        body = _file(purpose, filename, content, now)
        if purpose == "fine-tune" and (wrong := training_data.malformed(content)):
            body |= {"status": "error", "status_details": wrong.message}
        if lasts is not None:
            body["expires_at"] = int(now) + lasts
        return self._pending(account_id, body, content)

    def _pending(self, account_id: str, body: Body, content: bytes | None) -> Body:
        row: Body = {"id": body["id"], "file": body, "visible": 0.0}
        row["due"] = self._now() + self._around.settings.profile.file_seconds
        self._objects.add(account_id, "file", row, content)
        unknown = {name: value for name, value in body.items() if name != "status_details"}
        return unknown | {"status": "pending"}

    def check(self, purpose: str, filename: str) -> None:
        if purpose not in PURPOSES:
            raise _wrong(f"The purpose must be one of {', '.join(PURPOSES)}.")
        if purpose in ("fine-tune", "batch") and not filename.lower().endswith(".jsonl"):
            raise _wrong(f"A file for {purpose} has to be JSON Lines, with the ending .jsonl.")

    def check_size(self, purpose: str, size: int) -> None:
        if size > LARGEST.get(purpose, 512 * MEGABYTE):
            raise _wrong(f"The file is too large for the purpose {purpose}.")

    def _upload(self, visit: Visit) -> Told:
        form = multipart.parts(visit.request.headers.get("content-type", ""), visit.body)
        file, purpose = form.get("file"), form.get("purpose")
        if file is None or not file.filename:
            raise _wrong("The form has no file.")
        lasts = form.get("expires_after[seconds]")
        made = self.receive(
            visit.account.id,
            purpose.text if purpose else "",
            file.filename,
            file.content,
            int(lasts.text) if lasts and lasts.text.isdecimal() else None,
        )
        return Told(body=made, status=201, location=f"files/{made['id']}")

    def _import(self, visit: Visit) -> Told:
        """A file from somewhere else. The sandbox goes nowhere: only a data: URL has content."""
        try:
            wanted = FileImport.model_validate(visit.json())
        except ValidationError as error:
            raise chat.refusal(error) from None
        self.check(wanted.purpose, wanted.filename)
        if wanted.content_url.startswith("data:"):
            content = _inline(wanted.content_url)
            made = self.receive(visit.account.id, wanted.purpose, wanted.filename, content)
        else:
            body = _file(wanted.purpose, wanted.filename, b"", self._now())
            body |= {"status": "error", "status_details": NOT_FETCHED}
            made = self._pending(visit.account.id, body, None)
        return Told(body=made, status=201, location=f"files/{made['id']}")

    def _list(self, visit: Visit) -> Told:
        purpose = visit.query.get("purpose")
        found = [
            self._shown(row)
            for row in self._objects.all(visit.account.id, "file")
            if self._visible(row) and purpose in (None, row["file"]["purpose"])
        ]
        return Told(body=page(found, visit.query, PAGE))

    def _get(self, visit: Visit) -> Told:
        return Told(body=self._found(visit))

    def _content(self, visit: Visit) -> Told:
        file = self._found(visit)
        content = self.content(visit.account.id, file["id"])
        return Told(body=content, media_type="application/octet-stream")

    def _delete(self, visit: Visit) -> Told:
        file = self._found(visit)
        self.forget(visit.account.id, file["id"])
        return Told(body={"id": file["id"], "object": "file", "deleted": True})

    def _found(self, visit: Visit) -> Body:
        file = self.find(visit.account.id, visit.named("file"))
        if file is None:
            raise errors.gone("file", visit.named("file"))
        return file

    def _visible(self, row: Body) -> bool:
        now = self._now()
        ends = row["file"].get("expires_at", now + 1)
        return not row.get("open") and bool(row["visible"] <= now < ends)

    def _shown(self, row: Body) -> Body:
        file: Body = row["file"]
        if self._now() >= row["due"]:
            return file
        unknown = {name: value for name, value in file.items() if name != "status_details"}
        return unknown | {"status": "pending"}

    def _now(self) -> float:
        return self._around.clock.now().timestamp()


def _file(purpose: str, filename: str, content: bytes, at: float) -> dict[str, Any]:
    return {
        "id": f"file-{secrets.token_hex(16)}",
        "object": "file",
        "bytes": len(content),
        "created_at": int(at),
        "filename": filename,
        "purpose": purpose,
        "status": "processed",
    }


def _inline(url: str) -> bytes:
    """The content that a data: URL carries."""
    head, _, content = url.partition(",")
    if not head.endswith(";base64"):
        return unquote_to_bytes(content)
    try:
        return base64.b64decode(content, validate=True)
    except ValueError:
        raise _wrong("The content_url is no base64.") from None


def _wrong(message: str) -> errors.Refusal:
    return errors.authoring(400, "invalidPayload", message)
