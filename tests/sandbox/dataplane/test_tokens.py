import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.dataplane.tokens import FourBytes, of_chat, tokenizer

TOKENIZERS = [tokenizer("gpt-4o"), tokenizer("gpt-4"), FourBytes()]


@pytest.mark.parametrize(
    ("text", "older", "newer"),
    [
        ("hello world", 2, 2),
        ("tiktoken is great!", 6, 6),
        ("The quick brown fox jumps over the lazy dog.", 10, 10),
        ("", 0, 0),
    ],
)
def test_the_published_vectors_hold(text, older, newer):
    assert tokenizer("gpt-4").count(text) == older
    assert tokenizer("gpt-5.4").count(text) == newer


@pytest.mark.parametrize(
    ("model", "like"),
    [
        ("gpt-4-turbo", "gpt-4"),
        ("gpt-35-turbo", "gpt-4"),
        ("text-embedding-3-large", "gpt-4"),
        ("gpt-4.1-mini", "gpt-4o"),
        ("o4-mini", "gpt-4o"),
        ("gpt-4.1-mini-2025-04-14.ft-1", "gpt-4o"),
    ],
)
def test_a_model_counts_with_its_generations_vocabulary(model, like):
    text = "Grüße, 你好, नमस्ते"
    assert tokenizer(model).count(text) == tokenizer(like).count(text)


@given(st.sampled_from(TOKENIZERS), st.text(), st.integers(0, 50))
def test_the_head_of_a_text_is_its_beginning_and_has_no_more_tokens(tokens, text, limit):
    head = tokens.head(text, limit)
    assert text.startswith(head)
    assert tokens.count(head) <= limit


@given(st.sampled_from(TOKENIZERS), st.text())
def test_a_text_has_at_most_a_token_a_byte_and_none_only_if_it_is_empty(tokens, text):
    assert tokens.count(text) <= len(text.encode())
    assert (tokens.count(text) == 0) is (text == "")


def test_a_message_costs_three_tokens_more_than_its_words_and_a_name_one():
    tokens = FourBytes()
    plain = {"role": "user", "content": "four" * 4}
    assert of_chat([plain], tokens) == 3 + 3 + 1 + 4
    assert of_chat([{**plain, "name": "cora"}], tokens) == 3 + 3 + 1 + 4 + 1 + 1


def test_an_image_has_its_price():
    parts = [{"type": "text", "text": "what?"}, {"type": "image_url", "image_url": {"url": "x"}}]
    words_only = of_chat([{"role": "user", "content": parts[:1]}], FourBytes())
    assert of_chat([{"role": "user", "content": parts}], FourBytes()) == words_only + 85
