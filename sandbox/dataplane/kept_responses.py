"""Responses once they are asked for: kept, looked at, taken up again, cancelled, deleted."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from sandbox.clock import Clock
from sandbox.dataplane import background, errors, responses_answer
from sandbox.dataplane.background import Plan
from sandbox.dataplane.conversations import Conversations
from sandbox.dataplane.entrance import Told, Visit, Way
from sandbox.dataplane.latency import Delay
from sandbox.dataplane.object_pages import limited, page
from sandbox.dataplane.objects import Objects
from sandbox.dataplane.operations import RESPONSES_DELETE, RESPONSES_READ, RESPONSES_WRITE
from sandbox.dataplane.response_items import Item
from sandbox.store import Body

KEPT: Final = timedelta(days=30)
PAGE: Final = 20


class KeptResponses:
    """The responses of all accounts, each with the items that it answers."""

    def __init__(self, objects: Objects, conversations: Conversations, clock: Clock) -> None:
        self._objects = objects
        self._conversations = conversations
        self._clock = clock

    def ways(self) -> list[Way]:
        path = "responses/{response}"
        return [
            Way("GET", path, RESPONSES_READ, self._get),
            Way("GET", f"{path}/input_items", RESPONSES_READ, self._items),
            Way("POST", f"{path}/cancel", RESPONSES_WRITE, self._cancel),
            Way("DELETE", path, RESPONSES_DELETE, self._delete),
        ]

    def keep(
        self,
        account_id: str,
        response: Mapping[str, Any],
        items: Sequence[Item],
        plan: Plan | None,
    ) -> None:
        """Remember a response and all that had been said before it."""
        kept = {
            "id": response["id"],
            "response": dict(response),
            "items": list(items),
            "plan": plan.row if plan else None,
        }
        self._objects.add(account_id, "response", kept)

    def before(self, account_id: str, previous: str) -> list[Item]:
        """What was said up to a response, its own output included.

        Raises:
            Refusal: 400, there is none of that id.
        """
        kept = self._kept(account_id, previous)
        if kept is None:
            raise errors.wrong_request(
                f"Previous response with id '{previous}' not found.",
                "previous_response_id",
                "previous_response_not_found",
            )
        return [*kept["items"], *background.shown(kept, self._now())["output"]]

    def item(self, account_id: str, id: str) -> Item | None:
        """An item of some response, by its id."""
        kept = self._objects.mentioning(account_id, "response", f'"{id}"')
        items = [*kept["items"], *kept["response"]["output"]] if kept else []
        return next((each for each in items if each["id"] == id), None)

    def is_cancelled(self, account_id: str, id: str) -> bool:
        kept = self._kept(account_id, id)
        plan = Plan.of(kept) if kept else None
        return plan is not None and plan.cancelled is not None

    def _get(self, visit: Visit) -> Told:
        kept = self._found(visit)
        if visit.query.get("stream") == "true":
            return self._stream(visit, kept)
        return Told(body=background.shown(kept, self._now()))

    def _stream(self, visit: Visit, kept: Body) -> Told:
        """The same events once more, after the one that the caller has seen last."""
        account_id, id, plan = visit.account.id, kept["id"], Plan.of(kept)
        if plan is None or not plan.streamed:
            name = "stream" if plan else "background"
            raise errors.wrong_request(
                f"This response cannot be streamed because it was not created with {name}=true.",
                "stream",
            )
        after = visit.query.get("starting_after", "-1")
        if not after.removeprefix("-").isdecimal():
            raise errors.wrong_request(
                f"Invalid type for 'starting_after': expected an integer, but got '{after}'.",
                "starting_after",
                "invalid_type",
            )
        now, whole, start = self._now(), kept["response"], int(after) + 1
        count = sum(1 for _ in responses_answer.events(whole))
        told = plan.passed(count, now if plan.cancelled is None else plan.cancelled)

        def is_cancelled(number: int) -> bool:
            return number >= max(1, told) and self.is_cancelled(account_id, id)

        events = background.until_cancelled(whole, is_cancelled, start)
        waits = told < count and plan.cancelled is None
        gap = (plan.ends - now) / (count - told) if waits else 0.0
        return Told(
            events=map(responses_answer.encoded, events),
            media_type="text/event-stream",
            at_once=max(0, told - start),
            pace=Delay(gap, gap),
        )

    def _items(self, visit: Visit) -> Told:
        items = self._found(visit)["items"]
        return Told(body=page(items[::-1], limited(visit.query), PAGE))

    def _cancel(self, visit: Visit) -> Told:
        kept, now = self._found(visit), self._now()
        plan = Plan.of(kept)
        if plan is None:
            raise errors.wrong_request("Cannot cancel a synchronous response.")
        if not plan.status(now):
            status = kept["response"]["status"]
            raise errors.wrong_request(f"Cannot cancel a {status} response.")
        if plan.cancelled is None:
            kept["plan"] = replace(plan, cancelled=now).row
            with self._objects.store.transaction():
                self._objects.change(visit.account.id, "response", kept)
                self._conversations.withdraw(visit.account.id, kept["response"], now)
        return Told(body=background.shown(kept, now))

    def _delete(self, visit: Visit) -> Told:
        """What was said after a response stays."""
        kept = self._found(visit)
        if background.shown(kept, self._now())["status"] in ("queued", "in_progress"):
            raise errors.wrong_request("Cannot delete an in-flight response.")
        self._objects.remove(visit.account.id, "response", kept["id"])
        return Told(body={"id": kept["id"], "object": "response.deleted", "deleted": True})

    def _found(self, visit: Visit) -> Body:
        id = visit.named("response")
        kept = self._kept(visit.account.id, id)
        if kept is None:
            raise errors.not_found("Response", id)
        return kept

    def _kept(self, account_id: str, id: str) -> Body | None:
        kept = self._objects.get(account_id, "response", id)
        if kept is None:
            return None
        age = self._now() - kept["response"]["created_at"]
        return kept if age < KEPT.total_seconds() else None

    def _now(self) -> float:
        return self._clock.now().timestamp()
