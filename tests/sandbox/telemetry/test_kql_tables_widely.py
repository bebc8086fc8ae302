"""Joins, unions and arrays against plain Python, over tables that nobody thought of."""

import json
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox.telemetry.kusto import rows

Row = tuple[str, int | None]

SIDE = st.lists(
    st.tuples(st.sampled_from(["", "a", "A", "b"]), st.none() | st.integers(-2, 2)), max_size=6
)
VALUES = st.none() | st.integers(-3, 3) | st.sampled_from(["", "x", 'q"'])
ARRAYS = st.none() | st.lists(VALUES, max_size=4) | st.dictionaries(st.sampled_from("pq"), VALUES)


def table(made: list[Row]) -> str:
    values = ", ".join(f'"{text}", {"long(null)" if n is None else n}' for text, n in made)
    return f"datatable(k:string, n:long)[{values}]"


def counted(found: list[list[Any]]) -> Counter[str]:
    """Rows whatever their order."""
    return Counter(json.dumps(row) for row in found)


def paired(left: list[Row], right: list[Row], kind: str, *, by_number: bool) -> list[list[Any]]:
    """What a join is, in two loops."""

    def meet(one: Row, other: Row) -> bool:
        return (one[1] is not None and one[1] == other[1]) if by_number else one[0] == other[0]

    if kind == "leftsemi":
        return [list(each) for each in left if any(meet(each, other) for other in right)]
    if kind == "leftanti":
        return [list(each) for each in left if not any(meet(each, other) for other in right)]
    found: list[list[Any]] = [[*a, *b] for a in left for b in right if meet(a, b)]
    if kind in ("leftouter", "fullouter"):
        found += [[*a, "", None] for a in left if not any(meet(a, b) for b in right)]
    if kind in ("rightouter", "fullouter"):
        found += [["", None, *b] for b in right if not any(meet(a, b) for a in left)]
    return found


@given(
    SIDE,
    SIDE,
    st.sampled_from(["inner", "leftouter", "rightouter", "fullouter", "leftsemi", "leftanti"]),
    st.booleans(),
)
@settings(max_examples=200)
def test_a_join_is_what_two_loops_find(left, right, kind, by_number):
    query = f"{table(left)} | join kind={kind} ({table(right)}) on {'n' if by_number else 'k'}"
    assert counted(rows(query)) == counted(paired(left, right, kind, by_number=by_number))


@given(SIDE, SIDE)
def test_innerunique_pairs_each_key_of_the_left_once(left, right):
    found = rows(f"{table(left)} | join ({table(right)}) on k | project k, n1")
    keys = {key for key, _ in left}
    assert counted(found) == counted([[key, n] for key, n in right if key in keys])


@given(SIDE, SIDE, st.booleans())
def test_a_union_has_each_row_of_both_and_no_other(left, right, renamed):
    other = f"{table(right)} | project-rename m = n" if renamed else table(right)
    found = rows(f"union ({table(left)}), ({other})")
    if renamed:
        expected = [[k, n, None] for k, n in left] + [[k, None, n] for k, n in right]
    else:
        expected = [[*each] for each in [*left, *right]]
    assert counted(found) == counted(expected)


def taken_apart(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [{key: each} for key, each in value.items()]
    return value if isinstance(value, list) else [value]


@given(st.lists(ARRAYS, min_size=1, max_size=3), st.lists(ARRAYS, min_size=3, max_size=3))
@settings(max_examples=200)
def test_mv_expand_lays_arrays_side_by_side(first, second):
    literal = ", ".join(
        f"{at}, dynamic({json.dumps(a)}), dynamic({json.dumps(b)})"
        for at, (a, b) in enumerate(zip(first, second, strict=False))
    )
    found = rows(f"datatable(i:long, a:dynamic, b:dynamic)[{literal}] | mv-expand a, b")
    expected = []
    for at, (a, b) in enumerate(zip(first, second, strict=False)):
        one, two = taken_apart(a), taken_apart(b)
        for number in range(max(len(one), len(two))):
            pair = [side[number] if number < len(side) else None for side in (one, two)]
            expected.append([at, *pair])
    decoded = [[i, *(each and json.loads(each) for each in pair)] for i, *pair in found]
    assert decoded == expected


@given(SIDE, st.integers(0, 3))
def test_what_is_put_together_and_taken_apart_again_is_what_it_was(made, most):
    query = (
        f"{table(made)} | order by n asc | summarize a = make_list(n, {most}), s = make_set(n) by k"
    )
    for key, listed, distinct in rows(query):
        values = sorted(n for k, n in made if k == key and n is not None)
        assert json.loads(listed) == values[:most]
        assert json.loads(distinct) == sorted(set(values))
    again = rows(
        f"{table(made)} | summarize a = make_list(n) by k | mv-expand a to typeof(long) "
        "| project k, a"
    )
    assert counted(again) == counted([[k, n] for k, n in made if n is not None])
