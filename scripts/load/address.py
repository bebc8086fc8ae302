"""Where whoever leads a run is to be found."""

from dataclasses import dataclass

PORT = 5557
"""Locust's own."""


@dataclass(frozen=True)
class Address:
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def parsed(text: str) -> Address:
    """`HOST:PORT`, or `HOST` with Locust's port.

    Raises:
        ValueError: it is none.
    """
    host, _, port = text.rpartition(":") if ":" in text else (text, "", str(PORT))
    if not host or not port.isdecimal() or not 0 < int(port) < 65_536:
        raise ValueError(f"{text} is no HOST:PORT. Fix: such as 10.0.0.4:{PORT}")
    return Address(host, int(port))
