"""What the provider does with one resource: create, read, update, delete it in ARM."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.provider.arm_client import ArmClient, ArmFailure, Body, Call
from sandbox.provider.diff import merged
from sandbox.provider.metadata import Declared
from sandbox.provider.paths import ACTIONS, PLACES, Place, id_of, kind_of, parameters_of
from sandbox.provider.registry import Registry
from sandbox.provider.wire import body_of, inputs_of, outputs_of

SUBSCRIPTIONS_API = "2022-12-01"
GROUPS_API = "2020-10-01"


class Refused(Exception):
    """The provider itself says no."""


class Unfinished(Exception):
    """ARM took a write and failed it later: the resource exists, but is not as wished."""

    def __init__(self, id: str, outputs: Body, reason: str) -> None:
        super().__init__(reason)
        self.id = id
        self.outputs = outputs


@dataclass(frozen=True)
class Known:
    """A resource type: what the SDK declares and where ARM has it."""

    declared: Declared
    place: Place


class Resources:
    """All resources that one subscription has in ARM."""

    def __init__(self, registry: Registry, arm: ArmClient) -> None:
        self._registry = registry
        self._arm = arm

    def known(self, token: str) -> Known:
        """The type with this token.

        Raises:
            Refused: there is none.
        """
        declared = self._registry.declared(token)
        if declared is None:
            raise Refused(f"Resource type {token} not found")
        return Known(declared, PLACES[declared.token])

    def subscription(self, call: Call) -> str:
        """The first subscription of the caller."""
        listed = self._arm.get("/subscriptions", SUBSCRIPTIONS_API, call).get("value") or []
        if not listed:
            raise Refused("the caller sees no subscription. Fix: azure-native:subscriptionId")
        return str(listed[0]["subscriptionId"])

    def location_of_group(self, group: str, subscription: str, call: Call) -> str:
        """Where a resource group is; "" if that cannot be told."""
        id = f"/subscriptions/{subscription}/resourceGroups/{group}"
        try:
            return str(self._arm.get(id, GROUPS_API, call).get("location") or "")
        except ArmFailure:
            return ""

    def create(
        self, known: Known, inputs: Mapping[str, Any], subscription: str, call: Call
    ) -> tuple[str, Body]:
        """Writes a resource that must not be there yet; its id and outputs.

        Raises:
            Refused: it is there.
            ArmFailure: ARM refuses it.
            Unfinished: ARM took it and failed.
        """
        id = _id(known, inputs, subscription)
        found = self._arm.ask("GET", id, known.declared.api_version, call)
        if found.status == 200 and found.body:
            raise Refused(f"cannot create already existing resource '{id}'")
        if found.status not in (200, 204, 404):
            raise Refused(
                f"cannot check existence of resource '{id}': status code {found.status},"
                f" {found.text}"
            )
        body = body_of(known.declared, known.place, inputs)
        for name in known.place.keeps:
            body.setdefault("properties", {}).setdefault(name, [])
        answer = self._written(known, id, body, call)
        id = str(answer.get("id") or id)
        return id, outputs_of(known.declared, self._again(known, id, answer, call))

    def update(
        self, known: Known, inputs: Mapping[str, Any], subscription: str, call: Call
    ) -> Body:
        """Writes the whole of a resource anew; its outputs. Raises as `create` does."""
        id = _id(known, inputs, subscription)
        body = body_of(known.declared, known.place, inputs)
        if missing := [name for name in sorted(known.place.keeps) if name not in inputs]:
            there = self._arm.get(id, known.declared.api_version, call).get("properties") or {}
            kept = {name: there[name] for name in missing if name in there}
            body["properties"] = kept | body.get("properties", {})
        answer = self._written(known, id, body, call)
        return outputs_of(known.declared, self._again(known, id, answer, call))

    def delete(self, known: Known, id: str, call: Call) -> None:
        self._arm.delete(id, known.declared.api_version, call)

    def read(
        self,
        known: Known,
        id: str,
        inputs: Mapping[str, Any] | None,
        state: Mapping[str, Any],
        call: Call,
    ) -> tuple[Body, Body] | None:
        """What there is now, as outputs and inputs; nothing if the resource is gone.

        Without inputs it is an import: all that ARM answers becomes an input.
        """
        try:
            answer = self._arm.get(id, known.declared.api_version, call)
        except ArmFailure as failure:
            if failure.status == 404:
                return None
            raise
        outputs = outputs_of(known.declared, answer)
        if inputs is None:
            given = inputs_of(known.declared, known.place, outputs)
            return outputs, given | _parameters(known, id)
        now = {
            name: value
            for name, value in outputs.items()
            if name in inputs or name not in known.place.keeps
        }
        before = inputs_of(known.declared, known.place, state)
        after = inputs_of(known.declared, known.place, now)
        return outputs, merged(inputs, before, after)

    def invoke(
        self, token: str, arguments: Mapping[str, Any], subscription: str, call: Call
    ) -> Body:
        """What a function of the SDK returns: a resource for get*, an action's answer for list*.

        Raises:
            Refused: there is no such function, or ARM refuses.
        """
        asked, action = ACTIONS.get(kind_of(token), ("", ""))
        if not asked:
            module, _, function = kind_of(token).partition(":")
            asked = f"{module}:{function.removeprefix('get')}"
            if not function.startswith("get") or asked not in PLACES:
                raise Refused(f"Invoke type {token} not found")
        known = self.known(asked)
        id, api = _id(known, arguments, subscription), known.declared.api_version
        try:
            if action:
                return self._arm.post(f"{id}/{action}", api, call, {})
            answer = self._arm.get(id, api, call)
        except ArmFailure as failure:
            raise Refused(f"request failed {id}: {failure}") from None
        return {"id": answer.get("id", id)} | outputs_of(known.declared, answer)

    def client(self) -> dict[str, str]:
        """Who the provider is: the claims of its own token."""
        payload = self._arm.token().split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return {
            "clientId": claims.get("appid", ""),
            "objectId": claims.get("oid", ""),
            "tenantId": claims.get("tid", ""),
        }

    def token(self) -> str:
        return self._arm.token()

    def _written(self, known: Known, id: str, body: Body, call: Call) -> Body:
        call.wait(0)  # an engine that has gone must not find what it never heard of
        try:
            return self._arm.put(id, known.declared.api_version, call, body)
        except ArmFailure as failure:
            if failure.accepted:
                # The call may be over by now; what is there has to be told all the same.
                outputs = outputs_of(known.declared, self._again(known, id, {}, Call()))
                raise Unfinished(id, outputs, str(failure)) from None
            raise

    def _again(self, known: Known, id: str, answer: Body, call: Call) -> Body:
        # What a write answers is not always what a read does, and a refresh compares with a read.
        try:
            return self._arm.get(id, known.declared.api_version, call)
        except ArmFailure:
            return answer


def _id(known: Known, inputs: Mapping[str, Any], subscription: str) -> str:
    try:
        return id_of(known.place, inputs, subscription)
    except ValueError as error:
        raise Refused(str(error)) from None


def _parameters(known: Known, id: str) -> dict[str, str]:
    try:
        return parameters_of(known.place, id)
    except ValueError as error:
        raise Refused(str(error)) from None
