"""Responses that were kept, and what had been said up to each of them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from sandbox.clock import Clock
from sandbox.dataplane import errors
from sandbox.dataplane.completion import Message
from sandbox.dataplane.objects import Objects

KEPT: Final = timedelta(days=30)


class Conversations:
    def __init__(self, objects: Objects, clock: Clock) -> None:
        self._objects = objects
        self._clock = clock

    def keep(
        self,
        account_id: str,
        response: Mapping[str, Any],
        messages: Sequence[Message],
        items: Sequence[Mapping[str, Any]],
    ) -> None:
        """Remember a response, the conversation it ends, and the input that it answers."""
        kept = {
            "id": response["id"],
            "response": dict(response),
            "messages": [dict(each) for each in messages],
            "items": [dict(each) for each in items],
        }
        self._objects.add(account_id, "response", kept)

    def before(self, account_id: str, previous: str | None) -> list[Message]:
        """What was said up to a response.

        Raises:
            Refusal: 400, there is none of that id.
        """
        if previous is None:
            return []
        kept = self._kept(account_id, previous)
        if kept is None:
            raise errors.wrong_request(
                f"Previous response with id '{previous}' not found.",
                "previous_response_id",
                "previous_response_not_found",
            )
        messages: list[Message] = kept["messages"]
        return messages

    def response(self, account_id: str, id: str) -> dict[str, Any]:
        """A response as it was given.

        Raises:
            Refusal: 404.
        """
        response: dict[str, Any] = self._found(account_id, id)["response"]
        return response

    def items(self, account_id: str, id: str) -> dict[str, Any]:
        """The input that a response answers, newest first.

        Raises:
            Refusal: 404.
        """
        items = self._found(account_id, id)["items"]
        told = [
            {"id": f"msg_{index:048x}", **each, "content": _parts(each.get("content"))}
            for index, each in enumerate(items)
        ]
        data = told[::-1]
        return {
            "object": "list",
            "data": data,
            "first_id": data[0]["id"] if data else None,
            "last_id": data[-1]["id"] if data else None,
            "has_more": False,
        }

    def forget(self, account_id: str, id: str) -> dict[str, Any]:
        """Delete a response; what was said after it stays.

        Raises:
            Refusal: 404.
        """
        self._found(account_id, id)
        self._objects.remove(account_id, "response", id)
        return {"id": id, "object": "response", "deleted": True}

    def _found(self, account_id: str, id: str) -> dict[str, Any]:
        kept = self._kept(account_id, id)
        if kept is None:
            raise errors.response_not_found(id)
        return kept

    def _kept(self, account_id: str, id: str) -> dict[str, Any] | None:
        kept = self._objects.get(account_id, "response", id)
        if kept is None:
            return None
        age = self._clock.now().timestamp() - kept["response"]["created_at"]
        return kept if age < KEPT.total_seconds() else None


def _parts(content: Any) -> Any:
    return [{"type": "input_text", "text": content}] if isinstance(content, str) else content
