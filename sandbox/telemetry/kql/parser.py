"""From a query's text to its tree, by recursive descent."""

from collections.abc import Callable
from typing import Final

from sandbox.telemetry.kql import tree
from sandbox.telemetry.kql.reader import Reader
from sandbox.telemetry.kql.refusal import NotUnderstood
from sandbox.telemetry.kql.tokens import Kind, Token, place

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
OPERATORS: Final = (
    *("where", "extend", "project", "summarize", "order by", "sort by"),
    *("top", "take", "limit", "count", "distinct", "lookup"),
)


def parse(query: str) -> tree.Query:
    """The tree of a query.

    Raises:
        NotUnderstood: the message names the word, and says where it stands.
    """
    return Parser(query).query()


class Parser(Reader):
    """Reads tokens one by one; each method reads what it is called after."""

    def query(self) -> tree.Query:
        lets: list[tuple[str, tree.Pipeline | tree.Expression]] = []
        while self._is("let"):
            self._next()
            name = self._name("a name after let")
            self._expect("=")
            lets.append((name, self._bound({name for name, _ in lets})))
            self._expect(";")
        main = self._pipeline()
        if self._is(";"):
            self._next()
        if self._here.kind != "end":
            raise self._wrong("the end of the query")
        return tree.Query(tuple(lets), main)

    def _bound(self, known: set[str]) -> tree.Pipeline | tree.Expression:
        """What a let stands for: rows if it begins with a table, else a value."""
        here, after = self._here, self._tokens[min(self._at + 1, len(self._tokens) - 1)]
        table = here.kind == "name" and (
            here.text == "datatable"
            or after.text == "|"
            or (after.text == ";" and here.text not in ("true", "false") and here.text not in known)
        )
        if here.text == "(" and self._opens_function():
            raise NotUnderstood(f"let with a function is not in the subset, {self._place()}")
        return self._pipeline() if table else self._expression()

    def _opens_function(self) -> bool:
        closing = next((t.at for t in self._tokens[self._at :] if t.text in (")", ";")), None)
        follow = [t for t in self._tokens if closing is not None and t.at > closing]
        return bool(follow) and follow[0].text == "{"

    def _pipeline(self) -> tree.Pipeline:
        source: tree.TableName | tree.DataTable
        if self._is("datatable"):
            source = self._datatable()
        else:
            source = tree.TableName(self._name("the name of a table"))
            if self._is("("):
                raise NotUnderstood(f"{source.name}(...) as a table is not in the subset")
        operators: list[tree.Operator] = []
        while self._is("|"):
            self._next()
            operators.extend(self._operator())
        return tree.Pipeline(source, tuple(operators))

    def _datatable(self) -> tree.DataTable:
        self._next()
        self._expect("(")
        columns = self._separated(self._typed)
        self._expect(")")
        self._expect("[")
        values = [] if self._is("]") else self._separated(self._literal)
        self._expect("]")
        width = len(columns)
        if len(values) % width:
            raise NotUnderstood(f"datatable has {len(values)} values for {width} columns")
        rows = (tuple(values[at : at + width]) for at in range(0, len(values), width))
        return tree.DataTable(tuple(columns), tuple(rows))

    def _typed(self) -> tuple[str, tree.Type]:
        name = self._name("the name of a column")
        self._expect(":")
        type = self._name("a type")
        if type not in TYPES:
            raise NotUnderstood(f"type '{type}' is not in the subset; it has {', '.join(TYPES)}")
        return name, TYPES[type]

    def _operator(self) -> list[tree.Operator]:
        word = self._here
        # Names of operators have hyphens: project-away is none of ours, and is told as a whole.
        name = self._name("an operator")
        while self._is("-") and self._tokens[self._at + 1].kind == "name":
            self._next()
            name += "-" + self._name("an operator")
        reads: dict[str, Callable[[], list[tree.Operator]]] = {
            "where": self._where,
            "filter": self._where,
            "extend": lambda: [tree.Extend(tuple(self._separated(self._column)))],
            "project": lambda: [tree.Project(tuple(self._separated(self._column)))],
            "summarize": self._summarize,
            "order": self._sort,
            "sort": self._sort,
            "top": self._top,
            "take": lambda: [tree.Take(self._whole())],
            "limit": lambda: [tree.Take(self._whole())],
            "count": lambda: [tree.Count()],
            "distinct": self._distinct,
            "lookup": self._lookup,
        }
        if name not in reads:
            raise NotUnderstood(
                f"operator '{name}' is not in the subset, {place(self._query, word.at)}; "
                f"it has {', '.join(OPERATORS)}"
            )
        return reads[name]()

    def _where(self) -> list[tree.Operator]:
        return [tree.Where(self._expression())]

    def _summarize(self) -> list[tree.Operator]:
        aggregates = [] if self._is("by") else self._separated(self._column)
        by: list[tree.Named] = []
        if self._is("by"):
            self._next()
            by = self._separated(self._column)
        return [tree.Summarize(tuple(aggregates), tuple(by))]

    def _sort(self) -> list[tree.Operator]:
        self._expect("by")
        return [tree.Sort(tuple(self._separated(self._sort_key)))]

    def _top(self) -> list[tree.Operator]:
        number = self._whole()
        self._expect("by")
        return [tree.Sort(tuple(self._separated(self._sort_key))), tree.Take(number)]

    def _sort_key(self) -> tree.SortKey:
        expression = self._expression()
        descending = True
        if self._here.text in ("asc", "desc"):
            descending = self._next().text == "desc"
        nulls: str = "last" if descending else "first"
        if self._is("nulls"):
            self._next()
            nulls = self._name("first or last")
            if nulls not in ("first", "last"):
                raise NotUnderstood(f"nulls {nulls}: first or last, {self._place()}")
        return tree.SortKey(expression, descending, "first" if nulls == "first" else "last")

    def _distinct(self) -> list[tree.Operator]:
        if self._is("*"):
            self._next()
            return [tree.Distinct(())]
        return [tree.Distinct(tuple(self._separated(self._column)))]

    def _lookup(self) -> list[tree.Operator]:
        kind = "leftouter"
        if self._is("kind"):
            self._next()
            self._expect("=")
            kind = self._name("a kind of lookup")
        if kind not in ("leftouter", "inner"):
            raise NotUnderstood(f"lookup kind '{kind}' is not in the subset: leftouter or inner")
        if self._is("("):
            self._next()
            with_table = self._pipeline()
            self._expect(")")
        else:
            with_table = tree.Pipeline(tree.TableName(self._name("a table")))
        self._expect("on")
        on = self._separated(lambda: self._name("a column that both tables have"))
        return [tree.Lookup("inner" if kind == "inner" else "leftouter", with_table, tuple(on))]

    def _column(self) -> tree.Named:
        after = self._tokens[min(self._at + 1, len(self._tokens) - 1)]
        if self._here.kind == "name" and after.text == "=":
            name = self._next().text
            self._next()
            return tree.Named(name, self._expression())
        return tree.Named(None, self._expression())

    def _expression(self) -> tree.Expression:
        self._depth += 1
        if self._depth > DEEPEST:
            raise NotUnderstood(f"the query is nested too deeply, {self._place()}")
        left = self._left(self._and, "or")
        self._depth -= 1
        return left

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
        return self._left(self._signed, "*", "/")

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
        self._next()
        arguments = [] if self._is(")") else self._separated(self._expression)
        self._expect(")")
        return tree.Call(name, tuple(arguments))

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
