"""What Azure's data plane answers, as it stands on the wire."""

import json

import httpx2
import openai

from scripts.smoke.wire import Wire

ANNOTATED = {"hate": {"filtered": False, "severity": "safe"}}
USAGE = {"prompt_tokens": 16, "completion_tokens": 1, "total_tokens": 17}
CHAT = {
    "id": "1",
    "object": "chat.completion",
    "created": 1,
    "model": "gpt-5.4-2026-03-05",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": "Paris"},
            "content_filter_results": ANNOTATED,
        }
    ],
    "usage": USAGE,
    "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": ANNOTATED}],
}
EMBEDDING = {
    "object": "list",
    "model": "text-embedding-3-small",
    "data": [{"object": "embedding", "index": 0, "embedding": [0.6, 0.8]}],
    "usage": {"prompt_tokens": 9, "total_tokens": 9},
}
BLOCKED = {
    "code": "content_filter",
    "message": "The response was filtered.",
    "status": 400,
}


def chunk(choices, **more):
    return {
        "id": "1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "gpt-5.4-2026-03-05",
        "choices": choices,
        **more,
    }


def delta(content=None, finish=None):
    return {
        "index": 0,
        "delta": {"content": content} if content else {},
        "finish_reason": finish,
        "content_filter_results": ANNOTATED,
    }


STREAM = [
    chunk([], model="", prompt_filter_results=CHAT["prompt_filter_results"]),
    chunk([delta("Pa")]),
    chunk([delta("ris")]),
    chunk([delta(finish="stop")]),
    chunk([], usage=USAGE),
]


def events(chunks, *, done=True):
    return "".join(f"data: {json.dumps(each)}\n\n" for each in chunks) + "data: [DONE]\n\n" * done


def wire(*answers):
    """The way to an Azure that answers so, one after the other; and what it was sent."""
    left, sent, waits = list(answers), [], []

    def answer(request):
        sent.append(json.loads(request.content))
        found = left.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    client = openai.OpenAI(
        base_url="https://azure",
        api_key="-",
        http_client=httpx2.Client(transport=httpx2.MockTransport(answer)),
        max_retries=0,
    )
    seconds = iter(range(99))
    made = Wire(client=client, clock=seconds.__next__, today=lambda: 1.0, wait=waits.append)
    return made, sent, waits


def said(status=200, body=None, text=None, **headers):
    if text is not None:
        stream = {"content-type": "text/event-stream"}
        return httpx2.Response(status, text=text, headers=stream | headers)
    return httpx2.Response(status, json=body, headers=headers)
