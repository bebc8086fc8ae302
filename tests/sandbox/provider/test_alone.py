from __future__ import annotations

import sys

from sandbox.provider import __main__ as alone


def test_without_an_identity_it_says_how_to_get_one(monkeypatch, capsys):
    monkeypatch.delenv("IDENTITY_HEADER", raising=False)
    monkeypatch.setattr(sys, "argv", ["provider", "--arm", "https://127.0.0.1:1", "--ca", "ca.pem"])
    assert alone.main() == 2
    assert capsys.readouterr().err == (
        'no identity in the environment. Fix: eval "$(plumb sandbox env)"\n'
    )
