"""A sheet tells its readers what they need and nothing else; what comes back is read or refused."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.evaluate.review import key as keys
from scripts.evaluate.review.key import NoKey, key
from scripts.evaluate.review.page import page
from scripts.evaluate.review.ratings import WrongRatings, read
from scripts.evaluate.review.sample import draw
from scripts.evaluate.review.sheet import COLUMNS, harmless, text
from tests.evaluate.rows import row, rows

SAMPLE = draw([*rows(4, "secret-g"), *rows(2, "secret-b", scores=2)], 6, seed=1)
ROWS = [each.row for each in SAMPLE.rows]
KEY = key("run-1", 1, SAMPLE)
SHEET = text(KEY.sheet, ROWS)


def filled(*goods, sheet=KEY.sheet, separator=","):
    lines = [separator.join(("sheet", "number", "good"))]
    lines += [separator.join((sheet, str(n), good)) for n, good in enumerate(goods, start=1)]
    return "\r\n".join(lines).encode()


ALL = ("yes", "no", "YES", "n", "?", " y ")


@pytest.mark.parametrize("shown", [SHEET, page(KEY.sheet, ROWS)])
def test_a_sheet_is_blind(shown):
    for hidden in ("secret-", "typical", "judge", "score", "gpt", "bad"):
        assert hidden not in shown


def test_a_sheet_as_it_was_exported_comes_back_filled_in():
    lines = list(csv.DictReader(io.StringIO(SHEET)))
    assert tuple(lines[0]) == COLUMNS
    assert [line["answer"] for line in lines] == [each.answer.text for each in ROWS]
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows(line | {"good": "yes"} for line in lines)
    assert read(out.getvalue().encode(), KEY, "f") == dict.fromkeys(range(1, 7), "good")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_any_spreadsheet_may_have_saved_it(separator, mark):
    found = read(mark + filled(*ALL, separator=separator), KEY, "f")
    assert list(found.values()) == ["good", "bad", "good", "bad", None, "good"]


def mistakes(content):
    with pytest.raises(WrongRatings) as caught:
        read(content, KEY, "f.csv")
    return str(caught.value).splitlines()


def test_all_mistakes_are_said_at_once_each_with_its_line():
    content = filled("yes", "", "maybe", "5", "no")
    content += f"\r\n{KEY.sheet},7,yes\r\n{KEY.sheet},1,no\r\nother,2,yes".encode()
    assert mistakes(content) == [
        "f.csv:3: good is '' for number 2. Fix: yes, no or ?",
        "f.csv:4: good is 'maybe' for number 3. Fix: yes, no or ?",
        "f.csv:5: good is '5' for number 4. Fix: yes, no or ?",
        "f.csv:7: number '7' is not on the sheet. Fix: 1 to 6",
        "f.csv:8: number 1 stands there twice. Fix: leave one of them",
        f"f.csv:9: sheet 'other', not {KEY.sheet}. Fix: the sheet that was exported last",
        "f.csv: no line for 6. Fix: put it back",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no column sheet, number, good"),
        (b"number,good\n1,yes", "no column sheet"),
        (filled("yes", "no"), "no line for 3, 4, 5, 6"),
        (filled(*ALL) + f"\n{KEY.sheet},{'9' * 5000},yes".encode(), "is not on the sheet"),
        (filled(*ALL, sheet="other"), f"sheet 'other', not {KEY.sheet}"),
        (b"sheet,number,good\n\xff", "not in UTF-8"),
        (b'sheet,number,good\n"' + b"x" * 200_000, "Fix: save it as CSV"),
    ],
)
def test_what_is_no_sheet_is_said_to_be_none(content, said):
    assert said in mistakes(content)[0]


@given(st.binary() | st.text().map(str.encode) | st.lists(st.text()).map(lambda g: filled(*g)))
def test_nothing_that_comes_back_raises_anything_else_or_is_half_read(content):
    try:
        found = read(content, KEY, "f")
    except WrongRatings as error:
        assert "Fix: " in str(error)
    else:
        assert found.keys() == {1, 2, 3, 4, 5, 6}
        assert set(found.values()) <= {"good", "bad", None}


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@a", "\tx"])
def test_no_spreadsheet_runs_an_answer(start):
    assert harmless(start) == f"'{start}"
    assert harmless("a=1") == "a=1"


def test_no_answer_becomes_a_part_of_the_page():
    hostile = row(query="</script><script>alert(1)</script>")
    assert "<script>alert" not in page("s", [hostile])


def test_another_sample_is_another_sheet():
    other = draw([*rows(4, "secret-g"), *rows(2, "secret-b", scores=2)], 6, seed=2)
    assert key("run-1", 2, other).sheet != KEY.sheet


def test_a_key_is_kept_as_it_is(tmp_path):
    keys.write(tmp_path, KEY)
    assert keys.read(tmp_path) == KEY
    assert keys.read(tmp_path).sheet == KEY.sheet


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"format": "plumb.review/2"}'])
def test_a_key_that_is_none_has_a_fix(tmp_path, content):
    (tmp_path / "key.json").write_text(content)
    with pytest.raises(NoKey, match="Fix: plumb review export"):
        keys.read(tmp_path)


def test_without_a_key_there_was_no_sheet(tmp_path):
    with pytest.raises(NoKey, match="has no sheet"):
        keys.read(tmp_path)
