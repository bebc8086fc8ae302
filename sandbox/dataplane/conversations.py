"""Conversations: items that responses add to, and that are there without any response."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.clock import Clock
from sandbox.dataplane import chat, errors, response_items
from sandbox.dataplane.entrance import Told, Visit, Way
from sandbox.dataplane.object_pages import limited, page
from sandbox.dataplane.objects import Objects
from sandbox.dataplane.operations import conversations
from sandbox.dataplane.response_items import Item, new_id
from sandbox.dataplane.responses import MOST_METADATA
from sandbox.store import Body

PAGE: Final = 20
MOST_AT_ONCE: Final = 20
"""Items in one request."""


class Wanted(BaseModel):
    """What makes or changes a conversation."""

    model_config = ConfigDict(extra="allow", strict=True)

    items: list[Item] | None = None
    metadata: dict[str, str] | None = None


class Added(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)

    items: list[Item] = Field(min_length=1)


class Conversations:
    """The conversations of all accounts.

    Each item has the moment from which on it is there: what a response in the background is going
    to say is written when the response is asked for.
    """

    def __init__(self, objects: Objects, clock: Clock) -> None:
        self._objects = objects
        self._clock = clock

    def ways(self) -> list[Way]:
        read, write = conversations("GET", "read"), conversations("POST", "write")
        delete = conversations("DELETE", "delete")
        path = "conversations/{conversation}"
        return [
            Way("POST", "conversations", write, self._create),
            Way("GET", path, read, self._get),
            Way("POST", path, write, self._update),
            Way("DELETE", path, delete, self._delete),
            Way("POST", f"{path}/items", write, self._add),
            Way("GET", f"{path}/items", read, self._list),
            Way("GET", f"{path}/items/{{item}}", read, self._item),
            Way("DELETE", f"{path}/items/{{item}}", delete, self._remove),
        ]

    def items(self, account_id: str, id: str) -> list[Item]:
        """What has been said in a conversation, for the next response to it.

        Raises:
            Refusal: 404; 400 while another response to it is being made.
        """
        row, now = self._row(account_id, id), self._now()
        if any(each["at"] > now for each in row["items"]):
            raise errors.conversation_locked()
        return _there(row, now)

    def extend(
        self, account_id: str, response: Mapping[str, Any], asked: Sequence[Item], at: float
    ) -> None:
        """Add what a response was asked, now, and what it says, from a moment on."""
        named = response["conversation"]
        row = self._objects.get(account_id, "conversation", named["id"]) if named else None
        if row is None:
            return
        said = [(each, at) for each in response["output"]]
        for item, since in (*((each, self._now()) for each in asked), *said):
            row["items"].append({"item": item, "at": since, "response": response["id"]})
        self._objects.change(account_id, "conversation", row)

    def withdraw(self, account_id: str, response: Mapping[str, Any], now: float) -> None:
        """Forget what a cancelled response would have said."""
        named = response["conversation"]
        row = self._objects.get(account_id, "conversation", named["id"]) if named else None
        if row is None:
            return
        row["items"] = [
            each for each in row["items"] if each["at"] <= now or each["response"] != response["id"]
        ]
        self._objects.change(account_id, "conversation", row)

    def item(self, account_id: str, id: str) -> Item | None:
        """An item of some conversation, by its id."""
        row = self._objects.mentioning(account_id, "conversation", f'"{id}"')
        items = _there(row, self._now()) if row else []
        return next((each for each in items if each["id"] == id), None)

    def _create(self, visit: Visit) -> Told:
        wanted = _wanted(visit)
        now = self._now()
        row: Body = {
            "id": new_id("conv"),
            "created_at": int(now),
            "metadata": wanted.metadata or {},
            "items": _entries(wanted.items or [], now),
        }
        self._objects.add(visit.account.id, "conversation", row)
        return Told(body=_shown(row))

    def _get(self, visit: Visit) -> Told:
        return Told(body=_shown(self._found(visit)))

    def _update(self, visit: Visit) -> Told:
        row = self._found(visit)
        row["metadata"] = _wanted(visit).metadata or {}
        self._objects.change(visit.account.id, "conversation", row)
        return Told(body=_shown(row))

    def _delete(self, visit: Visit) -> Told:
        id = self._found(visit)["id"]
        self._objects.remove(visit.account.id, "conversation", id)
        return Told(body={"id": id, "object": "conversation.deleted", "deleted": True})

    def _add(self, visit: Visit) -> Told:
        row = self._found(visit)
        try:
            added = Added.model_validate(visit.json())
        except ValidationError as error:
            raise chat.refusal(error) from None
        entries = _entries(added.items, self._now())
        row["items"] += entries
        self._objects.change(visit.account.id, "conversation", row)
        items = [each["item"] for each in entries]
        return Told(body=page(items, {}, MOST_AT_ONCE))

    def _list(self, visit: Visit) -> Told:
        items = _there(self._found(visit), self._now())
        return Told(body=page(items[::-1], limited(visit.query), PAGE))

    def _item(self, visit: Visit) -> Told:
        items = _there(self._found(visit), self._now())
        for each in items:
            if each["id"] == visit.named("item"):
                return Told(body=each)
        raise errors.not_found("Item", visit.named("item"))

    def _remove(self, visit: Visit) -> Told:
        row = self._found(visit)
        left = [each for each in row["items"] if each["item"]["id"] != visit.named("item")]
        if len(left) == len(row["items"]):
            raise errors.not_found("Item", visit.named("item"))
        row["items"] = left
        self._objects.change(visit.account.id, "conversation", row)
        return Told(body=_shown(row))

    def _found(self, visit: Visit) -> Body:
        return self._row(visit.account.id, visit.named("conversation"))

    def _row(self, account_id: str, id: str) -> Body:
        row = self._objects.get(account_id, "conversation", id)
        if row is None:
            raise errors.not_found("Conversation", id)
        return row

    def _now(self) -> float:
        return self._clock.now().timestamp()


def _wanted(visit: Visit) -> Wanted:
    try:
        wanted = Wanted.model_validate(visit.json() if visit.body else {})
    except ValidationError as error:
        raise chat.refusal(error) from None
    if len(wanted.metadata or {}) > MOST_METADATA:
        raise errors.too_much_metadata(len(wanted.metadata or {}), MOST_METADATA)
    return wanted


def _entries(items: Sequence[Item], now: float) -> list[Body]:
    if len(items) > MOST_AT_ONCE:
        raise errors.wrong_request(
            f"Invalid 'items': array too long. Expected an array with maximum length "
            f"{MOST_AT_ONCE}, but got an array with length {len(items)} instead.",
            "items",
            "array_above_max_length",
        )
    response_items.check(items, "items", references=False)
    return [{"item": response_items.kept(each), "at": now, "response": None} for each in items]


def _there(row: Body, now: float) -> list[Item]:
    return [each["item"] for each in row["items"] if each["at"] <= now]


def _shown(row: Body) -> dict[str, Any]:
    return {
        "id": row["id"],
        "object": "conversation",
        "created_at": row["created_at"],
        "metadata": row["metadata"],
    }
