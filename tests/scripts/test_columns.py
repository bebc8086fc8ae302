from hypothesis import given
from hypothesis import strategies as st

from scripts.columns import WIDTH, columns

HEADINGS = ("REGION", "POOL", "LEFT")
NUMBERS = st.integers(-(10**6), 10**6).map(str)


def test_numbers_stand_to_the_right_and_nothing_trails():
    rows = [HEADINGS, ("north", "a", "7"), ("south", "b", "1000")]
    assert list(columns(rows, right=[2], longest=1)) == [
        "REGION  POOL  LEFT",
        "north   a        7",
        "south   b     1000",
    ]


@given(st.lists(st.tuples(st.sampled_from(["north", "south"]), st.text(max_size=200), NUMBERS)))
def test_no_line_is_too_wide_and_only_the_long_column_is_cut(rows):
    told = list(columns([HEADINGS, *rows], right=[2], longest=1))
    assert len(told) == len(rows) + 1
    assert all(len(line) <= WIDTH for line in told)
    assert all(line.endswith(row[2]) for line, row in zip(told[1:], rows, strict=True))
