"""What a caller gets for a question, whatever happens on the way."""

from functools import partial
from pathlib import Path

import httpx2
import openai
import pytest

from scripts.client.question import shaped, with_pictures
from scripts.client.reply import Cut, Usage
from scripts.client.retry import Patience
from tests.client.world import USAGE, Tokens, answer, refusal

STORM = [refusal(429, retry_after_ms="300")] * 4
THEN = "Wed, 21 Oct 2026 07:28:00 GMT"
JSON = {"content-type": "application/json"}


def test_an_answer_comes_with_what_it_cost_and_whence_it_came(world):
    world.answers = [2.5, answer(x_ms_region="Sweden Central")]
    reply = world.ask(world.router())
    assert (reply.text, reply.finish_reason) == ("Paris", "stop")
    assert reply.usage == Usage(prompt=30, cached=20, answer=12, reasoning=5)
    assert (reply.model, reply.region) == ("gpt-5.4-2026-03-05", "Sweden Central")
    assert (reply.latency_ms, reply.target.name) == (2500, "here/chat-v3")
    assert not reply.spilled
    assert reply.completion.usage.total_tokens == USAGE["total_tokens"]


def test_an_answer_that_spilled_over_says_so(world):
    world.answers = [answer(x_ms_spillover_from_deployment="chat-v3")]
    assert world.ask(world.router()).spilled


def test_what_azure_says_of_its_room_is_kept_and_nothing_else(world):
    told = {"x_ratelimit_remaining_tokens": "1200", "apim_request_id": "a-1"}
    world.answers = [answer(**told, set_cookie="x=1")]
    reply = world.ask(world.router())
    assert reply.headers == {name.replace("_", "-"): value for name, value in told.items()}


@pytest.mark.parametrize(
    "passing",
    [
        refusal(429, retry_after_ms="300"),
        refusal(408),
        refusal(500),
        refusal(503),
        httpx2.ConnectError("refused"),
        httpx2.ReadTimeout("slow"),
        httpx2.RemoteProtocolError("closed"),
        answer(finish_reason=None),
        partial(httpx2.Response, 200, text="<html>from a proxy</html>"),
        partial(httpx2.Response, 200, headers=JSON, text='{"id": "ch'),
    ],
)
def test_what_passes_is_asked_again(world, passing):
    world.answers = [passing, answer()]
    assert world.ask(world.router()).text == "Paris"
    assert world.slept == [0.5]


@pytest.mark.parametrize(
    ("headers", "waits"),
    [
        ({"retry_after_ms": "1500"}, [1.5, 1.5, 2.0]),
        ({"retry_after": "3"}, [3, 3, 3]),
        ({"retry_after_ms": "700", "retry_after": "9"}, [0.7, 1.0, 2.0]),
        ({"retry_after": THEN, "date": "Wed, 21 Oct 2026 07:27:48 GMT"}, [12, 12, 12]),
        ({"retry_after": THEN, "date": "Wed, 21 Oct 2026 07:29:00 GMT"}, [0.5, 1.0, 2.0]),
        ({"retry_after": THEN}, [0.5, 1.0, 2.0]),
        ({"retry_after": "soon"}, [0.5, 1.0, 2.0]),
        ({"retry_after": "-5"}, [0.5, 1.0, 2.0]),
        ({"retry_after_ms": "nan"}, [0.5, 1.0, 2.0]),
        ({}, [0.5, 1.0, 2.0]),
    ],
)
def test_a_throttled_call_waits_as_long_as_it_is_told_to(world, headers, waits):
    world.answers = [refusal(429, **headers) for _ in range(4)]
    with pytest.raises(openai.RateLimitError):
        world.ask(world.router())
    assert world.slept == waits


@pytest.mark.parametrize(
    ("refused", "error"),
    [
        (refusal(400, "content_filter"), openai.BadRequestError),
        (refusal(400, "context_length_exceeded"), openai.BadRequestError),
        (refusal(403), openai.PermissionDeniedError),
        (refusal(404, "DeploymentNotFound"), openai.NotFoundError),
        (refusal(409), openai.ConflictError),
    ],
)
def test_what_does_not_pass_is_told_at_once(world, refused, error):
    world.answers = [refused]
    with pytest.raises(error):
        world.ask(world.router())
    assert world.slept == []


def test_a_filtered_prompt_is_not_tried_on_another_region(world):
    world.answers = [refusal(400, "content_filter")]
    with pytest.raises(openai.BadRequestError):
        world.ask(world.router(world.target("here"), world.target("there")))


def test_a_filtered_answer_is_an_answer(world):
    world.answers = [answer("The", "content_filter")]
    assert world.ask(world.router()).outcome == "filtered"


def test_a_region_that_is_down_is_replaced_by_the_next(world):
    world.answers = [*(httpx2.ConnectError("down") for _ in range(4)), answer()]
    reply = world.ask(world.router(world.target("here"), world.target("there")))
    assert reply.target.name == "there/chat-v3"
    assert world.hosts == ["here"] * 4 + ["there"]
    assert world.slept == [0.5, 1.0, 2.0, 0.0]


def test_another_provider_is_a_target_like_any(world):
    mistral = world.target("mistral", model="mistral-large", provider="mistral_ai")
    world.answers = [*STORM, answer()]
    assert world.ask(world.router(world.target(), mistral), max_tokens=9).text == "Paris"
    assert world.bodies[-1]["model"] == "mistral-large"
    assert world.bodies[-1]["max_tokens"] == 9


def test_every_try_asks_for_a_token_and_shows_it_to_nobody_else(world, caplog):
    world.answers = [*STORM, refusal(401), answer()]
    router = world.router(world.target("here"), world.target("there"))
    reply = world.ask(router)
    assert len(world.tokens.given) == 6
    assert "token-" not in f"{router.route} {reply} {caplog.text}"


def test_a_token_that_is_refused_is_renewed_once(world):
    world.answers = [refusal(401), answer()]
    assert world.ask(world.router()).text == "Paris"
    assert [each.headers["authorization"] for each in world.requests] == [
        "Bearer token-0",
        "Bearer token-1",
    ]
    world.answers = [refusal(401), refusal(401)]
    with pytest.raises(openai.AuthenticationError):
        world.ask(world.router())


def test_no_try_is_given_more_time_than_is_left(world):
    world.answers = [25, refusal(500), answer()]
    world.ask(world.router(patience=Patience(deadline_s=30, read_s=20)))
    timeouts = [each.extensions["timeout"] for each in world.requests]
    assert [(each["connect"], each["read"]) for each in timeouts] == [(5, 20), (4.5, 4.5)]


def test_after_the_deadline_nothing_is_asked(world):
    world.answers = [61, refusal(500)]
    with pytest.raises(openai.InternalServerError):
        world.ask(world.router(world.target("here"), world.target("there")))


@pytest.mark.parametrize(
    ("model", "sent"),
    [
        ("gpt-5.4", {"max_completion_tokens": 50}),
        ("o4-mini", {"max_completion_tokens": 50}),
        ("gpt-4.1", {"max_tokens": 50, "temperature": 0.2}),
        ("gpt-5-chat", {"max_tokens": 50, "temperature": 0.2}),
    ],
)
def test_each_model_is_sent_the_parameters_that_it_takes(world, model, sent):
    world.answers = [answer()]
    router = world.router(world.target(family=model))
    world.ask(router, max_tokens=50, temperature=0.2)
    asked = {name: world.bodies[0][name] for name in world.bodies[0].keys() - {"messages", "model"}}
    assert asked == sent


def test_an_answer_of_a_schema_is_read_as_json(world):
    schema = {"type": "object", "properties": {"city": {"type": "string"}}}
    world.answers = [answer('{"city": "Paris"}'), answer('{"city": "Pa', "length")]
    router = world.router()
    assert world.ask(router, response_format=shaped(schema)).json() == {"city": "Paris"}
    assert world.bodies[0]["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "answer", "schema": schema, "strict": True},
    }
    with pytest.raises(ValueError, match="here/chat-v3: not JSON, and ended with 'length'"):
        world.ask(router, response_format=shaped(schema)).json()


def test_pictures_go_with_the_question(world, tmp_path):
    picture = tmp_path / "parcel.png"
    picture.write_bytes(b"\x89PNG")
    world.answers = [answer()]
    world.ask(world.router(), with_pictures("Damaged?", picture, "https://example.com/a.jpg"))
    text, first, second = world.bodies[0]["messages"][0]["content"]
    assert text == {"type": "text", "text": "Damaged?"}
    assert first["image_url"]["url"] == "data:image/png;base64,iVBORw=="
    assert second["image_url"]["url"] == "https://example.com/a.jpg"


def test_a_model_that_refuses_the_schema_says_why(world):
    refused = answer(None)
    refused.keywords["json"]["choices"][0]["message"]["refusal"] = "I cannot tell."
    world.answers = [refused]
    reply = world.ask(world.router(), response_format=shaped({}))
    assert (reply.text, reply.refusal) == ("", "I cannot tell.")
    with pytest.raises(ValueError, match="'I cannot tell"):
        reply.json()


@pytest.mark.parametrize("name", ["parcel.pdf", "parcel"])
def test_what_is_no_picture_is_not_sent(name):
    with pytest.raises(ValueError, match="is no picture"):
        with_pictures("Damaged?", Path(name))


class Nobody(Tokens):
    def __call__(self):
        raise RuntimeError("az login")


def test_no_token_is_no_answer_and_is_told_as_it_is(world):
    world.tokens = Nobody()
    with pytest.raises(RuntimeError, match="az login"):
        world.ask(world.router())


@pytest.mark.parametrize(
    "cut", [answer(finish_reason=None), partial(httpx2.Response, 200, headers=JSON, text='{"id')]
)
def test_a_cut_answer_is_an_error_once_no_try_is_left(world, cut):
    world.answers = [cut] * 4
    with pytest.raises(Cut):
        world.ask(world.router())
