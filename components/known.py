"""A value that is known before its resource exists, and still waits for it."""

import asyncio
from typing import TypeVar

import pulumi

T = TypeVar("T")


async def _resolved(value: T) -> T:
    return value


def known(value: T, after: pulumi.Resource) -> pulumi.Output[T]:
    """`value`, as an output of `after`.

    A resource's own name is unknown in the preview that creates it. We give every name
    ourselves, so the reviewer and the gate may read it at once, and Azure still gets the order.
    """
    return pulumi.Output(
        {after}, asyncio.ensure_future(_resolved(value)), asyncio.ensure_future(_resolved(True))
    )
