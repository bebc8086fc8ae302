"""Several tables in one query, arrays, and functions of one's own."""

import pytest

from sandbox.telemetry.kql.refusal import Refused
from tests.sandbox.telemetry.kusto import ask, rows

XY = """let X = datatable(Key:string, Value1:long)["a", 1, "b", 2, "b", 3, "c", 4];
let Y = datatable(Key:string, Value2:long)["b", 10, "c", 20, "c", 30, "d", 40];
"""
"""The tables that Kusto's documentation shows its joins with."""


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("inner", [["b", 2, "b", 10], ["b", 3, "b", 10], ["c", 4, "c", 20], ["c", 4, "c", 30]]),
        ("innerunique", [["b", 2, "b", 10], ["c", 4, "c", 20], ["c", 4, "c", 30]]),
        (
            "leftouter",
            [
                ["a", 1, "", None],
                ["b", 2, "b", 10],
                ["b", 3, "b", 10],
                ["c", 4, "c", 20],
                ["c", 4, "c", 30],
            ],
        ),
        (
            "rightouter",
            [
                ["", None, "d", 40],
                ["b", 2, "b", 10],
                ["b", 3, "b", 10],
                ["c", 4, "c", 20],
                ["c", 4, "c", 30],
            ],
        ),
        (
            "fullouter",
            [
                ["", None, "d", 40],
                ["a", 1, "", None],
                ["b", 2, "b", 10],
                ["b", 3, "b", 10],
                ["c", 4, "c", 20],
                ["c", 4, "c", 30],
            ],
        ),
        ("leftsemi", [["b", 2], ["b", 3], ["c", 4]]),
        ("leftanti", [["a", 1]]),
        ("anti", [["a", 1]]),
    ],
)
def test_a_join_answers_what_kustos_documentation_shows(kind, expected):
    answer = ask(f"{XY}X | join kind={kind} Y on Key")
    assert sorted(answer.rows, key=str) == sorted(expected, key=str)
    names = ["Key", "Value1", "Key1", "Value2"][: len(expected[0])]
    assert [column.name for column in answer.columns] == names


def test_a_join_of_no_kind_takes_each_key_of_the_left_once():
    assert rows(f"{XY}X | join Y on Key | count") == [[3]]


@pytest.mark.parametrize(
    "on", ["$left.Key == $right.Key", "$right.Key == $left.Key", "Key, Key", "Key and Key"]
)
def test_keys_are_told_in_each_of_kustos_ways(on):
    assert rows(f"{XY}X | join kind=inner (Y | where Value2 < 30) on {on} | count") == [[3]]


@pytest.mark.parametrize("kind", ["inner", "leftouter", "leftanti"])
def test_the_order_of_the_left_survives_a_join(kind):
    query = f"{XY}X | order by Value1 desc | join kind={kind} Y on Key | project Value1"
    found = [value for (value,) in rows(query)]
    assert found == sorted(found, reverse=True)


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("X | join kind=inner Y on Value2", "the left table has no column 'Value2'"),
        ("X | join kind=inner Y on $left.Key == $right.Value2", "key 'Value2' is long"),
        ("X | join kind=inner Y on $left.Key == $left.Key", "$left.a == $right.b"),
        ("X | join kind=inner (Y | join X on Key", "the query ends"),
        ("union X, Z", "'Z'"),
        ("union kind=inner (X | project Key), (Y | project Value2)", "no column in common"),
        ("X | mv-expand Key", "expects dynamic, not string"),
        ("let f = (x:long) { x }; print f('a')", "parameter 'x' is long, not string"),
        ("let f = (x:long, y:long = 1) { x + y }; print f()", "expects 1 to 2 argument(s), not 0"),
        ("let f = () { X | count }; print f()", "yields rows, not a value"),
        ("let f = () { 1 }; f() | count", "yields a value, not rows"),
        ("let f = (x:long) { x + f(x) }; print f(1)", "function 'f' is not in the subset"),
        ("let f = (x:long) { x + Value1 }; X | extend y = f(1)", "named 'Value1'"),
    ],
)
def test_what_does_not_fit_is_named(query, named):
    with pytest.raises(Refused) as refused:
        rows(XY + query)
    assert named in str(refused.value)


def test_functions_that_double_with_each_level_have_an_end():
    lets = "let f0 = (x:long) { x + x };" + "".join(
        f"let f{n} = (x:long) {{ f{n - 1}(x) + f{n - 1}(x) }};" for n in range(1, 60)
    )
    with pytest.raises(Refused, match="grows too long"):
        rows(f"{lets} print f59(1)")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("union X, Y | summarize count(), sum(Value1), sum(Value2)", [[8, 10, 100]]),
        ("X | union Y | where isnull(Value1) | count", [[4]]),
        ("union kind=inner X, Y | summarize dcount(Key)", [[4]]),
        ("union isfuzzy=true X, Nothing | count", [[4]]),
        (
            "union withsource=T X, (Y | take 1) | summarize count() by T | order by T asc",
            [["X", 4], ["Y", 1]],
        ),
        ("union (print a = 1), (print a = 'x') | project a_long, a_string", [[1, ""], [None, "x"]]),
    ],
)
def test_a_union_has_the_rows_and_columns_of_all(query, expected):
    assert rows(XY + query) == expected


B = "datatable(a:long, b:dynamic, c:dynamic)"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (f"{B}[1, dynamic([10, 20]), dynamic(null)] | mv-expand b | project b", [["10"], ["20"]]),
        (f"{B}[1, dynamic([]), dynamic([1])] | mv-expand b | count", [[0]]),
        (f"{B}[1, dynamic(null), dynamic([1])] | mv-expand b | project a, b", [[1, None]]),
        (
            f"{B}[1, dynamic({{'p': 'a', 'q': 'b'}}), dynamic([5, 4, 3])] | mv-expand b, c "
            "| project b, c",
            [['{"p":"a"}', "5"], ['{"q":"b"}', "4"], [None, "3"]],
        ),
        (
            f"{B}[1, dynamic({{'p': 'a'}}), dynamic([])] | mv-expand kind=array b "
            "| project tostring(b[0]), tostring(b[1])",
            [["p", "a"]],
        ),
        (
            f"{B}[1, dynamic([7, 'x', 8]), dynamic([])] | mv-expand with_itemindex=i "
            "n = b to typeof(long) | project i, n",
            [[0, 7], [1, None], [2, 8]],
        ),
        (f"{B}[1, dynamic([1, 2, 3]), dynamic([])] | mv-expand b limit 2 | count", [[2]]),
        (
            f"{B}[1, dynamic(['x']), dynamic([])] | mv-expand b to typeof(string) | where b == 'x'"
            " | count",
            [[1]],
        ),
        (
            f"{B}[1, dynamic([2, 1]), dynamic([]), 2, dynamic([4, 3]), dynamic([])] "
            "| order by a desc | mv-expand b to typeof(long) | project b",
            [[4], [3], [2], [1]],
        ),
    ],
)
def test_arrays_are_taken_apart_as_kustos_documentation_says(query, expected):
    assert rows(query) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("let f = (x:long, y:long = 1) { x + y }; print f(1), f(1, 5)", [[2, 6]]),
        ("let f = (x:real) { x / 2 }; X | summarize sum(f(Value1))", [[5.0]]),
        ("let a = () { 123 }; print a + a()", [[246]]),
        (
            "let f = (x:long) { let y = x * 2; let g = (z:long) { z + y }; g(1) }; print f(5)",
            [[11]],
        ),
        ("let big = (least:long) { X | where Value1 >= least }; big(3) | count", [[2]]),
        ("let big = view () { X | where Value1 >= 3 }; union big, big | count", [[4]]),
        ("let x = 1; let f = (x:long) { x }; let x = 7; print f(2), x", [[2, 7]]),
        ("let x = 1; let f = () { x }; let x = 7; print f()", [[1]]),
    ],
)
def test_a_function_sees_its_arguments_and_what_was_named_before_it(query, expected):
    assert rows(XY + query) == expected
