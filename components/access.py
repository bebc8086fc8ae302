"""Who may do what: role assignments, each at the narrowest scope where its role makes sense."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pulumi

from components.catalog import ROLE_SCOPES, RoleScope
from components.grant import Grant, give
from components.sections import AccessSettings
from components.stack import Stack


@dataclass(frozen=True, kw_only=True)
class AccessArgs:
    stack: Stack
    access: Mapping[str, AccessSettings]
    scopes: Mapping[RoleScope, Mapping[str, pulumi.Input[str]]]
    """What there is to give a role on, by kind and name; of accounts there may be several."""


class Access(pulumi.ComponentResource):
    """Role assignments of a stack, but those on its routes: the store brings these itself."""

    def __init__(
        self, name: str, args: AccessArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plumb:index:Access", name, None, opts)
        for grant in grants(args.access, args.scopes):
            give(args.stack, grant, parent=self)
        self.register_outputs({})


def grants(
    access: Mapping[str, AccessSettings],
    scopes: Mapping[RoleScope, Mapping[str, pulumi.Input[str]]],
) -> Iterator[Grant]:
    """Every role of every holder, on everything of the kind that the role is for."""
    for holder, settings in sorted(access.items()):
        for role in settings.roles:
            kind = ROLE_SCOPES[role]
            for on, scope in sorted(scopes.get(kind, {}).items()):
                if kind != "account" or settings.account in (None, on):
                    yield Grant(holder=holder, settings=settings, role=role, on=on, scope=scope)
