"""From words to expressions, by recursive descent."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from sandbox.telemetry.kql import tree
from sandbox.telemetry.kql.reader import Reader
from sandbox.telemetry.kql.refusal import NotUnderstood
from sandbox.telemetry.kql.tokens import Kind, Token

DEEPEST: Final = 40
"""Levels of brackets. SQLite has a limit of its own beyond."""

TYPES: Final[dict[str, tree.Type]] = {
    "string": "string",
    "int": "int",
    "long": "long",
    "real": "real",
    "double": "real",
    "bool": "bool",
    "datetime": "datetime",
    "timespan": "timespan",
    "dynamic": "dynamic",
}
COMPARISONS: Final = ("==", "!=", "=~", "!~", "<", "<=", ">", ">=")
TEXTUAL: Final = ("has", "!has", "contains", "!contains", "startswith", "!startswith")
WORDS: Final[dict[str, object]] = {"true": True, "false": False, "null": None}


class ExpressionReader(Reader):
    """Each method reads what it is called after."""

    def _column(self) -> tree.Named:
        after = self._tokens[min(self._at + 1, len(self._tokens) - 1)]
        if self._here.kind == "name" and after.text == "=":
            name = self._next().text
            self._next()
            return tree.Named(name, self._expression())
        return tree.Named(None, self._expression())

    def _expression(self) -> tree.Expression:
        with self._deeper():
            return self._left(self._and, "or")

    @contextmanager
    def _deeper(self) -> Iterator[None]:
        self._depth += 1
        if self._depth > DEEPEST:
            raise NotUnderstood(f"the query is nested too deeply, {self._place()}")
        yield
        self._depth -= 1

    def _and(self) -> tree.Expression:
        return self._left(self._comparison, "and")

    def _comparison(self) -> tree.Expression:
        left = self._sum()
        word = self._here.text
        if self._here.kind == "sign" and word in COMPARISONS:
            self._next()
            return tree.Binary(word, left, self._sum())
        if self._here.kind != "name":
            return left
        if word in TEXTUAL:
            self._next()
            return tree.Binary(word, left, self._sum())
        if word in ("in", "!in", "in~", "!in~"):
            self._next()
            self._expect("(")
            values = self._separated(self._expression)
            self._expect(")")
            return tree.Among(word, left, tuple(values))
        if word in ("between", "!between"):
            self._next()
            self._expect("(")
            low = self._expression()
            self._expect("..")
            high = self._expression()
            self._expect(")")
            return tree.Between(word == "!between", left, low, high)
        return left

    def _sum(self) -> tree.Expression:
        return self._left(self._product, "+", "-")

    def _product(self) -> tree.Expression:
        return self._left(self._signed, "*", "/", "%")

    def _left(self, operand: Callable[[], tree.Expression], *operators: str) -> tree.Expression:
        left = operand()
        while self._here.kind in ("sign", "name") and self._here.text in operators:
            operator = self._next().text
            left = tree.Binary(operator, left, operand())
        return left

    def _signed(self) -> tree.Expression:
        negative = False
        while self._is("-"):
            self._next()
            negative = not negative
        operand = self._member()
        return tree.Minus(operand) if negative else operand

    def _member(self) -> tree.Expression:
        of = self._primary()
        while self._is(".") or self._is("["):
            if self._next().text == ".":
                of = tree.Member(of, self._name("the name of a member"))
                continue
            key = self._next()
            if key.kind not in ("string", "number") or isinstance(key.value, float | None):
                raise self._wrong('a "name" or a number in brackets')
            of = tree.Member(of, key.value)
            self._expect("]")
        return of

    def _primary(self) -> tree.Expression:
        here = self._here
        if here.kind in ("string", "number", "timespan", "datetime", "null"):
            return self._literal()
        if here.text == "(":
            self._next()
            inner = self._expression()
            self._expect(")")
            return inner
        if here.text == "*":
            self._next()
            return tree.Star()
        if here.kind != "name":
            raise self._wrong("a value")
        if here.text in ("true", "false"):
            return self._literal()
        name = self._next().text
        if not self._is("("):
            return tree.Name(name)
        if name == "dynamic":
            return self._dynamic()
        return tree.Call(name, self._arguments())

    def _arguments(self) -> tuple[tree.Expression, ...]:
        self._expect("(")
        arguments = [] if self._is(")") else self._separated(self._expression)
        self._expect(")")
        return tuple(arguments)

    def _dynamic(self) -> tree.Literal:
        """dynamic([1, {'a': "b"}]): JSON, with either kind of quotes."""
        self._expect("(")
        value = self._json()
        self._expect(")")
        return tree.Literal(json.dumps(value, separators=(",", ":")), "dynamic")

    def _json(self) -> Any:
        with self._deeper():
            if self._is("["):
                return self._enclosed("[", self._json, "]")
            if self._is("{"):
                return dict(self._enclosed("{", self._pair, "}"))
            if self._here.kind == "name" and self._here.text in WORDS:
                return WORDS[self._next().text]
            literal = self._literal()
            if literal.type not in ("string", "long", "real"):
                raise NotUnderstood(f"a {literal.type} is not in the subset in dynamic(...)")
            return literal.value

    def _pair(self) -> tuple[str, Any]:
        key = self._literal()
        if not isinstance(key.value, str):
            raise NotUnderstood(f"a key of dynamic({{...}}) is no string, {self._place()}")
        self._expect(":")
        return key.value, self._json()

    def _literal(self) -> tree.Literal:
        negative = self._is("-")
        if negative:
            self._next()
        here = self._here
        value = here.value
        if not negative and here.text in ("true", "false"):
            self._next()
            return tree.Literal(int(here.text == "true"), "bool")
        if here.kind not in ("string", "number", "timespan", "datetime", "null"):
            raise self._wrong("a constant")
        if negative and (here.kind not in ("number", "timespan") or isinstance(value, str | None)):
            raise self._wrong("a number after -")
        self._next()
        if negative and isinstance(value, int | float):
            value = -value
        return tree.Literal(value, _type(here))


def _type(token: Token) -> tree.Type:
    kinds: dict[Kind, tree.Type] = {
        "string": "string",
        "timespan": "timespan",
        "datetime": "datetime",
    }
    if token.kind == "null":
        return TYPES[token.text]
    if token.kind == "number":
        return "real" if isinstance(token.value, float) else "long"
    return kinds[token.kind]
