"""The work on batches: a slice at a time, so that nobody else has to wait for it.

Each slice is one transaction: answers, rows among the events and how far the batch is. What was
killed goes on where it was.
"""

import asyncio
import json
import secrets
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Final

from sandbox import no_room
from sandbox.around import Around
from sandbox.clock import stamp
from sandbox.dataplane import batch_input, errors, sse
from sandbox.dataplane.account import Account, Accounts
from sandbox.dataplane.batch import Batch
from sandbox.dataplane.batch_input import Check, Problem
from sandbox.dataplane.entrance import request_id
from sandbox.dataplane.errors import Refusal
from sandbox.dataplane.events import Event, Events
from sandbox.dataplane.files import Files
from sandbox.dataplane.inference import Served
from sandbox.dataplane.objects import Objects
from sandbox.dataplane.operations import Operation
from sandbox.dataplane.reading import Reading

SLICE: Final = 4
"""Requests that are answered before somebody else has a turn."""
PAUSE_SECONDS: Final = 0.002
"""Until the next slice: about as long as one takes, so that others wait twice as long at most."""
SLICE_BYTES: Final = 64 * 1024
"""Fewer requests, if they are longer than that."""
LOOKS: Final = 25
"""Requests that are looked through in the time that answering one takes."""
SLICES_A_LOOK: Final = 16
"""Slices that are done before a batch is shown: a small one is finished when one first looks."""

Ask = Callable[[Account, str, Operation, bytes], Served]
"""The answer of a deployment to one request of a batch. Raises Refusal."""


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What became of one request of a batch."""

    line: bytes
    status: int
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True)
class Input:
    """A file of requests while it is being worked off."""

    lines: Sequence[bytes]
    check: Check


class BatchWork:
    """All batches that have not ended, whichever account they are of."""

    def __init__(
        self,
        around: Around,
        reading: Reading,
        objects: Objects,
        files: Files,
        events: Events,
        accounts: Accounts,
        ask: Ask,
    ) -> None:
        self._around = around
        self._reading = reading
        self._objects = objects
        self._files = files
        self._events = events
        self._accounts = accounts
        self._ask = ask
        self._open: set[tuple[str, str]] | None = None
        """Account in lower case, and batch; None until somebody has looked."""
        self._inputs: dict[str, Input] = {}
        self._task: asyncio.Task[None] | None = None

    def begin(self, account_id: str, batch: Batch) -> None:
        """Take up a new batch."""
        self._objects.add(account_id, "batch", batch.row)
        self._unfinished().add((account_id.lower(), batch.id))
        self.wake()

    def wake(self) -> None:
        """See to it that what is due is done. From the loop only."""
        if self._unfinished() and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._work())

    def forget(self) -> None:
        """All batches are gone."""
        self._open = None
        self._inputs.clear()

    def look(self, account_id: str, id: str) -> None:
        """Do a little for a batch that somebody wants to see."""
        for _ in range(SLICES_A_LOOK):
            if not self._slice(account_id.lower(), id):
                return

    async def _work(self) -> None:
        try:
            self._reading.renew()
            while any([self._slice(*each) for each in sorted(self._unfinished())]):
                await asyncio.sleep(PAUSE_SECONDS)
                self._reading.renew()
        except sqlite3.OperationalError as error:
            no_room.noted("the next answers of a batch", error)

    def _unfinished(self) -> set[tuple[str, str]]:
        if self._open is None:
            found = self._objects.everywhere("batch")
            self._open = {(account, row["id"]) for account, row in found if Batch.of(row).is_open}
        return self._open

    def _slice(self, account_id: str, id: str) -> bool:
        """The next bit of one batch; whether there was any."""
        row = self._objects.get(account_id, "batch", id)
        batch = Batch.of(row) if row else None
        if batch is None or not batch.is_open:
            self._unfinished().discard((account_id, id))
            self._inputs.pop(id, None)
            return False
        account = self._accounts.of(account_id)
        if account is None:  # soft-deleted: it waits for what becomes of it
            return False
        if not batch.validated:
            self._look_through(account, batch)
            return True
        due = batch.due(self._now())
        if due <= batch.answered:
            return False
        self._answer(account, batch, due)
        return True

    def _input(self, account: Account, batch: Batch) -> Input:
        found = self._inputs.get(batch.id)
        if found is None:
            content = self._files.content(account.id, batch.request["input_file_id"])
            found = Input(batch_input.lines(content), Check(batch.request["endpoint"]))
            self._inputs[batch.id] = found
        return found

    def _look_through(self, account: Account, batch: Batch) -> None:
        given = self._input(account, batch)
        check, total = given.check, len(given.lines)
        if wrong := batch_input.too_many_or_none(total):
            self._change(account, replace(batch, problems=[asdict(wrong)]))
            return
        check.look(_some(given.lines, check.looked, total, LOOKS))
        if check.looked < total and not check.gives_up:
            return
        problems = check.problems or self._unfit(account, check, batch.request["endpoint"])
        self._change(
            account,
            replace(
                batch,
                validated=True,
                total=total,
                deployment=check.model,
                tokens=check.tokens,
                problems=[asdict(each) for each in problems],
            ),
        )

    def _unfit(self, account: Account, check: Check, endpoint: str) -> list[Problem]:
        """What is wrong with the deployment that a file names."""
        name, operation = check.model, batch_input.operation(endpoint)
        deployment = self._accounts.deployment(account, name)
        if deployment is None:
            text = (
                "The Azure model deployment name that was specified in the model property of the "
                "input file wasn't found."
            )
            return [Problem(code="model_not_found", message=text, line=1, param="body.model")]
        able = operation and operation.capability in deployment.capabilities
        if not deployment.batch or not able:
            text = f"The deployment type {deployment.sku} or its model takes no such batches."
            return [Problem(code="invalid_request", message=text, line=1, param="body.model")]
        asked = self._enqueued(account, name) + check.tokens
        if asked > deployment.limits.tokens:
            text = (
                f"Enqueued token limit reached for deployment {name}: {asked} of "
                f"{deployment.limits.tokens}. Please try again once some in-progress batches have "
                "been completed."
            )
            return [Problem(code="token_limit_exceeded", message=text)]
        return []

    def _enqueued(self, account: Account, deployment: str) -> int:
        """Tokens that batches under way hold."""
        batches = map(Batch.of, self._objects.all(account.id, "batch"))
        return sum(
            each.tokens
            for each in batches
            if each.deployment == deployment and each.status == "in_progress"
        )

    def _answer(self, account: Account, batch: Batch, due: int) -> None:
        given = self._input(account, batch)
        if len(given.lines) != batch.total:  # the file was deleted, and the sandbox restarted
            gone = Problem(code="input_file_deleted", message="The input file was deleted.")
            self._change(account, replace(batch, problems=[asdict(gone)]))
            return
        operation = batch_input.operation(batch.request["endpoint"])
        texts = _some(given.lines, batch.answered, due)
        with self._around.store.transaction():
            answers = [self._answered(account, batch, text, operation) for text in texts]
            after = replace(
                batch,
                answered=batch.answered + len(answers),
                good=batch.good + sum(each.status == 200 for each in answers),
            )
            for name in ("output", "error"):
                after = self._written(account, after, name, answers)
            self._record(account, batch, operation, answers)
            if after.answered == after.total:
                self.close(account.id, after, after.ends)
            self._change(account, after)

    def _answered(
        self, account: Account, batch: Batch, text: bytes, operation: Operation | None
    ) -> Answered:
        line, _, message = batch_input.read(text, batch.request["endpoint"])
        prompt = completion = 0
        try:
            if line is None or operation is None:
                raise errors.wrong_request(message)
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
            "custom_id": line.custom_id if line else None,
            "id": f"batch_req_{secrets.token_hex(12)}",
            "response": {"status_code": status, "request_id": request_id(), "body": body},
            "error": None,
        }
        return Answered(
            line=sse.dumps(told) + b"\n",
            status=status,
            prompt_tokens=prompt,
            completion_tokens=completion,
        )

    def _written(
        self, account: Account, batch: Batch, name: str, answers: Sequence[Answered]
    ) -> Batch:
        """The answers at the end of the file of the good ones, or of the others."""
        told = [each.line for each in answers if (each.status == 200) == (name == "output")]
        if not told:
            return batch
        file = batch.output if name == "output" else batch.error
        if file is None:
            filename = f"{batch.id}_{name}.jsonl"
            file = self._files.open(account.id, purpose="batch_output", filename=filename)
            batch = replace(batch, output=file) if name == "output" else replace(batch, error=file)
        self._files.append(account.id, file, batch.answered, b"".join(told))
        return batch

    def close(self, account_id: str, batch: Batch, at: float) -> None:
        """Show the files of a batch that has ended."""
        for file in (batch.output, batch.error):
            if file:
                self._files.close(account_id, file, at)

    def _record(
        self,
        account: Account,
        batch: Batch,
        operation: Operation | None,
        answers: Sequence[Answered],
    ) -> None:
        deployment = self._accounts.deployment(account, batch.deployment)
        if deployment is None or operation is None:
            return
        zone = self._around.clock.now().tzinfo
        self._events.write(
            Event(
                at=stamp(datetime.fromtimestamp(batch.answered_at(number), zone)),
                account_lc=account.id.lower(),
                deployment=deployment.name,
                model=deployment.model,
                version=deployment.version,
                operation=operation.name,
                status=each.status,
                stream=False,
                prompt_tokens=each.prompt_tokens,
                completion_tokens=each.completion_tokens,
                principal=batch.principal,
                correlation_id=batch.id,
            )
            for number, each in enumerate(answers, batch.answered + 1)
        )

    def _change(self, account: Account, batch: Batch) -> None:
        self._objects.change(account.id, "batch", batch.row)

    def _now(self) -> float:
        return self._around.clock.now().timestamp()


def _some(lines: Sequence[bytes], start: int, stop: int, times: int = 1) -> Sequence[bytes]:
    """The next requests: a slice of them, or fewer if they are long; at least one."""
    size, end = 0, start
    while end < min(stop, start + SLICE * times) and size <= SLICE_BYTES * times:
        size += len(lines[end])
        end += 1
    return lines[start:end]
