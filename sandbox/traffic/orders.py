"""POST /_plumb/traffic."""

from typing import Any

from starlette.requests import Request

from sandbox.control import Order, body_of
from sandbox.traffic.driver import Driver
from sandbox.traffic.wanted import TrafficWanted


def orders(driver: Driver) -> list[Order]:
    async def traffic(request: Request) -> Any:
        return await driver.drive(TrafficWanted.model_validate(await body_of(request)))

    return [Order(path="/traffic", methods=("POST",), handler=traffic)]
