"""From a query's text to its tree."""

from sandbox.telemetry.kql import tree
from sandbox.telemetry.kql.operator_reader import OperatorReader
from sandbox.telemetry.kql.refusal import NotUnderstood


def parse(query: str) -> tree.Query:
    """The tree of a query.

    Raises:
        NotUnderstood: the message names the word, and says where it stands.
    """
    return Parser(query).query()


class Parser(OperatorReader):
    """What is bound by let, and the rows that are asked for."""

    def __init__(self, query: str) -> None:
        super().__init__(query)
        self._yields: dict[str, bool] = {}
        """Of each name that a let has bound so far: whether it stands for rows."""

    def query(self) -> tree.Query:
        lets = self._lets()
        main = self._pipeline()
        if self._is(";"):
            self._next()
        if self._here.kind != "end":
            raise self._wrong("the end of the query")
        return tree.Query(lets, main)

    def _lets(self) -> tree.Lets:
        lets: list[tuple[str, tree.Pipeline | tree.Expression | tree.Function]] = []
        while self._is("let"):
            self._next()
            name = self._name("a name after let")
            self._expect("=")
            bound = self._function() if self._opens_function() else self._bound()
            made = bound.body if isinstance(bound, tree.Function) else bound
            self._yields[name] = isinstance(made, tree.Pipeline)
            lets.append((name, bound))
            self._expect(";")
        return tuple(lets)

    def _bound(self) -> tree.Pipeline | tree.Expression:
        return self._pipeline() if self._begins_rows() else self._expression()

    def _begins_rows(self) -> bool:
        """Whether rows follow, and not a value."""
        at = self._at
        while self._tokens[at].text == "(":
            at += 1
        here, after = self._tokens[at], self._tokens[min(at + 1, len(self._tokens) - 1)]
        if here.kind != "name" or here.text in ("true", "false"):
            return False
        if here.text in ("datatable", "union", "print") or after.text == "|":
            return True
        unknown = after.text in (";", "}")
        return self._yields.get(here.text, unknown)

    def _opens_function(self) -> bool:
        """Whether (x:long) { follows, which brackets around a value do not."""
        if self._is("view") and self._after.text == "(":
            return True
        if not self._is("("):
            return False
        depth = 0
        for at in range(self._at, len(self._tokens) - 1):
            depth += {"(": 1, ")": -1}.get(self._tokens[at].text, 0)
            if depth == 0:
                return self._tokens[at + 1].text == "{"
        return False

    def _function(self) -> tree.Function:
        if self._is("view"):
            self._next()
        with self._deeper():
            parameters = self._enclosed("(", self._parameter, ")")
            self._expect("{")
            outside = self._yields
            # Inside, a parameter hides what a let has named.
            self._yields = {**outside, **{each.name: False for each in parameters}}
            lets = self._lets()
            body = self._bound()
            self._yields = outside
            if self._is(";"):
                self._next()
            self._expect("}")
        return tree.Function(tuple(parameters), lets, body)

    def _parameter(self) -> tree.Parameter:
        name = self._name("the name of a parameter")
        self._expect(":")
        if self._is("("):
            raise NotUnderstood(
                f"parameter '{name}' is a table, which is not in the subset, {self._place()}"
            )
        type = self._type()
        default = None
        if self._is("="):
            self._next()
            default = self._literal()
        return tree.Parameter(name, type, default)
