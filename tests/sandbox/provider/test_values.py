from __future__ import annotations

from google.protobuf.struct_pb2 import Struct
from hypothesis import given
from hypothesis import strategies as st

from sandbox.provider.diff import same
from sandbox.provider.values import OUTPUT, SECRET, SIGNATURE, UNKNOWN, has_unknown, plain, wire

LEAVES = (
    st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: not x.is_integer())
    | st.text()
    | st.just(UNKNOWN)
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), VALUES, max_size=5))
def test_what_goes_over_the_wire_comes_back_as_it_was(values):
    assert same(plain(wire(values)), values)


@given(st.integers(-(2**53), 2**53))
def test_a_whole_number_stays_one(number):
    assert type(plain(wire({"n": number}))["n"]) is int


def test_a_flag_is_no_number():
    assert plain(wire({"flag": True, "one": 1})) == {"flag": True, "one": 1}
    assert type(plain(wire({"flag": True}))["flag"]) is bool


def test_a_secret_is_opened_wherever_it_stands():
    struct = Struct()
    struct.update({"a": [{SIGNATURE: SECRET, "value": {"b": 1}}]})
    assert plain(struct) == {"a": [{"b": 1}]}


def test_an_output_without_a_value_is_unknown():
    struct = Struct()
    struct.update({"a": {SIGNATURE: OUTPUT}, "b": {SIGNATURE: OUTPUT, "value": "x"}})
    assert plain(struct) == {"a": UNKNOWN, "b": "x"}


def test_a_null_in_an_object_is_left_out():
    struct = Struct()
    struct.update({"a": None, "b": {"c": None}})
    assert plain(struct) == {"b": {}}
    assert plain(wire({"a": None, "b": 1})) == {"b": 1}


def test_an_unknown_is_found_at_any_depth():
    assert has_unknown({"a": [{"b": UNKNOWN}]})
    assert not has_unknown({"a": [{"b": 1}]})
