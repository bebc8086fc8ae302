"""Responses once they are given: read again, or deleted."""

from sandbox.dataplane.conversations import Conversations
from sandbox.dataplane.entrance import Told, Visit, Way
from sandbox.dataplane.operations import RESPONSES_DELETE, RESPONSES_READ


def ways(conversations: Conversations) -> list[Way]:
    def one(visit: Visit) -> Told:
        return Told(body=conversations.response(visit.account.id, visit.named("response")))

    def items(visit: Visit) -> Told:
        return Told(body=conversations.items(visit.account.id, visit.named("response")))

    def forget(visit: Visit) -> Told:
        return Told(body=conversations.forget(visit.account.id, visit.named("response")))

    path = "responses/{response}"
    return [
        Way("GET", path, RESPONSES_READ, one),
        Way("GET", f"{path}/input_items", RESPONSES_READ, items),
        Way("DELETE", path, RESPONSES_DELETE, forget),
    ]
