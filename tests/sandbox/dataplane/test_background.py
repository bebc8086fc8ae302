"""Responses that are made in the background, as the OpenAI client watches them."""

import asyncio

import openai
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from sandbox.dataplane import latency
from sandbox.dataplane.routes import routes
from sandbox.faults import Fault, Faults
from tests.sandbox.dataplane.test_responses import QUESTION


@pytest.fixture(params=["client", "older"])
def either(request):
    """Both styles of path."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def at_once(monkeypatch):
    """Let no time of the wall pass between the events of a stream; the clock's is another."""

    async def no_wait(tasks, timeout):
        return set(), tasks

    monkeypatch.setattr("sandbox.dataplane.sse.asyncio.wait", no_wait)
    for sigma in ("FIRST_SIGMA", "GAP_SIGMA"):
        monkeypatch.setattr(latency, sigma, 0.0)


def ask(client, **more):
    return client.responses.create(model="chat", input=QUESTION, background=True, **more)


def test_a_response_in_the_background_is_queued_then_in_progress_then_completed(
    slow, either, at_once
):
    made = ask(either)
    assert (made.status, made.background, made.output) == ("queued", True, [])
    seen = [either.responses.retrieve(made.id).status]
    for seconds in (0.6, 600):
        slow.wait(seconds)
        seen.append(either.responses.retrieve(made.id).status)
    assert seen == ["queued", "in_progress", "completed"]
    done = either.responses.retrieve(made.id)
    assert done.output_text
    assert done.completed_at > done.created_at


def test_where_nothing_takes_time_it_has_completed_when_one_looks(either):
    made = ask(either)
    assert made.status == "queued"
    done = either.responses.retrieve(made.id)
    assert done.output_text == either.responses.create(model="chat", input=QUESTION).output_text


def test_a_cancelled_response_says_nothing_and_stays_cancelled(slow, either):
    made = ask(either)
    for _ in range(2):  # the second time changes nothing
        assert either.responses.cancel(made.id).status == "cancelled"
    slow.wait(600)
    gone = either.responses.retrieve(made.id)
    assert (gone.status, gone.output, gone.completed_at) == ("cancelled", [], None)


@pytest.mark.parametrize(
    ("background", "says"),
    [(True, "Cannot cancel a completed response"), (False, "Cannot cancel a synchronous response")],
)
def test_what_is_over_or_was_waited_for_is_not_cancelled(client, background, says):
    made = client.responses.create(model="chat", input=QUESTION, background=background)
    with pytest.raises(openai.BadRequestError, match=says):
        client.responses.cancel(made.id)


def test_a_response_in_flight_is_not_deleted(slow, client):
    made = ask(client)
    with pytest.raises(openai.BadRequestError, match="Cannot delete an in-flight response"):
        client.responses.delete(made.id)
    slow.wait(600)
    client.responses.delete(made.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(made.id)


def test_what_is_in_the_background_has_to_be_stored(client):
    with pytest.raises(openai.BadRequestError) as refused:
        ask(client, store=False)
    assert (refused.value.param, refused.value.code) == ("background", "unsupported_parameter")


def test_a_stream_that_was_cut_is_taken_up_after_the_last_event_seen(cloud, either):
    Faults(cloud.around.store).add(Fault(action="cut_stream", times=1))
    seen = list(ask(either, stream=True))
    assert [event.type for event in seen[:3]] == [
        "response.created",
        "response.queued",
        "response.in_progress",
    ]
    last = seen[-1].sequence_number
    rest = list(either.responses.retrieve(seen[0].response.id, stream=True, starting_after=last))
    numbers = [event.sequence_number for event in [*seen, *rest]]
    assert numbers == list(range(len(numbers)))
    assert rest[-1].type == "response.completed"
    told = "".join(e.delta for e in [*seen, *rest] if e.type == "response.output_text.delta")
    assert told == rest[-1].response.output_text


def test_after_the_last_event_nothing_comes(client):
    (*_, last) = ask(client, stream=True)
    rest = client.responses.retrieve(last.response.id, stream=True, starting_after=999)
    assert list(rest) == []


def test_the_stream_of_a_cancelled_response_ends_in_failure(slow, client, at_once):
    made = ask(client, stream=True)
    created = next(iter(made))
    made.close()
    client.responses.cancel(created.response.id)
    *_, last = client.responses.retrieve(created.response.id, stream=True)
    assert (last.type, last.response.status) == ("response.failed", "cancelled")


def test_who_takes_up_a_stream_hears_that_it_was_cancelled_in_the_meantime(slow, client, at_once):
    first, *_ = ask(client, stream=True)
    id = first.response.id
    slow.wait(0.5 + 0.6)  # some of it has been said by now
    client.responses.cancel(id)
    whole = list(client.responses.retrieve(id, stream=True))
    types = [event.type for event in whole]
    assert types[0] == "response.created"
    assert "response.output_text.delta" in types
    assert types[-1] == "response.failed"
    assert whole[-1].response.status == "cancelled"
    for after in range(len(whole)):
        rest = list(client.responses.retrieve(id, stream=True, starting_after=after))
        assert [event.sequence_number for event in rest] == list(range(after + 1, len(whole)))


@pytest.mark.parametrize("background", [True, False])
def test_only_what_began_as_a_stream_in_the_background_is_streamed_again(client, background):
    made = client.responses.create(
        model="chat", input=QUESTION, background=background, stream=False
    )
    name = "stream" if background else "background"
    with pytest.raises(openai.BadRequestError, match=f"not created with {name}=true"):
        client.responses.retrieve(made.id, stream=True)


def test_an_asynchronous_client_polls_to_the_end(unhurried):
    async def run():
        async with unhurried:
            made = await ask(unhurried)
            return await unhurried.responses.retrieve(made.id)

    assert asyncio.run(run()).status == "completed"


def test_a_response_in_the_background_outlives_the_process(slow, client):
    made = ask(client)
    slow.wait(600)
    with TestClient(Starlette(routes=routes(slow.around))) as web:
        again = client.with_options(http_client=web)
        assert again.responses.retrieve(made.id).status == "completed"


def test_of_many_who_cancel_at_once_all_hear_the_same(slow, unhurried):
    async def run():
        async with unhurried:
            made = await ask(unhurried)
            return await asyncio.gather(*[unhurried.responses.cancel(made.id) for _ in range(8)])

    assert {each.status for each in asyncio.run(run())} == {"cancelled"}


def test_a_response_that_follows_one_in_the_background_hears_it(client):
    first = ask(client)
    then = client.responses.create(model="chat", input="And then?", previous_response_id=first.id)
    said = client.responses.retrieve(first.id).output_text
    items = client.responses.input_items.list(then.id, order="asc").data
    assert said in [item.content[0].text for item in items]


def test_the_openai_clients_own_helper_takes_up_a_stream(client):
    first, *_ = ask(client, stream=True)
    with client.responses.stream(response_id=first.response.id, starting_after=2) as stream:
        stream.until_done()
        assert stream.get_final_response().status == "completed"


def test_an_asynchronous_client_takes_up_a_stream(unhurried):
    async def run():
        async with unhurried:
            made = [each async for each in await ask(unhurried, stream=True)]
            again = await unhurried.responses.retrieve(
                made[0].response.id, stream=True, starting_after=made[4].sequence_number
            )
            return made, [each async for each in again]

    made, rest = asyncio.run(run())
    assert [each.model_dump() for each in rest] == [each.model_dump() for each in made[5:]]
