"""A route as applications call it: what the flag gives and what comes of it are facts."""

import json

import httpx2
import pytest
from azure.core.exceptions import (
    ClientAuthenticationError,
    ResourceNotFoundError,
    ServiceRequestError,
)

from scripts.client import router
from scripts.client.target import Target as ClientTarget
from scripts.smoke import caller
from scripts.smoke.facts import Call, Evaluated
from tests.smoke.azure_answers import CHAT, EMBEDDING, said, wire
from tests.smoke.good_run import FLAG, ROUTE, chat, embed, plan

VARIANT = FLAG["variants"][0]


def to(deployment):
    value = {"account": "primary", "deployment": deployment}
    return FLAG | {"variants": [VARIANT | {"configuration_value": value}]}


class Loaded:
    """What the provider loads: one flag."""

    def __init__(self, value):
        self.value = value | {
            "id": "chat-router",
            "telemetry": {"enabled": True, "metadata": {"ETag": "e"}},
        }

    def get(self, key):
        return {"feature_flags": [self.value]}

    def refresh(self):
        pass


@pytest.fixture
def called(monkeypatch):
    """What a route's calls come to, with such a flag and an Azure that answers so."""

    def run(*answers, value=FLAG, planned=None, token=lambda: "-"):
        monkeypatch.setattr(caller, "from_store", lambda *_: lambda: Loaded(value))
        left = list(answers)

        def answer(request):
            return left.pop(0) if len(left) > 1 else left[0]

        http = httpx2.Client(transport=httpx2.MockTransport(answer))
        monkeypatch.setattr(caller, "Router", lambda **own: router.Router(**own, http=http))
        account = ClientTarget(base_url="https://azure/", model="", token=token)
        made = caller.Caller(
            plan=planned or plan(),
            credential=None,
            accounts={"primary": account},
            wires={"primary": wire(*[said(body=EMBEDDING)] * 9)[0]},
            publish=lambda event: None,
            today=lambda: 1.0,
            wait=lambda _: None,
        )
        return list(made.calls(ROUTE, lambda: 60.0))

    return run


def test_three_users_are_asked_after_a_warm_up_each_by_whom_the_flag_names(called):
    found = called(said(body=CHAT))
    calls = [each for each in found if isinstance(each, Call)]
    given = [each for each in found if isinstance(each, Evaluated)]
    assert [each.kind for each in calls] == ["warm-up", "chat", "chat", "chat"]
    assert {each.target for each in calls} == {each.target for each in given} == {"primary/chat-v3"}
    assert len({each.user for each in given}) == 4
    assert {each.outcome for each in calls} == {"ok"}
    assert all(each.annotated for each in calls)


def test_whom_the_flag_names_and_nobody_deployed_is_not_called(called):
    (found,) = called(said(body=CHAT), value=to("chat-v9"))
    assert (found.target, found.error) == ("primary/chat-v9", "")


def test_a_flag_that_says_nothing_is_told(called):
    (found,) = called(said(body=CHAT), value=FLAG | {"variants": []})
    assert found.error == "the library that applications use gives no variant"


def test_a_refusal_is_a_fact_in_azures_words(called):
    refused = said(503, {"error": {"message": "Busy", "code": "503"}})
    found = [each for each in called(refused) if isinstance(each, Call)]
    assert {(each.outcome, each.said) for each in found} == {("server", "Busy.")}


def test_an_answer_that_is_cut_off_is_a_fact(called):
    silent = {**CHAT, "choices": [{**CHAT["choices"][0], "finish_reason": None}]}
    found = [each for each in called(said(body=silent)) if isinstance(each, Call)]
    assert {each.outcome for each in found} == {"cut"}


def test_who_is_full_is_asked_again(called):
    full = said(429, {"error": {"message": "full"}}, **{"retry-after": "1"})
    found = [each for each in called(full, said(body=CHAT)) if isinstance(each, Call)]
    assert [each.waited_s for each in found] == [1, 0, 0, 0]


def test_who_has_no_token_any_more_is_told_so(called):
    def nobody():
        raise ClientAuthenticationError("No credential.")

    found = [each for each in called(said(body=CHAT), token=nobody) if isinstance(each, Call)]
    assert {each.status for each in found} == {401}


def test_a_route_to_vectors_is_asked_for_vectors(called):
    embeds = plan(targets=[chat(), embed()])
    found = called(said(body=CHAT), value=to("embed-v1"), planned=embeds)
    kinds = [each.kind for each in found if isinstance(each, Call)]
    assert kinds == ["warm-up", *["embeddings"] * 3]


class Store:
    def __init__(self, found):
        self.found = found

    def __call__(self, *_, **__):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def get_configuration_setting(self, key, label):
        if isinstance(self.found, Exception):
            raise self.found
        return self

    @property
    def value(self):
        return self.found


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (json.dumps(FLAG), (FLAG, "", False)),
        ("{", ("{", "", False)),
        (ResourceNotFoundError("no"), (None, "", True)),
        (ServiceRequestError("no\nroute"), (None, "no route", False)),
    ],
)
def test_a_flag_is_read_as_it_stands(monkeypatch, found, expected):
    monkeypatch.setattr(caller, "AzureAppConfigurationClient", Store(found))
    made = caller.Caller(plan=plan(), credential=None, accounts={}, wires={})
    flag = made.flag(ROUTE)
    assert (flag.value, flag.error, flag.missing) == expected
