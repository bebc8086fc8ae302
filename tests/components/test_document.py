"""YAML reads as the engine reads it, and no text hangs, crashes or goes without its line."""

import math
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.document import DEEPEST, MOST, Unreadable, read

LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{key}: &{key} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, key in zip("abcdefghijkl", "bcdefghijklm", strict=True)
)

ENGINE = {
    "true": True,
    "False": False,
    "yes": "yes",
    "No": "No",
    "on": "on",
    "~": None,
    "": None,
    "30": 30,
    "-3": -3,
    "030": 24,
    "0o17": 15,
    "0x1e": 30,
    "0b11": 3,
    "1_000": 1000,
    "1:30": "1:30",
    "1e3": 1000,
    "1.0": 1,
    "0.25": 0.25,
    ".5": 0.5,
    "-.inf": -math.inf,
    '"1"': "1",
    "1.2.3": "1.2.3",
}
"""Each as `pulumi config get` shows it, in Python's words."""


@pytest.mark.parametrize(("text", "value"), ENGINE.items(), ids=[repr(each) for each in ENGINE])
def test_a_value_is_what_the_engine_makes_of_it(text, value):
    read_value = read(f"a: {text}\n")[1]["a"]
    assert read_value == value
    assert type(read_value) is type(value)


def test_a_date_stays_a_date_and_a_merge_a_merge():
    assert read("a: 2026-03-05")[1]["a"].isoformat() == "2026-03-05"
    assert read("a: &a {b: 1}\nc: {<<: *a, d: 2}")[1]["c"] == {"b": 1, "d": 2}


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        (LAUGHS, 6, f"more than {MOST:,} values. Fix: fewer aliases"),
        ("a: 1\nb: &b [*b]", 2, "*b stands within or before &b. Fix: write it out"),
        ("a: 1\nb: &b {c: *b}", 2, "*b stands within or before &b. Fix: write it out"),
        ("a: *nobody", 1, "*nobody stands within or before &nobody. Fix: write it out"),
        ("a: 1\nb: " + "[" * 100_000 + "]" * 100_000, 2, f"nested more than {DEEPEST} deep"),
        ("a: &a " + "[" * 30 + "]" * 30 + "\nb: " + "[" * 30 + "*a" + "]" * 30, 2, "nested more"),
        ("a:\n  b: 2026-02-30", 2, "not YAML: day is out of range for month"),
        ("a:\n  b: " + "9" * 5000, 2, "not YAML: Exceeds the limit (4300 digits)"),
        ("a: ä\nb: \x07", 2, "not YAML: control characters are not allowed"),
        ("a:\n\tb: 2", 2, "not YAML: found character that cannot start any token. Fix: spaces"),
        ("a: !!python/name:os.system ''", 1, "not YAML: could not determine a constructor"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(text, line, what):
    with pytest.raises(Unreadable) as raised:
        read(text)
    assert raised.value.line == line
    assert str(raised.value).startswith(what)


@given(st.text(st.sampled_from("ab01 \n:-[]{}&*!'\"|>#?,~<.e\t"), max_size=60))
def test_no_text_ends_in_another_exception(text):
    with suppress(Unreadable):
        read(text)
