"""The result file: whatever is in it, it is read as losses or refused."""

import base64
import math
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.finetune import curve
from scripts.finetune.curve import NoCurve, Step, Trend, parse, trend

AZURE = b"""\
step,train_loss,train_mean_token_accuracy,valid_loss,validation_mean_token_accuracy
1,2.5,0.5,,
2,2.0,0.6,2.25,0.6
"""


@pytest.mark.parametrize(
    "content",
    [AZURE, b"\xef\xbb\xbf" + AZURE, base64.b64encode(AZURE), AZURE.replace(b"\n", b"\r\n")],
)
def test_a_loss_that_is_not_there_is_none_and_not_zero(content):
    assert parse(content) == [
        Step(number=1, train=2.5, valid=None),
        Step(number=2, train=2.0, valid=2.25),
    ]


def test_a_loss_that_is_no_number_is_told_by_its_step():
    steps = parse(b"step,train_loss,valid_loss\n1,2,2\n2,nan,2\n3,1,inf\n")
    assert curve.not_finite(steps) == [2, 3]
    assert math.isnan(steps[1].train)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "its columns are none"),
        (b"<html>step</html>\n", "not step and train_loss"),
        (b"step,loss\n1,2\n", "its columns are step, loss, not step and train_loss"),
        (b"step,train_loss\n", "it has no step"),
        (b"step,train_loss\n1,high\n", "line 2 is no step with its losses"),
        (b"step,train_loss\n1,2\n,\n", "line 3 is no step"),
    ],
)
def test_what_is_no_curve_is_refused_with_its_line(content, says):
    with pytest.raises(NoCurve, match=says):
        parse(content)


@given(
    st.binary(max_size=80) | st.text(alphabet="step,rain_los1.\n-e", max_size=80).map(str.encode)
)
def test_any_bytes_are_a_curve_or_refused(content):
    for each in (content, b"step,train_loss,valid_loss\n" + content):
        with suppress(NoCurve):
            assert parse(each)


def test_a_trend_is_of_quarters():
    losses = [4, 4, 9, 9, 9, 1, 1, 9, 2, 3]
    assert trend(losses) == Trend(steps=10, first=4, last=2.5, best=2.5)
    assert trend([8, 8, 1, 1, 3, 3, 2, 2]).rose == 1
    assert trend(losses[:7]) is None


@given(st.lists(st.floats(0.01, 100), min_size=8, max_size=200))
def test_the_best_quarter_is_no_worse_than_first_or_last(losses):
    found = trend(losses)
    assert found.best <= min(found.first, found.last)
    assert found.rose >= 0
