"""What telemetry hears of a call, in the names of the telemetry contract."""

import json
from dataclasses import replace

import httpx2
import openai
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from components.prompts import template_hash
from scripts.client.flag import user_hash
from scripts.client.question import prompt_sha
from scripts.client.reply import Cut
from scripts.client.route import Route
from scripts.client.spans import Spans
from tests.client.test_flag import flag
from tests.client.world import FIRST, answer, events, piece, refusal, whole

SECRET = "My name is Alice."
QUESTION = [
    {"role": "system", "content": "You are Cora."},
    {"role": "user", "content": SECRET},
]


@pytest.fixture
def told():
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return exporter, provider.get_tracer("test")


def routed(world, percent=100):
    accounts = {"primary": world.target("primary", ""), "secondary": world.target("secondary", "")}
    fallback = [accounts["primary"].serving("chat-v3"), accounts["secondary"].serving("chat-v3")]
    return Route(name="chat", fallback=fallback, accounts=accounts, flag=flag(percent))


def test_an_answered_call_tells_whom_it_asked_for_whom_and_what_it_cost(world, told):
    world.answers = [answer()]
    router = world.router(route=routed(world), spans=Spans(told[1]), prompt_sha="0ff1ce")
    world.ask(router, QUESTION, user="alice@example.com")
    (span,) = told[0].get_finished_spans()
    assert (span.name, span.kind, span.status.is_unset) == ("chat chat-v4", SpanKind.CLIENT, True)
    assert dict(span.attributes) == {
        "gen_ai.provider.name": "azure.ai.openai",
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "chat-v4",
        "gen_ai.response.model": "gpt-5.4-2026-03-05",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 30,
        "gen_ai.usage.output_tokens": 12,
        "gen_ai.usage.cache_read.input_tokens": 20,
        "gen_ai.usage.reasoning.output_tokens": 5,
        "feature_flag.key": "chat-router",
        "feature_flag.result.variant": "candidate",
        "plumb.route": "chat",
        "plumb.flag_etag": "e1",
        "plumb.user_hash": user_hash("alice@example.com"),
        "plumb.prompt_sha": "0ff1ce",
    }


def test_a_stream_tells_when_its_first_text_came(world, told):
    world.answers = [0.25, whole("Paris")]
    world.read(world.router(spans=Spans(told[1])))
    (span,) = told[0].get_finished_spans()
    assert span.attributes["plumb.ttft_ms"] == 250


def test_what_is_asked_and_answered_is_told_to_nobody_unless_it_is_switched_on(world, told):
    for with_content in (False, True):
        told[0].clear()
        world.answers = [answer(SECRET)]
        world.ask(world.router(spans=Spans(told[1], with_content)), QUESTION, user="alice")
        (span,) = told[0].get_finished_spans()
        assert (SECRET in span.to_json()) == with_content
    asked, said = (
        json.loads(span.attributes[f"gen_ai.{each}.messages"]) for each in ("input", "output")
    )
    assert asked[1] == {"role": "user", "parts": [{"type": "text", "content": SECRET}]}
    assert said[0]["finish_reason"] == "stop"


def test_a_caller_nobody_knows_is_in_no_cohort(world, told):
    world.answers = [answer()]
    world.ask(world.router(route=routed(world), spans=Spans(told[1])))
    (span,) = told[0].get_finished_spans()
    assert span.attributes["gen_ai.request.model"] == "chat-v3"
    assert not {"feature_flag.key", "plumb.flag_etag", "plumb.user_hash"} & set(span.attributes)


def test_a_failed_candidate_is_blamed_and_what_replaced_it_is_in_no_cohort(world, told):
    world.answers = [*[refusal(503)] * 4, answer()]
    world.ask(world.router(route=routed(world), spans=Spans(told[1])), user="alice")
    failed, replaced = told[0].get_finished_spans()
    assert failed.attributes["feature_flag.result.variant"] == "candidate"
    assert failed.attributes["plumb.error_class"] == "server"
    assert not failed.status.is_ok
    assert [dict(each.attributes) for each in failed.events] == [
        {"plumb.error_class": "server", "plumb.wait_ms": wait_ms} for wait_ms in (500, 1000, 2000)
    ]
    assert replaced.attributes["gen_ai.request.model"] == "chat-v3"
    assert "feature_flag.result.variant" not in replaced.attributes
    assert "plumb.error_class" not in replaced.attributes


@pytest.mark.parametrize(
    ("refused", "outcome", "error"),
    [
        (refusal(429), "throttled_quota", False),
        (
            refusal(429, message="The system is experiencing high demand"),
            "throttled_capacity",
            False,
        ),
        (refusal(400, "content_filter"), "filtered", False),
        (refusal(404, "DeploymentNotFound"), "request", True),
        (refusal(500), "server", True),
        (httpx2.ReadTimeout("slow"), "timeout", True),
        (httpx2.ConnectError("refused"), "connection", True),
    ],
)
def test_each_ending_has_its_class_and_only_errors_are_errors(world, told, refused, outcome, error):
    world.answers = [refused] * 4
    with pytest.raises(openai.APIError):
        world.ask(world.router(spans=Spans(told[1])))
    (span,) = told[0].get_finished_spans()
    assert (span.attributes["plumb.error_class"], not span.status.is_ok) == (outcome, error)


@pytest.mark.parametrize("ending", [(), (httpx2.ReadError("reset"),)])
def test_a_cut_stream_is_told_as_cut(world, told, ending):
    world.answers = [events(FIRST, piece("Par"), *ending)]
    with pytest.raises(Cut):
        world.read(world.router(spans=Spans(told[1])))
    (span,) = told[0].get_finished_spans()
    assert span.attributes["plumb.error_class"] == "cut"


def test_an_answer_that_spilled_over_is_told_as_spilled_and_is_no_error(world, told):
    world.answers = [answer(x_ms_spillover_from_deployment="chat-v3")]
    world.ask(world.router(spans=Spans(told[1])))
    (span,) = told[0].get_finished_spans()
    assert (span.attributes["plumb.error_class"], span.status.is_unset) == ("spilled", True)


def test_a_flag_that_leads_nowhere_puts_nobody_into_a_cohort(world, told):
    world.answers = [answer()]
    lost = replace(routed(world), accounts={})
    world.ask(world.router(route=lost, spans=Spans(told[1])), user="alice")
    (span,) = told[0].get_finished_spans()
    assert "feature_flag.result.variant" not in span.attributes


def test_a_target_asked_without_a_route_names_none(world, told):
    world.answers = [answer()]
    lonely = Route(name="", fallback=[world.target()])
    world.ask(world.router(route=lonely, spans=Spans(told[1])))
    (span,) = told[0].get_finished_spans()
    assert "plumb.route" not in span.attributes


def test_who_has_no_token_is_an_error_of_the_request(world, told):
    world.answers = [KeyError("no token")]
    with pytest.raises(KeyError):
        world.ask(world.router(spans=Spans(told[1])))
    (span,) = told[0].get_finished_spans()
    assert span.attributes["plumb.error_class"] == "request"


def test_a_template_is_known_by_the_hash_that_evidence_knows_it_by(tmp_path):
    (tmp_path / "prompts").mkdir()
    template = b"# System\r\nYou are Cora.\n"
    (tmp_path / "prompts" / "chat.md").write_bytes(template)
    assert prompt_sha(template) == template_hash("chat-v3", tmp_path)


def test_a_filtered_answer_is_told_as_filtered(world, told):
    world.answers = [answer("The", "content_filter")]
    world.ask(world.router(spans=Spans(told[1])))
    (span,) = told[0].get_finished_spans()
    assert span.attributes["plumb.error_class"] == "filtered"


def test_a_caller_who_leaves_early_ends_the_span(world, told):
    world.answers = [whole("Pa", "ris")]
    world.read(world.router(spans=Spans(told[1])), most=1)
    (span,) = told[0].get_finished_spans()
    assert "plumb.error_class" not in span.attributes


def test_a_call_that_is_broken_off_while_it_waits_ends_the_span(world, told):
    def stop(seconds):
        raise KeyboardInterrupt

    world.answers = [refusal(503)]
    router = replace(world.router(spans=Spans(told[1])), sleep=stop)
    with pytest.raises(KeyboardInterrupt):
        world.ask(router)
    (span,) = told[0].get_finished_spans()
    assert "plumb.error_class" not in span.attributes


def test_without_opentelemetry_nothing_is_told_and_nothing_breaks(world, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    world.answers = [answer()]
    assert world.ask(world.router()).text == "Paris"
