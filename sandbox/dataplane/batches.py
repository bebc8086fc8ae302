"""Batches: a file of requests goes in, files of answers come out."""

import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from sandbox.around import Around
from sandbox.clock import stamp
from sandbox.dataplane import batch_input, chat, errors, sse
from sandbox.dataplane.account import Account, Deployment
from sandbox.dataplane.batch_input import Line, Problem
from sandbox.dataplane.entrance import Told, Visit, Way, request_id
from sandbox.dataplane.errors import Refusal
from sandbox.dataplane.events import Event, Events
from sandbox.dataplane.files import Files
from sandbox.dataplane.inference import Served
from sandbox.dataplane.object_pages import page
from sandbox.dataplane.objects import Objects
from sandbox.dataplane.operations import BATCHES_READ, BATCHES_WRITE, Operation
from sandbox.store import Body

PAGE: Final = 20
WINDOW: Final = "24h"
WINDOW_SECONDS: Final = 86_400

Ask = Callable[[Account, str, Operation, bytes], Served]
"""The answer of a deployment to one request of a batch. Raises Refusal."""

Find = Callable[[Account, str], Deployment | None]


class BatchRequest(BaseModel):
    model_config = ConfigDict(extra="allow")

    input_file_id: str
    endpoint: str
    completion_window: str
    metadata: dict[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What became of one request of a batch."""

    line: bytes
    status: int
    prompt_tokens: int = 0
    completion_tokens: int = 0


class Batches:
    """The batches of all accounts.

    Like a fine-tuning job a batch is worked off when it is made; the clock shows how far it is.
    """

    def __init__(
        self, around: Around, objects: Objects, files: Files, events: Events, ask: Ask, find: Find
    ) -> None:
        self._around = around
        self._objects = objects
        self._files = files
        self._events = events
        self._ask = ask
        self._find = find

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
        operation = batch_input.operation(request.endpoint)
        if operation is None:
            raise _wrong(f"The endpoint '{request.endpoint}' is not supported in batches.")
        if request.completion_window != WINDOW:
            raise _wrong(f"The completion window has to be {WINDOW}.")
        file = self._files.find(visit.account.id, request.input_file_id)
        if file is None or file["purpose"] != "batch":
            raise _wrong(f"There is no file '{request.input_file_id}' with the purpose batch.")
        if file["status"] != "processed":
            raise _wrong(f"The file '{file['id']}' is in status {file['status']}.")
        content = self._files.content(visit.account.id, file["id"])
        lines, problems = batch_input.read(content, request.endpoint)
        problems = problems or self._unfit(visit.account, lines, operation)
        if visit.failure:
            problems = [Problem(code=visit.failure["code"], message=visit.failure["message"])]
        row = _row(request, self._now(), self._around.settings.profile.batch_seconds)
        row["total"] = len(lines)
        with self._around.store.transaction():
            if problems:
                row["problems"] = [asdict(each) for each in problems]
            else:
                row["tokens"] = self._work(visit, row, lines, operation)
            self._objects.add(visit.account.id, "batch", row)
        return Told(body=_shown(row, self._now(), fresh=True))

    def _unfit(
        self, account: Account, lines: Sequence[Line], operation: Operation
    ) -> list[Problem]:
        """What is wrong with the deployment that a file names."""
        name = lines[0].model
        deployment = self._find(account, name)
        if deployment is None:
            text = (
                "The Azure model deployment name that was specified in the model property of the "
                "input file wasn't found."
            )
            return [Problem(code="model_not_found", message=text, line=1, param="body.model")]
        if not deployment.batch or operation.capability not in deployment.capabilities:
            text = f"The deployment type {deployment.sku} or its model takes no such batches."
            return [Problem(code="invalid_request", message=text, line=1, param="body.model")]
        enqueued = self._enqueued(account, name)
        # Four bytes a token are near enough for a limit in billions.
        asked = sum(len(json.dumps(line.body)) // 4 for line in lines)
        if enqueued + asked > deployment.limits.tokens:
            text = (
                f"Enqueued token limit reached for deployment {name}: {enqueued + asked} of "
                f"{deployment.limits.tokens}. Please try again once some in-progress batches have "
                "been completed."
            )
            return [Problem(code="token_limit_exceeded", message=text)]
        return []

    def _enqueued(self, account: Account, deployment: str) -> int:
        """Tokens that batches under way hold."""
        now = self._now()
        return sum(
            row.get("tokens", 0)
            for row in self._objects.all(account.id, "batch")
            if row.get("deployment") == deployment and _status(row, now) == "in_progress"
        )

    def _work(self, visit: Visit, row: Body, lines: Sequence[Line], operation: Operation) -> int:
        """Answer every request now, to be seen later; the prompt tokens that took."""
        row["deployment"] = lines[0].model
        answers = [self._answer(visit.account, line, operation) for line in lines]
        row["statuses"] = [each.status for each in answers]
        good, bad = _sorted(answers)
        visible = row["ends"]
        for name, found in (("output", good), ("error", bad)):
            if found:
                row[name] = self._files.add(
                    visit.account.id,
                    purpose="batch_output",
                    filename=f"{row['id']}_{name}.jsonl",
                    content=b"".join(found),
                    visible=visible,
                )
        self._record(visit, row, operation, answers)
        return sum(each.prompt_tokens for each in answers)

    def _answer(self, account: Account, line: Line, operation: Operation) -> Answered:
        id = request_id()
        prompt = completion = 0
        try:
            if line.body.get("stream"):
                raise errors.wrong_request("Batches do not stream.", "stream")
            served = self._ask(account, line.model, operation, json.dumps(line.body).encode())
            served.finish(self._now())
            prompt, completion = served.used.prompt, served.used.completion
            status = 200
            body = json.loads(served.body if isinstance(served.body, bytes) else b"null")
        except Refusal as refusal:
            status, body = refusal.status, refusal.body
        told = {
            "custom_id": line.custom_id,
            "id": f"batch_req_{secrets.token_hex(12)}",
            "response": {"status_code": status, "request_id": id, "body": body},
            "error": None,
        }
        return Answered(
            line=sse.dumps(told) + b"\n",
            status=status,
            prompt_tokens=prompt,
            completion_tokens=completion,
        )

    def _record(
        self, visit: Visit, row: Body, operation: Operation, answers: Sequence[Answered]
    ) -> None:
        deployment = self._find(visit.account, row["deployment"])
        if deployment is None:
            return
        clock = self._around.clock.now()
        for number, each in enumerate(answers, 1):
            at = _answered_at(row, number)
            moment = clock.fromtimestamp(at, clock.tzinfo)
            self._events.add(
                Event(
                    at=stamp(moment),
                    account_lc=visit.account.id.lower(),
                    deployment=deployment.name,
                    model=deployment.model,
                    version=deployment.version,
                    operation=operation.name,
                    status=each.status,
                    stream=False,
                    prompt_tokens=each.prompt_tokens,
                    completion_tokens=each.completion_tokens,
                    principal=visit.principal,
                    correlation_id=row["id"],
                )
            )

    def _list(self, visit: Visit) -> Told:
        now = self._now()
        found = [_shown(row, now) for row in self._objects.all(visit.account.id, "batch")]
        return Told(body=page(found, visit.query, PAGE))

    def _get(self, visit: Visit) -> Told:
        return Told(body=_shown(self._found(visit), self._now()))

    def _cancel(self, visit: Visit) -> Told:
        row, now = self._found(visit), self._now()
        status = _status(row, now)
        if status != "in_progress":
            raise errors.authoring(
                409, "conflict", f"The batch is {status} and cannot be cancelled."
            )
        done = _done(row, now)
        row["cancelled"] = now
        self._events.flush()
        with self._around.store.transaction():
            self._objects.change(visit.account.id, "batch", row)
            statuses = row["statuses"][:done]
            for name, count in (
                ("output", statuses.count(200)),
                ("error", len(statuses) - statuses.count(200)),
            ):
                self._cut(visit.account.id, row.get(name), count)
            self._around.store.execute(
                "DELETE FROM events WHERE correlation_id = ? AND at > ?",
                (row["id"], stamp(self._around.clock.now())),
            )
        return Told(body={**_shown(row, now), "status": "cancelling", "cancelled_at": None})

    def _cut(self, account_id: str, file: str | None, count: int) -> None:
        """Leave of a file what had been answered by now."""
        if file is None:
            return
        kept = self._files.content(account_id, file).splitlines(keepends=True)[:count]
        if kept:
            self._files.replace(account_id, file, b"".join(kept))
        else:
            self._files.forget(account_id, file)

    def _found(self, visit: Visit) -> Body:
        row = self._objects.get(visit.account.id, "batch", visit.named("batch"))
        if row is None:
            raise errors.gone("batch", visit.named("batch"))
        return row

    def _now(self) -> float:
        return self._around.clock.now().timestamp()


def _row(request: BatchRequest, now: float, seconds: float) -> Body:
    return {
        "id": f"batch_{request_id()}",
        "request": request.model_dump(include=set(BatchRequest.model_fields)),
        "created": now,
        "ends": now + seconds,
        "cancelled": None,
        "problems": [],
        "statuses": [],
    }


def _sorted(answers: Sequence[Answered]) -> tuple[list[bytes], list[bytes]]:
    good = [each.line for each in answers if each.status == 200]
    return good, [each.line for each in answers if each.status != 200]


def _status(row: Body, now: float) -> str:
    if row["cancelled"] is not None:
        return "cancelled"
    if row["problems"]:
        return "failed"
    return "in_progress" if now < row["ends"] else "completed"


def _answered_at(row: Body, number: int) -> float:
    """When the so-manieth request was answered."""
    return float(row["created"] + (row["ends"] - row["created"]) * number / row["total"])


def _done(row: Body, now: float) -> int:
    """How many requests have been answered."""
    until = now if row["cancelled"] is None else float(row["cancelled"])
    if until >= row["ends"]:
        return int(row["total"])
    share = (until - row["created"]) / (row["ends"] - row["created"])
    return int(row["total"] * share)


def _shown(row: Body, now: float, *, fresh: bool = False) -> dict[str, Any]:
    """The batch as GET answers it; a fresh one is validating, whatever will come of it."""
    status = "validating" if fresh else _status(row, now)
    created, ends = int(row["created"]), int(row["ends"])
    done = 0 if fresh else _done(row, now)
    statuses = row["statuses"][:done]
    good = statuses.count(200)
    ended = status in ("completed", "cancelled")
    return {
        "id": row["id"],
        "object": "batch",
        **row["request"],
        "status": status,
        "errors": {"object": "list", "data": row["problems"]} if status == "failed" else None,
        "created_at": created,
        "expires_at": created + WINDOW_SECONDS,
        "in_progress_at": created if status in ("in_progress", "completed", "cancelled") else None,
        "finalizing_at": ends if status == "completed" else None,
        "completed_at": ends if status == "completed" else None,
        "failed_at": created if status == "failed" else None,
        "expired_at": None,
        "cancelling_at": int(row["cancelled"]) if row["cancelled"] is not None else None,
        "cancelled_at": int(row["cancelled"]) if row["cancelled"] is not None else None,
        "output_file_id": row.get("output") if ended and good else None,
        "error_file_id": row.get("error") if ended and good < len(statuses) else None,
        "request_counts": {
            "total": 0 if fresh else row["total"],
            "completed": good,
            "failed": len(statuses) - good,
        },
    }


def _wrong(message: str) -> errors.Refusal:
    return errors.authoring(400, "invalidPayload", message)
