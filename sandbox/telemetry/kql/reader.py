"""One token after the other."""

from collections.abc import Callable
from typing import TypeVar

from sandbox.telemetry.kql.refusal import NotUnderstood
from sandbox.telemetry.kql.tokens import Token, place, tokens

T = TypeVar("T")


class Reader:
    """Stands at a token, and says where when it is not the one that was expected."""

    def __init__(self, query: str) -> None:
        self._query = query
        self._tokens = tokens(query)
        self._at = 0
        self._depth = 0

    def _whole(self) -> int:
        here = self._here
        if here.kind != "number" or not isinstance(here.value, int):
            raise self._wrong("a whole number")
        self._next()
        return here.value

    def _separated(self, read: Callable[[], T]) -> list[T]:
        found = [read()]
        while self._is(","):
            self._next()
            found.append(read())
        return found

    def _enclosed(self, opening: str, read: Callable[[], T], closing: str) -> list[T]:
        self._expect(opening)
        found = [] if self._is(closing) else self._separated(read)
        self._expect(closing)
        return found

    @property
    def _after(self) -> Token:
        return self._tokens[min(self._at + 1, len(self._tokens) - 1)]

    @property
    def _here(self) -> Token:
        return self._tokens[self._at]

    def _is(self, text: str) -> bool:
        return self._here.kind in ("sign", "name") and self._here.text == text

    def _next(self) -> Token:
        here = self._here
        if here.kind != "end":
            self._at += 1
        return here

    def _expect(self, text: str) -> None:
        if not self._is(text):
            raise self._wrong(f"'{text}'")
        self._next()

    def _name(self, what: str) -> str:
        if self._here.kind != "name":
            raise self._wrong(what)
        return self._next().text

    def _place(self) -> str:
        return place(self._query, self._here.at)

    def _wrong(self, wanted: str) -> NotUnderstood:
        here = self._here
        found = "the query ends" if here.kind == "end" else f"'{here.text}' stands"
        return NotUnderstood(f"{found} where {wanted} is expected, {self._place()}")
