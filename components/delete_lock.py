"""Azure's own refusal to delete an account."""

from dataclasses import dataclass

import pulumi

from components.account import AiAccount
from components.azure import authorization
from components.stack import Stack


@dataclass(frozen=True, kw_only=True)
class DeleteLockArgs:
    stack: Stack
    account: AiAccount
    after: list[pulumi.Resource]
    """Everything in the account: made last, the lock is the first that `destroy` takes away."""


class DeleteLock(pulumi.ComponentResource):
    """Nobody deletes the account, or anything in it, until this is gone.

    That goes for a deployment that is retired, too: docs/operations.md shows how.
    """

    def __init__(
        self, name: str, args: DeleteLockArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plumb:index:DeleteLock", name, None, opts)
        authorization.ManagementLockByScope(
            name,
            lock_name=args.stack.names.lock(name),
            scope=args.account.account.id,
            level=authorization.LockLevel.CAN_NOT_DELETE,
            notes="Made by Pulumi; the stack's profile decides.",
            opts=pulumi.ResourceOptions(parent=self, depends_on=args.after),
        )
        self.register_outputs({})
