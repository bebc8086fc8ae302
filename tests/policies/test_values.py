"""Plain data out of the wire: nothing lost, unknown never mistaken for missing."""

import pytest
from google.protobuf.struct_pb2 import Struct
from hypothesis import given
from hypothesis import strategies as st

from policies.values import (
    OUTPUT,
    SECRET,
    SENTINELS,
    SIGNATURE,
    UNKNOWN,
    Fields,
    Need,
    from_struct,
    plain,
)

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text().filter(lambda text: text not in SENTINELS)
)
keys = st.text(max_size=5).filter(lambda key: key != SIGNATURE)
objects = st.dictionaries(
    keys,
    st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)


@given(objects)
def test_what_crosses_the_wire_comes_out_as_it_went_in(inputs):
    struct = Struct()
    struct.update(inputs)
    assert from_struct(struct) == plain(inputs)


@given(st.integers(-(2**53) + 1, 2**53 - 1))
def test_a_whole_number_is_the_same_whether_sent_as_int_or_float(number):
    assert plain(float(number)) == plain(number) == number
    assert isinstance(plain(float(number)), int)


@given(objects, st.lists(st.text(min_size=1, max_size=3), min_size=1, max_size=4))
def test_no_shape_of_input_makes_reading_fail(inputs, path):
    fields = Fields(plain(inputs))
    dotted = ".".join(path)
    fields.read(dotted), fields.text(dotted), fields.flag(dotted), fields.number(dotted)
    assert isinstance(fields.items(dotted), list)
    assert fields.is_set(dotted) == (fields.read(dotted) is not None)


@pytest.mark.parametrize("sentinel", sorted(SENTINELS))
def test_every_sentinel_of_the_engine_is_unknown(sentinel):
    assert plain({"a": [sentinel]})["a"][0] is UNKNOWN


@pytest.mark.parametrize("held", [UNKNOWN, {"b": UNKNOWN}])
def test_unknown_is_set_but_cannot_be_read(held):
    fields = Fields({"a": held})
    path = "a" if held is UNKNOWN else "a.b"
    assert fields.is_set(path)
    with pytest.raises(Need, match=rf"^{path}$"):
        fields.read(path)


@pytest.mark.parametrize("absent", [None, "", [], {}])
def test_missing_null_and_empty_are_one(absent):
    fields = Fields({"a": absent})
    assert fields.read("a") is fields.read("b") is None
    assert not fields.is_set("a")


@pytest.mark.parametrize("held", [False, 0])
def test_false_and_zero_are_there(held):
    assert Fields({"a": held}).is_set("a")


@pytest.mark.parametrize(
    "use", [bool, str, int, len, iter, hash, lambda x: x == 1, lambda x: x != 1, lambda x: x < 1]
)
def test_whoever_looks_at_an_unknown_value_says_so(use):
    with pytest.raises(Need):
        use(UNKNOWN)


def test_secrets_are_opened_and_noted():
    secrets = set()
    held = plain({"a": {SIGNATURE: SECRET, "value": {"b": ["hunter2"]}}}, secrets)
    assert held == {"a": {"b": ["hunter2"]}}
    assert secrets == {"hunter2"}


def test_the_sentinels_are_those_of_the_sdk():
    from pulumi_policy import proxy

    assert frozenset(v for k, v in vars(proxy).items() if k.startswith("UNKNOWN_")) == SENTINELS


@pytest.mark.parametrize("secret", [True, False])
def test_an_output_value_is_its_value_and_as_secret_as_it_says(secret):
    noted = set()
    value = {SIGNATURE: OUTPUT, "value": ["hunter2"], "secret": secret, "dependencies": []}
    assert plain({"a": value}, noted) == {"a": ["hunter2"]}
    assert noted == ({"hunter2"} if secret else set())


def test_an_output_value_without_a_value_is_unknown():
    assert plain({"a": {SIGNATURE: OUTPUT, "secret": True}})["a"] is UNKNOWN
