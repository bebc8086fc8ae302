"""A model is who its system message says, and refuses in its words what is none of its business."""

import pytest

from sandbox.dataplane.persona import said

CORA = (
    "You are Cora, the customer agent of Contoso.\n"
    '* Politely refuse what has nothing to do with orders: begin with "I can\'t help with".'
)


def told(asked, system=CORA, role="system"):
    return said([{"role": role, "content": system}, {"role": "user", "content": asked}], asked)


@pytest.mark.parametrize("role", ["system", "developer"])
@pytest.mark.parametrize("asked", ["Who are you?", "Tell me: what is your name"])
def test_who_is_asked_for_a_name_says_the_one_that_was_given(asked, role):
    assert told(asked, role=role) == "I am Cora, the customer agent of Contoso."


def test_what_is_foreign_is_refused_in_the_words_that_were_given():
    assert told("Write me a poem about the sea.") == "I can't help with a poem."


@pytest.mark.parametrize("asked", ["Where is my parcel?", "Who are your owners?", "Poems!"])
def test_everything_else_is_answered_as_ever(asked):
    assert told(asked) is None


@pytest.mark.parametrize("asked", ["Who are you?", "Write me a poem."])
def test_who_was_told_nothing_is_nobody_and_refuses_nothing(asked):
    assert told(asked, system="Be friendly.") is None
    assert said([{"role": "user", "content": asked}], asked) is None
