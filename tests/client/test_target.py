"""Which parameters a model takes, where tokens come from, and what is said when none do."""

import pytest
import typer
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError

from components.catalog import models
from sandbox.dataplane.chat import ONLY_DEFAULT
from scripts import tokens
from scripts.client.target import NOT_FOR_REASONING, Entra, Key, Target, fitting

REFUSAL = "DefaultAzureCredential failed.\n  Attempted: all.\nTo mitigate this issue, read on."


class Credential:
    """Counts what it gives, and keeps nothing."""

    made = 0

    def __init__(self):
        Credential.made += 1
        self.asked = []

    def get_token(self, *scopes, **_):
        self.asked.append(scopes)
        return AccessToken(f"token-{Credential.made}", 2**40)


@pytest.fixture(autouse=True)
def nobody_yet(monkeypatch):
    monkeypatch.setattr(Credential, "made", 0)


def test_a_token_is_kept_until_it_is_nearly_over():
    credential = Credential()
    entra = Entra(credential=lambda: credential)
    assert {entra() for _ in range(3)} == {"token-1"}
    assert credential.asked == [("https://cognitiveservices.azure.com/.default",)]


def test_a_renewed_token_is_of_a_credential_that_has_kept_none():
    entra = Entra(credential=Credential)
    assert entra() == "token-1"
    entra.renew()
    assert entra() == "token-2"


def test_a_key_is_read_anew_each_time(monkeypatch):
    monkeypatch.setenv("MODEL_KEY", "first")
    key = Key("MODEL_KEY")
    assert key() == "first"
    monkeypatch.setenv("MODEL_KEY", "second")
    key.renew()
    assert key() == "second"
    assert "second" not in repr(key)


def test_who_cannot_sign_in_is_told_why_and_how(monkeypatch, capsys):
    class Nobody:
        def get_token(self, *scopes, **_):
            raise ClientAuthenticationError(REFUSAL)

    monkeypatch.setattr(tokens, "Entra", lambda: Entra(credential=Nobody))
    with pytest.raises(typer.Exit) as left:
        tokens.tokens()
    assert left.value.exit_code == 4
    said = capsys.readouterr().err
    assert "no token: DefaultAzureCredential failed. Attempted: all. Fix: az login" in said


@pytest.mark.parametrize(("name", "kind"), sorted({(each.name, each.kind) for each in models()}))
def test_every_reasoning_model_that_there_is_is_known_as_one(name, kind):
    target = Target(base_url="", model="chat-v3", token=Key("KEY"), family=name)
    sent = fitting(target, {"max_tokens": 9, "temperature": 0.2})
    assert ("max_completion_tokens" in sent) == (kind == "reasoning")
    assert ("temperature" in sent) == (kind != "reasoning")


def test_what_reasoning_models_refuse_is_never_sent_to_one():
    assert ONLY_DEFAULT.keys() <= NOT_FOR_REASONING
