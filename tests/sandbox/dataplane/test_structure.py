import json
import random

from hypothesis import given
from hypothesis import strategies as st

from sandbox.dataplane.structure import instance

SEEDS = st.integers()
TREE = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "child": {"anyOf": [{"$ref": "#"}, {"type": "null"}]},
        "children": {"type": "array", "items": {"$ref": "#"}},
    },
    "required": ["name", "child", "children"],
}


@given(SEEDS)
def test_a_schema_that_contains_itself_comes_to_an_end(seed):
    assert json.dumps(instance(TREE, random.Random(seed)))


@given(SEEDS, st.integers(-100, 100), st.integers(0, 50))
def test_a_number_lies_within_its_bounds(seed, low, span):
    for kind in ("integer", "number"):
        schema = {"type": kind, "minimum": low, "maximum": low + span}
        assert low <= instance(schema, random.Random(seed)) <= low + span


@given(SEEDS, st.integers(0, 20), st.integers(0, 20))
def test_a_text_is_as_long_as_it_may_be(seed, least, more):
    schema = {"type": "string", "minLength": least, "maxLength": least + more}
    assert least <= len(instance(schema, random.Random(seed))) <= least + more


@given(SEEDS, st.integers(0, 5), st.integers(0, 5))
def test_a_list_has_as_many_items_as_it_may_have(seed, least, more):
    schema = {"type": "array", "items": {"const": 1}, "minItems": least, "maxItems": least + more}
    assert least <= len(instance(schema, random.Random(seed))) <= least + more


@given(SEEDS)
def test_the_same_dice_make_the_same_value(seed):
    assert instance(TREE, random.Random(seed)) == instance(TREE, random.Random(seed))
