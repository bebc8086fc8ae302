"""The language: what each word of it answers, and what it says to words that it does not have."""

import pytest

from sandbox.telemetry.kql.refusal import Refused
from tests.sandbox.telemetry.kusto import ask, rows, value

T = """let T = datatable(dep:string, n:long, ms:real, at:datetime)[
    "chat", 3, 100.0, datetime(2026-11-21T10:00:00Z),
    "Chat", 1, 50.5, datetime(2026-11-21T10:30:00Z),
    "embed", 2, real(null), datetime(2026-11-21T11:15:00Z)];
"""


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("7 / 2", 3),
        ("-7 / 2", -3),
        ("7 / 2.0", 3.5),
        ("7 % 2", 1),
        ("-7 % 2", 1),
        ("7 % 0", None),
        ("1 / 0", None),
        ("1.0 / 0", "Infinity"),
        ("1h / 5m", 12.0),
        ("1d + 2h", "1.02:00:00"),
        ("-90m", "-01:30:00"),
        ("1500ms", "00:00:01.5000000"),
        ("now() - startofday(now())", "12:00:00"),
        ("(now() - startofday(now())) / 1h", 12.0),
        ("ago(1d)", "2026-11-20T12:00:00.000000Z"),
        ("bin(datetime(2026-11-21T10:59:59Z), 15m)", "2026-11-21T10:45:00.000000Z"),
        ("bin(17, 5)", 15),
        ("bin(-1, 5)", -5),
        ("bin(4.5, 1)", 4.0),
        ("datetime(2026-11-21) < datetime(2026-11-22)", True),
        ('"chat" == "Chat"', False),
        ('"chat" =~ "Chat"', True),
        ('"chat" !~ "Chat"', False),
        ('"a gpt-5 call" has "GPT"', True),
        ('"a gpt5 call" has "gpt"', False),
        ('"a gpt5 call" !has "gpt"', True),
        ('"a gpt5 call" contains "PT5"', True),
        ('"prod-chat" startswith "PROD"', True),
        ('"b" in ("a", "b")', True),
        ('"B" in ("a", "b")', False),
        ('"B" in~ ("a", "b")', True),
        ('"c" !in ("a", "b")', True),
        ("5 between (1 .. 5)", True),
        ("6 !between (1 .. 5)", True),
        ("not(1 == 1)", False),
        ("1 == 2 or 1 == 1 and 2 == 3", False),
        ("iff(1 > 2, 'a', 'b')", "b"),
        ("case(1 > 2, 'a', 2 > 1, 'b', 'c')", "b"),
        ("case(1 > 2, 'a', 2 > 3, 'b', 'c')", "c"),
        ("abs(-2.5)", 2.5),
        ("dynamic([1, 'a', {\"b\": null}])", '[1,"a",{"b":null}]'),
        ("array_length(dynamic([1, 2]))", 2),
        ("array_length(dynamic({}))", None),
        ("coalesce(real(null), 0.5)", 0.5),
        ("coalesce('', 'x')", "x"),
        ("strcat('a', 1, true, 2.5, 3.0)", "a1true2.53"),
        ("round(2.15, 1)", 2.2),
        ("round(2.5)", 3.0),
        ("toint('42')", 42),
        ("toint('many')", None),
        ("toint(2.9)", 2),
        ("todouble('1e3')", 1000.0),
        ("todouble('1_0')", None),
        ("tostring(1h)", "01:00:00"),
        ("tostring(real(null))", ""),
        ("isfinite(1.0 / 0)", False),
        ("isfinite(todouble('none'))", False),
        ("isnull(todouble('none'))", True),
        ("isempty('')", True),
        ("long(null) == 1", False),
        ("long(null) != 1", True),
        ("long(null) == long(null)", None),
        ("long(null) < 1", None),
        ('parse_json(\'{"a.b": {"c": [1, "x"]}}\')["a.b"].c[1]', '"x"'),
        ('tostring(parse_json(\'{"a": [1, "x"]}\').a[1])', "x"),
        ('todouble(parse_json(\'{"s": "4.5"}\').s)', 4.5),
        ("parse_json('{\"s\": \"4.5\"}').s == '4.5'", True),
        ("parse_json('{\"n\": 3}').n > 2", True),
        ("isnull(parse_json('{}').nothing)", True),
        (r'"a\"b\\n"', 'a"b\\n'),
        (r'@"a\b"', "a\\b"),
    ],
)
def test_an_expression_is_worth_what_kusto_says(expression, expected):
    assert value(expression) == expected


@pytest.mark.parametrize(
    ("pipeline", "expected"),
    [
        ("T | where n > 1 | project dep", [["chat"], ["embed"]]),
        ("T | where ms > 60 or dep == 'embed' | count", [[2]]),
        (
            "T | summarize s = sum(n), c = count() by k = tolower(dep)",
            [["chat", 4, 2], ["embed", 2, 1]],
        ),
        ("T | summarize sum(n)", [[6]]),
        ("T | where n > 9 | summarize sum(n), count(), max(n), avg(ms)", [[0, 0, None, None]]),
        ("T | where n > 9 | summarize sum(n) by dep", []),
        ("T | summarize avg(ms), min(ms), max(dep)", [[75.25, 50.5, "embed"]]),
        ("T | summarize sumif(n, ms > 60), countif(isnull(ms)), avgif(ms, n == 1)", [[3, 1, 50.5]]),
        ("T | summarize percentile(n, 50), percentilew(n, n, 50)", [[2, 2]]),
        ("T | summarize dcount(tolower(dep))", [[2]]),
        ("T | summarize share = round(100.0 * countif(n > 1) / count(), 1)", [[66.7]]),
        ("T | summarize arg_max(n, dep)", [[3, "chat"]]),
        ("T | summarize arg_min(n, dep)", [[1, "Chat"]]),
        ("T | summarize percentiles(n, 50, 100)", [[2, 3]]),
        ("T | order by n | summarize make_list(dep)", [['["chat","embed","Chat"]']]),
        ("T | summarize make_list(ms)", [["[100.0,50.5]"]]),
        ("T | order by n | summarize make_list(n, 2)", [["[3,2]"]]),
        ("T | summarize make_list_if(n, n > 9)", [["[]"]]),
        ("T | order by n | summarize make_set(tolower(dep))", [['["chat","embed"]']]),
        ("T | project-away dep, ms, at | take 1", [[3]]),
        ("T | project-keep n | project-rename m = n | summarize max(m)", [[3]]),
        (
            "T | summarize arg_max(at, *) by tolower(dep) | project dep, n",
            [["Chat", 1], ["embed", 2]],
        ),
        (
            "T | summarize count() by bin(at, 1h)",
            [["2026-11-21T10:00:00.000000Z", 2], ["2026-11-21T11:00:00.000000Z", 1]],
        ),
        ("T | order by n | project n", [[3], [2], [1]]),
        ("T | order by n asc | extend m = n * 2 | where m > 2 | project m", [[4], [6]]),
        ("T | sort by ms asc | project ms", [[None], [50.5], [100.0]]),
        ("T | sort by ms asc nulls last | project ms", [[50.5], [100.0], [None]]),
        ("T | top 1 by ms | project dep", [["chat"]]),
        ("T | order by n | take 2 | project n", [[3], [2]]),
        ("T | extend dep = tolower(dep) | distinct dep", [["chat"], ["embed"]]),
        ("T | extend a = n + 1, b = a + 1 | project b", [[5], [3], [4]]),
        ("T | count", [[3]]),
        ("T | where at >= ago(1h) | project dep", [["embed"]]),
        ("T | where at between (datetime(2026-11-21T10:00) .. 15m) | count", [[1]]),
        (
            "T | lookup kind=leftouter (datatable(dep:string, p:real)['chat', 2.5]) on dep "
            "| project dep, p",
            [["chat", 2.5], ["Chat", None], ["embed", None]],
        ),
        (
            "T | lookup kind=inner (datatable(dep:string, p:string)['chat', 'x']) on dep "
            "| project p",
            [["x"]],
        ),
        (
            "T | lookup (datatable(dep:string, p:string)['chat', 'x']) on dep "
            "| summarize countif(p == '')",
            [[2]],
        ),
    ],
)
def test_an_operator_does_to_rows_what_kusto_does(pipeline, expected):
    assert rows(T + pipeline) == expected


def test_a_let_names_rows_or_a_value():
    assert rows("let t = 2; let A = datatable(x:long)[1, 2, 3]; A | where x >= t | count") == [[2]]


def test_columns_have_kustos_names_and_types():
    columns = ask(
        T + "T | summarize count(), avg(ms), percentile(ms, 95), any = max(at) by dep"
    ).columns
    assert [(each.name, each.type) for each in columns] == [
        ("dep", "string"),
        ("count_", "long"),
        ("avg_ms", "real"),
        ("percentile_ms_95", "real"),
        ("any", "datetime"),
    ]


def test_names_differ_by_casing():
    assert rows("datatable(a:long, A:long)[1, 2] | project A, a") == [[2, 1]]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("T | make-series count() on at step 1h", "operator 'make-series'"),
        ("T | top-nested 3 of dep by count()", "operator 'top-nested'"),
        ("T | render timechart", "operator 'render'"),
        ("T | join kind=rightanti T on dep", "join kind 'rightanti'"),
        ("T | where series_stats(n) > 1", "function 'series_stats'"),
        ("T | summarize make_bag(n)", "function 'make_bag'"),
        ("T | where dep matches 'x'", "'matches' stands"),
        ("T | where n ^ 2 == 0", "'^ 2 == 0'"),
        ("T | lookup kind=rightouter T on dep", "kind 'rightouter'"),
        ("let f = (t:(*)) { t | count }; T | take 1", "parameter 't' is a table"),
        ("range(1, 2, 3) | count", "range"),
        ("union T*, T", "T* is not in the subset"),
        ("T | where n ~ 1", "'~ 1'"),
        ("T |", "the query ends where an operator is expected"),
        ("T | where (n > 1", "the query ends where ')' is expected"),
        ("datatable(x:decimal)[1]", "type 'decimal'"),
        ("datatable(x:long, y:long)[1]", "1 values for 2 columns"),
        ("print 1 2", "'2' stands"),
    ],
)
def test_what_is_not_in_the_subset_is_named(query, named):
    with pytest.raises(Refused) as refused:
        rows((T if query.startswith(("T", "let")) else "") + query)
    assert named in str(refused.value)


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("Nothing", "'Nothing'"),
        ("T | where missing == 1", "'missing'"),
        ("T | where dep == 1", "string and long"),
        ("T | where n", "bool, not long"),
        ("T | extend x = dep + 1", "'+' is not defined between string and long"),
        ("T | summarize n by dep", "'n' stands outside of an aggregate"),
        ("T | where count() > 1", "'count' is an aggregate"),
        ("T | extend x = sum(n)", "'sum' is an aggregate"),
        ("T | summarize sum(n, n)", "expects 1 argument(s), not 2"),
        ("T | summarize count() by parse_json(dep)", "'dynamic' type"),
        ("T | extend x = ago(5)", "ago expects timespan, not long"),
        ("T | project n, n = 1", "'n' already exists"),
        ("T | lookup kind=leftouter T on nothing", "no column 'nothing'"),
        ("datatable(x:long)['one']", "column 'x' is long, not string"),
    ],
)
def test_what_does_not_fit_is_named(query, named):
    with pytest.raises(Refused) as refused:
        rows((T if query.startswith("T") else "") + query)
    assert named in str(refused.value)


def test_how_deep_a_query_may_be_has_an_end_that_says_so():
    with pytest.raises(Refused, match="nested too deeply"):
        value("(" * 5000 + "1" + ")" * 5000)


def test_a_long_chain_of_conditions_is_no_nesting():
    test = " or ".join(f"x == {n}" for n in range(500))
    assert value(f"({test})") is True
