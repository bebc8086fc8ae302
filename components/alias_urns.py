"""Leaves out work of the SDK that nobody reads: most of a large program's time."""

import pulumi
from pulumi import resource


def leave_out_alias_urns() -> None:
    """The SDK computes a URN for each of the 20 to 45 aliases that azure-native gives a resource.

    Only engines older than alias specifications read them (before 3.37); the specifications
    themselves, ours included, still go to the engine. The name is the SDK's own business: where
    a later SDK lacks it, the program is slower and nothing else.
    """
    if "collapse_alias_to_urn" in vars(resource):
        nothing = pulumi.Output.from_input("")
        vars(resource)["collapse_alias_to_urn"] = lambda *_: nothing
