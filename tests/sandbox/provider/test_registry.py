from __future__ import annotations

import pytest

from sandbox.provider import metadata
from sandbox.provider.registry import Registry

ACCOUNT = "azure-native:cognitiveservices:Account"


def test_what_was_derived_once_is_read_the_next_time(tmp_path, monkeypatch):
    first = Registry(tmp_path).declared(ACCOUNT)
    monkeypatch.setattr(metadata, "declared", lambda kind: pytest.fail(f"derived {kind} anew"))
    assert Registry(tmp_path).declared(ACCOUNT) == first


def test_a_broken_file_is_derived_anew(tmp_path):
    first = Registry(tmp_path).declared(ACCOUNT)
    (tmp_path / "cognitiveservices.Account.json").write_text("{")
    assert Registry(tmp_path).declared(ACCOUNT) == first


def test_a_cache_that_cannot_be_written_is_no_failure(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    assert Registry(file / "below").declared(ACCOUNT)


def test_an_unknown_type_is_none(tmp_path):
    assert Registry(tmp_path).declared("azure-native:compute:VirtualMachine") is None
