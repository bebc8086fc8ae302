"""What ARM says no with."""

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.ids import ArmId


class ArmError(Exception):
    """An answer with an error body. The texts are Azure's: clients search them."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        target: str | None = None,
        details: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.target = target
        self.details = details
        self.headers = dict(headers or {})

    def error(self) -> dict[str, Any]:
        """The object under `error`, in bodies and in failed operations."""
        said: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.target:
            said["target"] = self.target
        if self.details:
            said["details"] = [dict(each) for each in self.details]
        return said

    def body(self) -> dict[str, Any]:
        return {"error": self.error()}


def resource_not_found(id: ArmId) -> ArmError:
    named = "/".join(
        (id.namespace, *(p for pair in zip(id.types, id.names, strict=True) for p in pair))
    )
    where = f"under resource group '{id.group}' " if id.group else ""
    return ArmError(
        404,
        "ResourceNotFound",
        f"The Resource '{named}' {where}was not found. For more details please go to "
        "https://aka.ms/ARMResourceNotFoundFix",
    )


def group_not_found(group: str) -> ArmError:
    return ArmError(404, "ResourceGroupNotFound", f"Resource group '{group}' could not be found.")


def group_being_deleted(group: str) -> ArmError:
    return ArmError(
        409,
        "ResourceGroupBeingDeleted",
        f"The resource group '{group}' is in deprovisioning state and cannot perform this "
        "operation.",
    )


def parent_not_found(id: ArmId) -> ArmError:
    named = "/".join((*id.types[:-1], *id.names[:-1]))
    return ArmError(
        404,
        "ParentResourceNotFound",
        "Failed to perform 'write' on resource(s) of type "
        f"'{'/'.join(id.types)}', because the parent resource "
        f"'{id.parent or named}' could not be found.",
    )


def invalid(message: str) -> ArmError:
    """400 InvalidResourceProperties, the cognitive services' own word for most mistakes."""
    return ArmError(400, "InvalidResourceProperties", message)


def bad_request(message: str) -> ArmError:
    return ArmError(400, "BadRequest", message)
