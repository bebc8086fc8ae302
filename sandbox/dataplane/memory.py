"""What a response has to do with what was said before it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.dataplane import response_items
from sandbox.dataplane.background import Plan
from sandbox.dataplane.conversations import Conversations
from sandbox.dataplane.kept_responses import KeptResponses
from sandbox.dataplane.response_items import Item
from sandbox.dataplane.responses import ResponsesRequest


@dataclass(frozen=True, kw_only=True)
class Recalled:
    """The items that a response answers."""

    before: Sequence[Item]
    asked: Sequence[Item]
    """What came with the request itself."""

    @property
    def all(self) -> list[Item]:
        return [*self.before, *self.asked]


@dataclass(frozen=True)
class Memory:
    responses: KeptResponses
    conversations: Conversations

    def recall(self, account_id: str, request: ResponsesRequest) -> Recalled:
        """All that a request refers to.

        Raises:
            Refusal: there is no such response, conversation or item.
        """
        before: list[Item] = []
        if request.previous_response_id is not None:
            before = self.responses.before(account_id, request.previous_response_id)
        elif request.conversation_id:
            before = self.conversations.items(account_id, request.conversation_id)

        def find(id: str) -> Item | None:
            return self.responses.item(account_id, id) or self.conversations.item(account_id, id)

        asked = [response_items.kept(each) for each in response_items.resolved(request.items, find)]
        return Recalled(before=before, asked=asked)

    def keep(
        self,
        account_id: str,
        response: Mapping[str, Any],
        recalled: Recalled,
        plan: Plan | None,
        now: float,
    ) -> None:
        """Remember a response, and its part of a conversation."""
        self.responses.keep(account_id, response, recalled.all, plan)
        at = plan.ends if plan else now
        self.conversations.extend(account_id, response, recalled.asked, at)
