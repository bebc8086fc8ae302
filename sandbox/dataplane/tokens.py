"""How many tokens a text has, and where it is cut."""

import importlib
import math
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final, Protocol

PER_MESSAGE: Final = 3
PER_NAME: Final = 1
PER_REPLY: Final = 3
"""What OpenAI's chat format adds to the contents: each reply is primed with three tokens."""

PER_IMAGE: Final = 85
"""A low-detail image. Azure counts tiles for the others; the sandbox sees no pixels."""


class Tokenizer(Protocol):
    def count(self, text: str) -> int: ...

    def head(self, text: str, limit: int) -> str:
        """The longest beginning of a text that has at most so many tokens."""
        ...


class BytePairs:
    """A vocabulary as OpenAI publishes it."""

    def __init__(self, vocabulary: Any) -> None:
        self._vocabulary = vocabulary
        self._counted = lru_cache(maxsize=8192)(vocabulary.count)

    def count(self, text: str) -> int:
        return int(self._counted(text))

    def head(self, text: str, limit: int) -> str:
        ids = self._vocabulary.encode(text)
        if len(ids) <= limit:
            return text
        for end in range(limit, 0, -1):
            cut: str | None = self._vocabulary.decode(ids[:end])
            if cut is not None:  # None: the token ends inside a character
                return cut
        return ""


class FourBytes:
    """The rule of thumb that stands in where no vocabulary is installed."""

    def count(self, text: str) -> int:
        return math.ceil(len(text.encode()) / 4)

    def head(self, text: str, limit: int) -> str:
        return text.encode()[: 4 * max(0, limit)].decode(errors="ignore")


@lru_cache
def tokenizer(model: str) -> Tokenizer:
    """The tokenizer of a model: cl100k for gpt-4, gpt-35 and embeddings, o200k for all since."""
    try:
        vocabularies = importlib.import_module("rs_bpe.bpe").openai
    except ImportError:
        return FourBytes()
    return BytePairs(vocabularies.cl100k_base() if _is_older(model) else vocabularies.o200k_base())


def _is_older(model: str) -> bool:
    name = model.lower()
    older = ("gpt-35", "gpt-3.5", "gpt-4-", "text-embedding")
    return name == "gpt-4" or name.startswith(older)


def text_of(content: Any) -> str:
    """The words of a message, whether its content is a string or a list of parts."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    parts = (part for part in content if isinstance(part, Mapping))
    return "\n".join(str(part.get("text") or part.get("refusal") or "") for part in parts)


def of_chat(messages: Iterable[Mapping[str, Any]], tokens: Tokenizer) -> int:
    """What a conversation costs as a prompt."""
    total = PER_REPLY
    for message in messages:
        content = message.get("content")
        total += PER_MESSAGE + tokens.count(str(message.get("role", ""))) + _of(content, tokens)
        if message.get("name"):
            total += PER_NAME + tokens.count(str(message["name"]))
        for call in message.get("tool_calls") or ():
            function = call.get("function", {})
            total += tokens.count(str(function.get("name", "")))
            total += tokens.count(str(function.get("arguments", "")))
    return total


def _of(content: Any, tokens: Tokenizer) -> int:
    text = tokens.count(text_of(content))
    if not isinstance(content, list):
        return text
    images = sum(1 for part in content if part.get("type") in ("image_url", "input_image"))
    return text + PER_IMAGE * images
