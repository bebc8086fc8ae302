

from tests.sandbox.dataplane.conftest import HELLO


def test_an_application_with_a_token_gets_an_answer_on_the_older_path(older):
    reply = older.chat.completions.create(model="chat", messages=HELLO)
    assert reply.model == "gpt-4.1-2025-04-14"
    assert reply.choices[0].message.content
    assert reply.choices[0].finish_reason == "stop"
