import openai
import pytest


@pytest.fixture(params=["client", "older"])
def either(request, cloud):
    cloud.deployment("instruct", "gpt-35-turbo-instruct", "0914", sku="Standard")
    return request.getfixturevalue(request.param)


def test_a_text_is_continued(either):
    reply = either.completions.create(model="instruct", prompt="Once upon a time", max_tokens=40)
    assert reply.object == "text_completion"
    assert reply.choices[0].text
    assert reply.usage.completion_tokens <= 40


def test_each_of_several_texts_is_continued_and_may_be_repeated(either):
    reply = either.completions.create(model="instruct", prompt=["One", "Two"], n=2, echo=True)
    assert [choice.text[:3] for choice in reply.choices] == ["One", "One", "Two", "Two"]
    assert [choice.index for choice in reply.choices] == [0, 1, 2, 3]


def test_sixteen_tokens_come_unless_more_are_asked_for(either):
    reply = either.completions.create(model="instruct", prompt="Once")
    assert (reply.usage.completion_tokens, reply.choices[0].finish_reason) == (16, "length")


def test_a_stream_says_the_same_as_the_answer_in_one_piece(either):
    whole = either.completions.create(model="instruct", prompt="Once", max_tokens=60)
    stream = list(
        either.completions.create(model="instruct", prompt="Once", max_tokens=60, stream=True)
    )
    told = "".join(chunk.choices[0].text for chunk in stream if chunk.choices)
    assert told == whole.choices[0].text
    assert stream[-1].choices[0].finish_reason == whole.choices[0].finish_reason


def test_a_chat_model_has_no_completions_and_a_completing_one_no_chat(either):
    for ask in (
        lambda: either.completions.create(model="chat", prompt="x"),
        lambda: either.chat.completions.create(
            model="instruct", messages=[{"role": "user", "content": "x"}]
        ),
    ):
        with pytest.raises(openai.BadRequestError) as refused:
            ask()
        assert refused.value.code == "OperationNotSupported"
