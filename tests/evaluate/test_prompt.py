"""A question is put as callers put it: by the template, which is known by its hash."""

import pytest

from components.prompts import template_hash
from scripts.evaluate import prompt
from scripts.evaluate.prompt import WrongPrompt
from tests.evaluate.rows import item

CHAT = """\
Cora, the customer agent. Version 3.

# System
You are Cora.

# User
{% if context %}
Context:
{{ context }}

{% endif %}
Question: {{ query }}
"""


def test_a_template_has_a_part_for_each_role_and_a_preface_for_people(tmp_path):
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "chat.md").write_text(CHAT)
    found = prompt.of("chat-v3", tmp_path)
    assert found.name == "prompts/chat.md"
    assert found.sha256 == template_hash("chat-v3", tmp_path)
    context = "[doc1] It arrives tomorrow."
    assert found.messages(item()) == [
        {"role": "system", "content": "You are Cora."},
        {"role": "user", "content": f"Context:\n{context}\n\nQuestion: When?"},
    ]
    assert found.messages(item(context=""))[1]["content"] == "Question: When?"


def test_without_a_template_the_question_is_put_as_it_stands(tmp_path):
    found = prompt.of("chat-v3", tmp_path)
    assert found.sha256 == template_hash("chat-v3", tmp_path)
    assert found.messages(item(context="")) == [{"role": "user", "content": "Question: When?"}]


def test_what_stands_in_a_question_is_no_template():
    found = prompt.parse(CHAT, "chat.md", "")
    assert found.messages(item(query="{{ 7 * 7 }}", context=""))[1]["content"].endswith(
        "{{ 7 * 7 }}"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("You are Cora.", "no question in it"),
        ("# System\nYou are Cora. {{ query }}", "no question in it"),
        ("# User\n{{ query", "Fix: see docs/evaluate.md"),
    ],
)
def test_a_wrong_template_says_what_to_do(text, said):
    with pytest.raises(WrongPrompt, match=said):
        prompt.parse(text, "chat.md", "")


@pytest.mark.parametrize("text", ["{{ query }} {{ name }}", "{{ query.__class__.__mro__ }}"])
def test_a_template_knows_nothing_but_the_question(text):
    with pytest.raises(WrongPrompt, match="knows query and context"):
        prompt.parse(f"# User\n{text}", "chat.md", "").messages(item())
