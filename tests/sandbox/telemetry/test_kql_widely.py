"""The language over queries and tables that nobody thought of."""

import math
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.telemetry.kql.refusal import Refused
from sandbox.telemetry.kql.sqlite_functions import percentile
from sandbox.telemetry.kql.tokens import tokens
from sandbox.telemetry.tables import TABLES
from tests.sandbox.telemetry.kusto import ask, rows

Row = tuple[str, int, float | None]

WORDS = [
    *("T", "a", "n", "x", "where", "extend", "summarize", "by", "order", "top", "lookup", "on"),
    *("let", "datatable", "|", "(", ")", "[", "]", ",", ";", ":", "=", "==", "!=", "<", "-", "+"),
    *("*", "/", "..", ".", "and", "or", "not", "in", "!in~", "between", "has", "count", "sum"),
    *("iff", "tostring", "ago", "bin", "now", "1", "2.5", "5m", '"s"', "'q'", "true", "asc"),
    *("real(null)", "datetime(2026-11-21)", "project", "distinct", "take", "kind", "inner", "%"),
    *("arg_max", "percentile", "parse_json", "string", "long", "nulls", "first", "#", "{", "}"),
    *("join", "union", "mv-expand", "make_list", "dynamic", "$left", "print", "to", "typeof"),
]
TEXTS = st.sampled_from(["", "a", "A", "b", "chat", "Chat-2"])
TABLE = st.lists(
    st.tuples(
        TEXTS,
        st.integers(-5, 5),
        st.none() | st.floats(-4, 4, allow_nan=False).map(lambda each: round(each, 2)),
    ),
    max_size=8,
)


def table(made: list[Row]) -> str:
    values = ", ".join(
        f'"{text}", {whole}, {"real(null)" if real is None else f"{real:.2f}"}'
        for text, whole, real in made
    )
    return f"datatable(a:string, n:long, x:real)[{values}]"


@given(st.lists(st.sampled_from(WORDS), max_size=25))
def test_no_row_of_words_is_worse_than_a_refusal_that_says_something(words):
    query = 'let T = datatable(a:string, n:long, x:real)["s", 1, 2.5]; T | ' + " ".join(words)
    try:
        ask(query)
    except Refused as refused:
        assert str(refused)


@given(st.text(max_size=60))
def test_no_text_is_worse_than_a_refusal(text):
    try:
        ask(text)
    except Refused as refused:
        assert str(refused)


@given(st.text(max_size=40))
def test_a_string_comes_back_as_it_was_written(text):
    quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    assert rows(f"datatable(s:string)[{quoted}]") == [[text]]


@given(st.sampled_from(WORDS), st.sampled_from(WORDS))
def test_blanks_between_words_make_no_difference(first, second):
    def read(text: str) -> list[tuple[str, object]] | None:
        try:
            return [(each.kind, each.value) for each in tokens(text)]
        except Refused:
            return None

    assert read(f"{first} {second}") == read(f"{first}  \n// a remark\n {second}")


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=12).map("zz{}".format))
def test_an_unknown_word_is_named_wherever_it_stands(word):
    for query, kind in (
        (f"{word} | count", "table"),
        (f"datatable(a:long)[1] | {word} a", "operator"),
        (f"datatable(a:long)[1] | where {word}(a) > 1", "function"),
        (f"datatable(a:long)[1] | summarize {word}(a)", "function"),
        (f"datatable(a:long)[1] | where {word} > 1", "column"),
    ):
        try:
            ask(query)
        except Refused as refused:
            assert word in str(refused) and kind in str(refused)
        else:
            raise AssertionError(query)


PREDICATES: dict[str, Callable[[Row], bool | None]] = {
    "n > 1": lambda row: row[1] > 1,
    "n != 0 and a == 'a'": lambda row: row[1] != 0 and row[0] == "a",
    "a =~ 'A' or n between (-2 .. 2)": lambda row: row[0].lower() == "a" or -2 <= row[1] <= 2,
    "x < 0.5": lambda row: row[2] is not None and row[2] < 0.5,
    "isnull(x)": lambda row: row[2] is None,
    "x == 1 or isnull(x)": lambda row: row[2] is None or row[2] == 1,
    "a has 'chat'": lambda row: row[0].lower() in ("chat", "chat-2"),
    "a contains 'HAT'": lambda row: "hat" in row[0].lower(),
    "a startswith 'c'": lambda row: row[0].lower().startswith("c"),
    "a in ('a', 'b')": lambda row: row[0] in ("a", "b"),
    "a !in~ ('a', 'CHAT')": lambda row: row[0].lower() not in ("a", "chat"),
    "coalesce(x, 9.0) > n": lambda row: (9.0 if row[2] is None else row[2]) > row[1],
    "n / 2 == 1": lambda row: int(row[1] / 2) == 1,
    "bin(n, 2) == -2": lambda row: math.floor(row[1] / 2) * 2 == -2,
    "not(isempty(a))": lambda row: bool(row[0]),
}


@given(TABLE, st.sampled_from(sorted(PREDICATES)))
@settings(max_examples=200)
def test_where_keeps_the_rows_that_plain_python_keeps(made, predicate):
    kept = [list(row) for row in made if PREDICATES[predicate](row)]
    assert rows(f"{table(made)} | where {predicate}") == kept


def mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None


AGGREGATES: dict[str, Callable[[list[Row]], Any]] = {
    "count()": len,
    "sum(n)": lambda group: sum(row[1] for row in group),
    "countif(x > 0)": lambda group: sum(row[2] is not None and row[2] > 0 for row in group),
    "sumif(n, n > 0)": lambda group: sum(row[1] for row in group if row[1] > 0),
    "avg(x)": lambda group: mean([row[2] for row in group if row[2] is not None]),
    "avgif(n, n > 0)": lambda group: mean([row[1] for row in group if row[1] > 0]),
    "min(n)": lambda group: min(row[1] for row in group),
    "max(x)": lambda group: max((r[2] for r in group if r[2] is not None), default=None),
    "dcount(n)": lambda group: len({row[1] for row in group}),
    "percentile(n, 50)": lambda group: sorted(r[1] for r in group)[(len(group) + 1) // 2 - 1],
}


@given(TABLE, st.sampled_from(sorted(AGGREGATES)))
@settings(max_examples=200)
def test_summarize_answers_what_plain_python_answers(made, aggregate):
    groups: dict[str, list[Row]] = {}
    for row in made:
        groups.setdefault(row[0], []).append(row)
    query = f"{table(made)} | summarize v = {aggregate} by a"
    answered = {row[0]: row[1] for row in rows(query)}
    assert answered.keys() == groups.keys()
    for key, group in groups.items():
        expected = AGGREGATES[aggregate](group)
        assert answered[key] == expected or math.isclose(answered[key], expected, abs_tol=1e-9)


@given(TABLE, st.booleans(), st.integers(0, 5))
def test_sort_and_take_answer_what_plain_python_answers(made, descending, number):
    query = f"{table(made)} | order by n {'desc' if descending else 'asc'} | take {number}"
    assert [row[1] for row in rows(query)] == sorted((row[1] for row in made), reverse=descending)[
        :number
    ]


@given(TABLE)
def test_distinct_and_summarize_by_see_the_same_values(made):
    for word in ("distinct a", "summarize by a"):
        found = [row[0] for row in rows(f"{table(made)} | {word}")]
        assert sorted(found) == sorted({row[0] for row in made})


@given(
    st.lists(st.tuples(st.integers(-100, 100), st.integers(1, 50)), min_size=1, max_size=20),
    st.integers(0, 100),
)
def test_a_percentile_is_a_value_that_covers_its_share_and_no_smaller_one_does(weighted, percent):
    found = percentile(list(weighted), percent)
    total = sum(weight for _, weight in weighted)

    def share(limit: float) -> float:
        return sum(weight for value, weight in weighted if value <= limit) * 100 / total

    assert found in [value for value, _ in weighted]
    assert share(found) >= percent
    smaller = [value for value, _ in weighted if value < found]
    assert not smaller or share(max(smaller)) < percent or percent == 0


def test_every_column_of_every_table_has_a_name_of_its_own():
    for columns in (table.columns for table in TABLES.values()):
        assert len({each.name for each in columns}) == len(columns)
