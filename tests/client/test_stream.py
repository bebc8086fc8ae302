"""Answers that come piece by piece: asked again only while the caller has none of it."""

from functools import partial

import httpx2
import openai
import pytest

from scripts.client.reply import Cut, Usage
from tests.client.world import FIRST, LAST, Events, events, piece, refusal, whole

RESET = httpx2.ReadError("reset")


def test_texts_come_as_they_are_said_and_the_rest_at_the_end(world):
    world.answers = [whole("Pa", "ris")]
    texts, reply = world.read(world.router())
    assert texts == ["Pa", "ris"]
    assert (reply.text, reply.finish_reason) == ("Paris", "stop")
    assert reply.usage == Usage(prompt=30, cached=20, answer=12, reasoning=5)
    assert world.bodies[0]["stream_options"] == {"include_usage": True}


def test_a_stream_that_breaks_in_the_call_of_a_tool_has_given_nobody_anything(world):
    call = piece()
    call["choices"][0]["delta"] = {"tool_calls": [{"index": 0, "id": "call_1"}]}
    world.answers = [2, events(call, RESET), 3, whole("Paris")]
    texts, reply = world.read(world.router())
    assert (texts, reply.first_text_ms) == (["Paris"], 5500)


def test_a_refusal_is_a_beginning_and_is_no_text(world):
    refusing = [piece(), piece()]
    for each, said in zip(refusing, ("I cannot ", "tell."), strict=True):
        each["choices"][0]["delta"] = {"refusal": said}
    world.answers = [events(*refusing, piece(None, "stop"), LAST)]
    texts, reply = world.read(world.router())
    assert (texts, reply.refusal) == ([], "I cannot tell.")
    assert reply.first_text_ms is not None


def test_what_was_told_once_holds_to_the_end(world):
    world.answers = [events(piece("Paris"), piece(None, "stop"), LAST, piece(""))]
    _, reply = world.read(world.router())
    assert (reply.finish_reason, reply.usage.answer) == ("stop", 12)


class Slow(Events):
    """Each event comes a second after the one before."""

    def __init__(self, world, *events):
        super().__init__(*events)
        self.world = world

    def __iter__(self):
        for each in super().__iter__():
            self.world.now += 1
            yield each


def test_the_first_text_is_the_first_that_says_something(world):
    told = Slow(world, FIRST, piece(""), piece("Paris"), piece("."), piece(None, "stop"), LAST)
    world.answers = [partial(httpx2.Response, 200, stream=told)]
    _, reply = world.read(world.router())
    assert (reply.first_text_ms, reply.latency_ms) == (3000, 6000)


def test_the_call_of_a_tool_is_a_beginning_too(world):
    call = piece()
    call["choices"][0]["delta"] = {"tool_calls": [{"index": 0, "id": "call_1"}]}
    told = Slow(world, FIRST, call, piece(None, "tool_calls"), LAST)
    world.answers = [partial(httpx2.Response, 200, stream=told)]
    assert world.read(world.router())[1].first_text_ms == 2000


@pytest.mark.parametrize(
    "broken",
    [
        refusal(429, retry_after_ms="300"),
        refusal(503),
        httpx2.ConnectError("refused"),
        events(FIRST, RESET),
        events(FIRST, piece("")),
        events(),
        events(FIRST, {"error": {"message": "The server had an error"}}),
    ],
)
def test_a_stream_that_breaks_before_its_first_text_is_asked_again(world, broken):
    world.answers = [broken, whole("Paris")]
    assert world.read(world.router())[0] == ["Paris"]
    assert world.slept == [0.5]


@pytest.mark.parametrize(
    "ending",
    [
        (),
        (RESET,),
        (httpx2.ReadTimeout("stalled"),),
        ({"error": {"message": "The server had an error"}},),
        (piece(None, "stop"),),  # and no usage
        (LAST,),  # and no finish_reason
    ],
)
def test_a_stream_that_breaks_after_its_first_text_is_cut_and_nobody_else_is_asked(world, ending):
    world.answers = [events(FIRST, piece("Par"), *ending)]
    with pytest.raises(Cut, match="cut off after 3 characters") as cut:
        world.read(world.router(world.target("here"), world.target("there")))
    assert cut.value.text == "Par"
    assert world.left_over[1] == ["Par"]
    assert world.hosts == ["here"]


def test_a_provider_that_counts_no_tokens_is_not_asked_to(world):
    world.answers = [events(piece("Paris"), piece(None, "stop"))]
    texts, reply = world.read(world.router(), stream_options={})
    assert (texts, reply.usage) == (["Paris"], None)


def test_a_region_that_is_down_is_replaced_by_the_next(world):
    world.answers = [*(refusal(503) for _ in range(4)), whole("Paris")]
    _, reply = world.read(world.router(world.target("here"), world.target("there")))
    assert reply.target.name == "there/chat-v3"


def test_what_does_not_pass_is_told_at_once(world):
    world.answers = [refusal(400, "content_filter")]
    with pytest.raises(openai.BadRequestError):
        world.read(world.router())


def test_an_answer_filtered_in_its_midst_ends_as_such(world):
    world.answers = [events(FIRST, piece("Par"), piece(None, "content_filter"), LAST)]
    texts, reply = world.read(world.router())
    assert (texts, reply.outcome) == (["Par"], "filtered")


def test_whoever_leaves_early_closes_the_connection(world):
    told = Events(FIRST, piece("Pa"), piece("ris"), piece(None, "stop"), LAST)
    world.answers = [partial(httpx2.Response, 200, stream=told)]
    texts, reply = world.read(world.router(), most=1)
    assert (texts, reply, told.closed) == (["Pa"], None, True)


def test_nothing_is_asked_before_the_first_text_is_wanted(world):
    world.router().stream("Capital of France?")
    assert world.requests == []
