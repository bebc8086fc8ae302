"""One line of the table."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Row:
    what: str
    figure: str
    budget: str
    kept: bool
