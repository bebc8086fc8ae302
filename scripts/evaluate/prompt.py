"""How a question is put: the template that callers of a deployment use, from prompts/.

A template is a Markdown file with the headings `# System` and `# User`; what stands before them is
for people. Its hash is part of what is measured.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from components import prompts
from scripts.evaluate.dataset import Item

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionMessageParam

HEADING: Final = re.compile(r"^# +(system|user)[ \t]*$", re.IGNORECASE | re.MULTILINE)

PLAIN: Final = """\
# User
{% if context %}
Context:
{{ context }}

{% endif %}
Question: {{ query }}
"""
"""Without a template."""


class WrongPrompt(Exception):
    """A template is wrong; the message says where and what to do."""


@dataclass(frozen=True, kw_only=True)
class Prompt:
    name: str
    sha256: str
    system: jinja2.Template
    user: jinja2.Template

    def messages(self, item: Item) -> "list[ChatCompletionMessageParam]":
        """What is sent for a question.

        Raises:
            WrongPrompt: the template wants something that a question has not.
        """
        system, user = self._told(self.system, item), self._told(self.user, item)
        asked: list[ChatCompletionMessageParam] = [{"role": "user", "content": user}]
        return [{"role": "system", "content": system}, *asked] if system else asked

    def _told(self, template: jinja2.Template, item: Item) -> str:
        try:
            return template.render(query=item.query, context=item.context).strip()
        except jinja2.TemplateError as error:
            raise WrongPrompt(
                f"{self.name}: {error.message}. Fix: a template knows query and context"
            ) from None


def of(deployment: str, root: Path) -> Prompt:
    """The prompt that callers of a deployment use.

    Raises:
        WrongPrompt: its file cannot be read or has mistakes.
    """
    file = prompts.template(deployment, root)
    if file is None:
        return parse(PLAIN, "no template", prompts.template_hash(deployment, root))
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongPrompt(f"{file.name}: {error}. Fix: a text in UTF-8") from None
    name = str(file.relative_to(root))
    return parse(text, name, prompts.template_hash(deployment, root))


def parse(text: str, name: str, sha256: str) -> Prompt:
    """A prompt from the text of its file.

    Raises:
        WrongPrompt: a heading is missing, or a part is no template.
    """
    _, *parts = HEADING.split(text)
    found = {role.lower(): part for role, part in zip(parts[::2], parts[1::2], strict=True)}
    if "query" not in found.get("user", ""):
        raise WrongPrompt(f"{name}: no question in it. Fix: {{{{ query }}}} under `# User`")
    known = ImmutableSandboxedEnvironment(
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    try:
        return Prompt(
            name=name,
            sha256=sha256,
            system=known.from_string(found.get("system", "")),
            user=known.from_string(found["user"]),
        )
    except jinja2.TemplateSyntaxError as error:
        raise WrongPrompt(f"{name}: {error.message}. Fix: see docs/evaluate.md") from None
