"""From words to rows and what is done to them, by recursive descent."""

from collections.abc import Callable
from typing import Final, get_args

from sandbox.telemetry.kql import tree
from sandbox.telemetry.kql.expression_reader import TYPES, ExpressionReader
from sandbox.telemetry.kql.refusal import NotUnderstood
from sandbox.telemetry.kql.tokens import place

JOINS: Final[dict[str, tree.JoinKind]] = {
    **{kind: kind for kind in get_args(tree.JoinKind)},
    "anti": "leftanti",
    "leftantisemi": "leftanti",
}
OPERATORS: Final = (
    *("where", "extend", "project", "project-away", "project-keep", "project-rename"),
    *("summarize", "order by", "sort by", "top", "take", "limit", "count", "distinct"),
    *("join", "lookup", "union", "mv-expand"),
)


class OperatorReader(ExpressionReader):
    """Each method reads what it is called after."""

    def _pipeline(self) -> tree.Pipeline:
        with self._deeper():
            source = self._source()
            operators: list[tree.Operator] = []
            while self._is("|"):
                self._next()
                operators.extend(self._operator())
            return tree.Pipeline(source, tuple(operators))

    def _source(self) -> tree.Source:
        if self._is("("):
            return self._table()
        if self._is("datatable"):
            return self._datatable()
        if self._is("print") and self._after.text not in ("|", ";", ")", "}"):
            self._next()
            return tree.Print(tuple(self._separated(self._column)))
        if self._is("union"):
            self._next()
            return self._union()
        name = self._name("the name of a table")
        return tree.Invoked(name, self._arguments()) if self._is("(") else tree.TableName(name)

    def _table(self) -> tree.Pipeline:
        """What stands beside the rows in join, lookup and union: a name, or more in brackets."""
        if self._is("("):
            self._next()
            found = self._pipeline()
            self._expect(")")
            return found
        name = self._name("a table")
        if self._is("("):
            return tree.Pipeline(tree.Invoked(name, self._arguments()))
        if self._is("*"):
            raise NotUnderstood(f"{name}* is not in the subset: name the tables, {self._place()}")
        return tree.Pipeline(tree.TableName(name))

    def _datatable(self) -> tree.DataTable:
        self._next()
        self._expect("(")
        columns = self._separated(self._typed)
        self._expect(")")
        values = self._enclosed("[", self._constant, "]")
        width = len(columns)
        if len(values) % width:
            raise NotUnderstood(f"datatable has {len(values)} values for {width} columns")
        rows = (tuple(values[at : at + width]) for at in range(0, len(values), width))
        return tree.DataTable(tuple(columns), tuple(rows))

    def _constant(self) -> tree.Literal:
        if self._is("dynamic") and self._after.text == "(":
            self._next()
            return self._dynamic()
        return self._literal()

    def _typed(self) -> tuple[str, tree.Type]:
        name = self._name("the name of a column")
        self._expect(":")
        return name, self._type()

    def _type(self) -> tree.Type:
        type = self._name("a type")
        if type not in TYPES:
            raise NotUnderstood(f"type '{type}' is not in the subset; it has {', '.join(TYPES)}")
        return TYPES[type]

    def _operator(self) -> list[tree.Operator]:
        word = self._here
        # Names of operators have hyphens, and are told as a whole.
        name = self._name("an operator")
        while self._is("-") and self._after.kind == "name":
            self._next()
            name += "-" + self._name("an operator")
        reads: dict[str, Callable[[], list[tree.Operator]]] = {
            "where": lambda: [tree.Where(self._expression())],
            "filter": lambda: [tree.Where(self._expression())],
            "extend": lambda: [tree.Extend(tuple(self._separated(self._column)))],
            "project": lambda: [tree.Project(tuple(self._separated(self._column)))],
            "project-away": lambda: [tree.Choose(self._names(), kept=False)],
            "project-keep": lambda: [tree.Choose(self._names(), kept=True)],
            "project-rename": lambda: [tree.Rename(tuple(self._separated(self._renamed)))],
            "summarize": self._summarize,
            "order": self._sort,
            "sort": self._sort,
            "top": self._top,
            "take": lambda: [tree.Take(self._whole())],
            "limit": lambda: [tree.Take(self._whole())],
            "count": lambda: [tree.Count()],
            "distinct": self._distinct,
            "join": self._join,
            "lookup": self._lookup,
            "union": lambda: [self._union()],
            "mv-expand": self._mv_expand,
        }
        if name not in reads:
            raise NotUnderstood(
                f"operator '{name}' is not in the subset, {place(self._query, word.at)}; "
                f"it has {', '.join(OPERATORS)}"
            )
        return reads[name]()

    def _names(self) -> tuple[str, ...]:
        return tuple(self._separated(lambda: self._name("a column")))

    def _renamed(self) -> tuple[str, str]:
        new = self._name("a new name")
        self._expect("=")
        return new, self._name("a column")

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

    def _options(self, *known: str) -> dict[str, str]:
        """kind=inner withsource=Name, as far as there are any."""
        found: dict[str, str] = {}
        while self._here.text in known and self._after.text == "=":
            name = self._next().text
            self._next()
            found[name] = self._name(f"a value of {name}")
        return found

    def _join(self) -> list[tree.Operator]:
        kind = self._options("kind").get("kind", "innerunique")
        if kind not in JOINS:
            raise NotUnderstood(
                f"join kind '{kind}' is not in the subset, {self._place()}; "
                f"it has {', '.join(JOINS)}"
            )
        table = self._table()
        self._expect("on")
        on = self._separated(self._join_key)
        while self._is("and"):
            self._next()
            on.append(self._join_key())
        return [tree.Join(JOINS[kind], table, tuple(on))]

    def _join_key(self) -> tuple[str, str]:
        """A column that both have, or $left.a == $right.b, either way round."""
        first = self._name("a column, or $left.column")
        if not first.startswith("$"):
            return first, first
        one = self._side()
        self._expect("==")
        second = self._name("$left or $right")
        sides = {first: one, second: self._side()}
        if sides.keys() != {"$left", "$right"}:
            raise NotUnderstood(f"join: $left.a == $right.b is expected, {self._place()}")
        return sides["$left"], sides["$right"]

    def _side(self) -> str:
        self._expect(".")
        return self._name("a column")

    def _lookup(self) -> list[tree.Operator]:
        kind = self._options("kind").get("kind", "leftouter")
        if kind not in ("leftouter", "inner"):
            raise NotUnderstood(f"lookup kind '{kind}' is not in the subset: leftouter or inner")
        table = self._table()
        self._expect("on")
        on = self._separated(lambda: self._name("a column that both tables have"))
        return [tree.Lookup("inner" if kind == "inner" else "leftouter", table, tuple(on))]

    def _union(self) -> tree.Union:
        options = self._options("kind", "withsource", "isfuzzy")
        kind = options.get("kind", "outer")
        if kind not in ("inner", "outer"):
            raise NotUnderstood(f"union kind '{kind}' is none: inner or outer, {self._place()}")
        return tree.Union(
            tuple(self._separated(self._table)),
            inner=kind == "inner",
            source=options.get("withsource"),
            fuzzy=options.get("isfuzzy") == "true",
        )

    def _mv_expand(self) -> list[tree.Operator]:
        options = self._options("kind", "bagexpansion", "with_itemindex")
        pairs = options.get("kind", options.get("bagexpansion", "bag"))
        if pairs not in ("bag", "array"):
            raise NotUnderstood(f"mv-expand kind '{pairs}' is none: bag or array")
        columns = self._separated(self._expanded)
        limit = None
        if self._is("limit"):
            self._next()
            limit = self._whole()
        index = options.get("with_itemindex")
        return [tree.MvExpand(tuple(columns), limit, index, pairs == "array")]

    def _expanded(self) -> tree.Expanded:
        column = self._column()
        type: tree.Type = "dynamic"
        if self._is("to"):
            self._next()
            self._expect("typeof")
            self._expect("(")
            type = self._type()
            self._expect(")")
        return tree.Expanded(column, type)
