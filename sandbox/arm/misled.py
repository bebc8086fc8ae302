"""What ARM says where a fault speaks in its place."""

import json

from sandbox.arm.errors import ArmError
from sandbox.arm.kind import Answer
from sandbox.arm.router import unauthenticated
from sandbox.faults import Fault
from sandbox.ids import parse


def told(fault: Fault, path: str, raw: bytes, arm: str) -> Answer | None:
    """The answer that a fault prescribes to a request; nothing where ARM answers by itself."""
    if fault.action == "expired":
        return _refusal(unauthenticated("expired", arm))
    if fault.action == "retired" and (model := _model(raw)):
        return _refusal(
            ArmError(
                400,
                "ServiceModelDeprecated",
                f"The model '{model}' has been deprecated since 01/01/2026 00:00:00.",
            )
        )
    if fault.action != "answer":
        return None
    id = parse(path)
    message = fault.message.replace("{parent}", id.root if id else path)
    return _refusal(ArmError(fault.status, fault.code, message, headers=fault.headers))


def _refusal(error: ArmError) -> Answer:
    return Answer(status=error.status, body=error.body(), headers=error.headers)


def _model(raw: bytes) -> str:
    """The model that a deployment's body names, as Azure writes it; else nothing."""
    try:
        model = json.loads(raw)["properties"]["model"]
        return (
            f"Format:{model.get('format', 'OpenAI')},Name:{model['name']},"
            f"Version:{model.get('version', '')}"
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ""
