import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.checking.span import UNITS, NoSpan, seconds, written


@pytest.mark.parametrize(
    ("text", "meant"),
    [("300ms", 0.3), ("90s", 90), ("15m", 900), ("24h", 86_400), ("2d", 172_800), ("1h30m", 5400)],
)
def test_a_span_is_read_as_it_is_meant(text, meant):
    assert seconds(text) == meant


@pytest.mark.parametrize(
    "text", ["", "5", "m", "5 minutes", "-5m", "1e3s", "5m!", "m5", "\N{ARABIC-INDIC DIGIT FIVE}m"]
)
def test_what_is_no_span_says_how_one_is_written(text):
    with pytest.raises(NoSpan, match="Fix: 300ms, 90s, 15m"):
        seconds(text)


@given(st.integers(0, 10**12))
def test_what_is_written_is_read_back(milliseconds):
    text = written(milliseconds / 1000)
    assert round(seconds(text) * 1000) == milliseconds


@given(st.text(alphabet="0123456789.smhd -", max_size=12))
def test_any_text_is_a_span_or_refused(text):
    try:
        assert seconds(text) >= 0
    except NoSpan as error:
        assert "\n" not in str(error)


def test_units_are_what_they_are_called():
    assert list(map(float, UNITS.values())) == [0.001, 1, 60, 3600, 86_400]
