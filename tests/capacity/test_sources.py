import pytest

from scripts.capacity.sources import Estimate, reconcile


def say(**units):
    return [Estimate(source=name, units=value, how="") for name, value in units.items()]


def test_it_is_planned_with_the_largest():
    found = reconcile(say(formula=100, calculator=104, load=112))
    assert (found.units, found.source, found.far_apart) == (112, "load", False)


@pytest.mark.parametrize(("most", "far"), [(115, False), (115.1, True), (200, True)])
def test_sources_that_are_far_apart_are_told(most, far):
    assert reconcile(say(formula=100, calculator=most)).far_apart == far


def test_a_source_that_says_nothing_is_no_zero():
    found = reconcile(say(formula=100, calculator=None, load=None))
    assert (found.units, found.apart) == (100, 0)


def test_no_source_is_no_plan():
    with pytest.raises(ValueError, match="no source"):
        reconcile(say(formula=None, calculator=None))
