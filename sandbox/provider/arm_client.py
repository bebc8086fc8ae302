"""Requests to ARM as azure-native makes them: what it retries, how it polls, how errors read."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests
from requests.adapters import HTTPAdapter

Body = dict[str, Any]

RETRIED = frozenset({408, 429, 500, 502, 503, 504})
# azure-native waits 20, 60 and 120 seconds; nobody wants to see that on a loopback.
RETRY_SECONDS = (1.0, 2.0, 4.0)
WRITE_POLL_SECONDS = 10.0
DELETE_POLL_SECONDS = 30.0
TIMEOUT_SECONDS = 120 * 60.0
_REQUEST_SECONDS = 60.0
_CONNECTIONS = 64
_ENDED = frozenset({"succeeded", "failed", "canceled"})


class ArmFailure(Exception):
    """ARM said no, or could not be asked.

    The text is azure-native's: `Status=400 Code="InsufficientQuota" Message="..."`.
    """

    def __init__(self, text: str, *, status: int = 0, accepted: bool = False) -> None:
        super().__init__(text)
        self.status = status
        self.accepted = accepted
        """Whether the write had been accepted before it failed: then the resource exists."""


class Ended(Exception):
    """The call was cancelled, or took too long."""


class Call:
    """How long one call of the engine may take; anyone may end it."""

    def __init__(self, seconds: float = TIMEOUT_SECONDS) -> None:
        self._until = time.monotonic() + (seconds or TIMEOUT_SECONDS)
        self._end = threading.Event()

    def end(self) -> None:
        self._end.set()

    def wait(self, seconds: float) -> None:
        """Raises Ended if the call was ended or its time is over."""
        left = self._until - time.monotonic()
        if self._end.wait(max(0.0, min(seconds, left))):
            raise Ended("context canceled")
        if seconds >= left:
            raise Ended("context deadline exceeded")


@dataclass(frozen=True)
class Answer:
    """One response of ARM."""

    status: int
    body: Body
    text: str
    headers: Mapping[str, str]

    @property
    def retry_after_seconds(self) -> float:
        """What the header says; 0 if there is none."""
        value = self.headers.get("Retry-After", "")
        return float(value) if value.isdecimal() else 0.0

    @property
    def code(self) -> str:
        error = self.body.get("error")
        return str(error.get("code") or "") if isinstance(error, dict) else ""


class ArmClient:
    """ARM at one address."""

    def __init__(
        self, arm: str, ca_file: Path, token: Callable[[], str], *, second: float = 1.0
    ) -> None:
        """`second` is how long a second of waiting takes: less in tests."""
        self._arm = arm.rstrip("/")
        self._token = token
        self._second = second
        self._session = requests.Session()
        # REQUESTS_CA_BUNDLE would win over verify.
        self._session.trust_env = False
        self._session.verify = str(ca_file)
        self._session.mount("https://", HTTPAdapter(pool_maxsize=_CONNECTIONS))

    def token(self) -> str:
        return self._token()

    def close(self) -> None:
        self._session.close()

    def ask(self, method: str, id: str, api: str, call: Call, body: Body | None = None) -> Answer:
        """One request, with azure-native's retries; any status is an answer."""
        return self._send(method, f"{self._arm}{id}?api-version={api}", call, body)

    def get(self, id: str, api: str, call: Call) -> Body:
        """The resource.

        Raises:
            ArmFailure: it is not there, or may not be read.
        """
        return _checked(self.ask("GET", id, api, call), 200).body

    def post(self, id: str, api: str, call: Call, body: Body) -> Body:
        """What an action answers."""
        return _checked(self.ask("POST", id, api, call, body), 200, 201).body

    def put(self, id: str, api: str, call: Call, body: Body) -> Body:
        """Writes the resource and waits until ARM is done with it.

        Raises:
            ArmFailure: refused; or accepted and then failed, which `accepted` tells.
        """
        first = _checked(self.ask("PUT", id, api, call, body), 200, 201, 202)
        try:
            return self._written(first, id, api, call)
        except ArmFailure as failure:
            raise ArmFailure(str(failure), status=failure.status, accepted=True) from None
        except Ended as ended:
            raise ArmFailure(str(ended), accepted=True) from None

    def delete(self, id: str, api: str, call: Call) -> None:
        """Deletes the resource and waits until it is gone; one that is not there is gone."""
        first = self.ask("DELETE", id, api, call)
        if first.status == 404:
            return
        _checked(first, 200, 202, 204)
        try:
            operation, location = _links(first, self._arm)
            if operation:
                self._followed(operation, first, call, DELETE_POLL_SECONDS)
            elif location and first.status == 202:
                self._located(location, first, call, DELETE_POLL_SECONDS)
        except ArmFailure as failure:
            if failure.status != 404:
                raise

    def _written(self, first: Answer, id: str, api: str, call: Call) -> Body:
        operation, location = _links(first, self._arm)
        if operation:
            self._followed(operation, first, call, WRITE_POLL_SECONDS)
            return self.get(id, api, call)
        if location and first.status == 202:
            return self._located(location, first, call, WRITE_POLL_SECONDS)
        answer = first
        while not _is_over(_state(answer)):
            self._pause(answer, call, WRITE_POLL_SECONDS)
            answer = _checked(self.ask("GET", id, api, call), 200, 201)
        _succeeded(_state(answer), answer)
        return answer.body

    def _followed(self, url: str, answer: Answer, call: Call, seconds: float) -> None:
        while True:
            self._pause(answer, call, seconds)
            answer = _checked(self._send("GET", url, call), 200, 201, 202, 204)
            state = str(answer.body.get("status") or "Succeeded")
            if _is_over(state):
                return _succeeded(state, answer)

    def _located(self, url: str, answer: Answer, call: Call, seconds: float) -> Body:
        while answer.status == 202:
            self._pause(answer, call, seconds)
            answer = _checked(self._send("GET", url, call), 200, 201, 202, 204)
        return answer.body

    def _pause(self, answer: Answer, call: Call, seconds: float) -> None:
        call.wait((answer.retry_after_seconds or seconds) * self._second)

    def _send(self, method: str, url: str, call: Call, body: Body | None = None) -> Answer:
        for pause in (*RETRY_SECONDS, None):
            try:
                answer = self._once(method, url, body)
            except requests.RequestException as error:
                if pause is None:
                    raise ArmFailure(_unreachable(self._arm, error)) from None
                call.wait(pause * self._second)
                continue
            busy = answer.status == 409 and answer.code == "AnotherOperationInProgress"
            if pause is None or not (busy or answer.status in RETRIED):
                return answer
            call.wait((answer.retry_after_seconds or pause) * self._second)
        raise AssertionError("the last try returns or raises")

    def _once(self, method: str, url: str, body: Body | None) -> Answer:
        response = self._session.request(
            method,
            url,
            data=None if body is None else json.dumps(body),
            headers={
                "Authorization": f"Bearer {self._token()}",
                "Accept": "application/json",
                "Content-Type": "application/json; charset=utf-8",
            },
            timeout=_REQUEST_SECONDS,
        )
        try:
            parsed = response.json() if response.content else {}
        except ValueError:
            parsed = {}
        return Answer(
            response.status_code,
            parsed if isinstance(parsed, dict) else {"value": parsed},
            response.text,
            response.headers,
        )


def failure_of(answer: Answer) -> ArmFailure:
    """What azure-native makes of an answer that is an error."""
    error = answer.body.get("error")
    message = answer.text
    if isinstance(error, dict) and "message" in error:
        message = str(error["message"])
    code = f' Code="{answer.code}"' if answer.code else ""
    return ArmFailure(f'Status={answer.status}{code} Message="{message}"', status=answer.status)


def _checked(answer: Answer, *statuses: int) -> Answer:
    if answer.status not in statuses:
        raise failure_of(answer)
    return answer


def _links(answer: Answer, arm: str) -> tuple[str, str]:
    """Where to ask how the operation goes: the operation's address, and the location's."""
    operation = answer.headers.get("Azure-AsyncOperation") or answer.headers.get(
        "Operation-Location", ""
    )
    location = answer.headers.get("Location", "")
    return urljoin(arm, operation) if operation else "", urljoin(arm, location) if location else ""


def _state(answer: Answer) -> str:
    properties = answer.body.get("properties")
    state = properties.get("provisioningState") if isinstance(properties, dict) else None
    return str(state or "Succeeded")


def _is_over(state: str) -> bool:
    return state.lower() in _ENDED


def _succeeded(state: str, answer: Answer) -> None:
    if state.lower() != "succeeded":
        raise failure_of(answer)


def _unreachable(arm: str, error: requests.RequestException) -> str:
    reason = type(error).__name__
    return f"the sandbox does not answer at {arm} ({reason}). Start it: plumb sandbox up"
