"""A prompt is known by its hash, so that another prompt makes an evaluation worthless."""

from hashlib import sha256

import pytest

from components.prompts import template, template_hash


@pytest.fixture
def root(tmp_path):
    (tmp_path / "prompts").mkdir()
    for name in ("chat", "chat-v4", "triage"):
        (tmp_path / "prompts" / f"{name}.md").write_text(f"You are {name}.\n")
    return tmp_path


@pytest.mark.parametrize(
    ("deployment", "file"),
    [
        ("chat-v3", "chat"),
        ("chat-v4", "chat-v4"),
        ("chat-reserved", "chat"),
        ("triage", "triage"),
        ("embed-v1", None),
    ],
)
def test_the_nearest_template_counts(root, deployment, file):
    found = template(deployment, root)
    assert (found and found.stem) == file
    text = f"You are {file}.\n" if file else ""
    assert template_hash(deployment, root) == sha256(text.encode()).hexdigest()


def test_a_changed_template_has_another_hash(root):
    before = template_hash("chat-v3", root)
    (root / "prompts" / "chat.md").write_text("You are somebody else.\n")
    assert template_hash("chat-v3", root) != before


def test_how_lines_end_is_no_change(root):
    before = template_hash("chat-v3", root)
    (root / "prompts" / "chat.md").write_bytes(b"You are chat.\r\n")
    assert template_hash("chat-v3", root) == before


def test_without_any_template_there_is_a_hash_all_the_same(tmp_path):
    assert template_hash("chat-v3", tmp_path) == sha256(b"").hexdigest()
