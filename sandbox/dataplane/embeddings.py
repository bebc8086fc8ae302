"""Embeddings: unit vectors made from a text's words, near to each other where words are shared."""

import base64
import hashlib
import math
import random
import re
import struct
from array import array
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.dataplane import chat, errors

INPUT_TOKENS: Final = 8192
INPUTS: Final = 2048
FEATURES: Final = 48
"""How many places of a vector one word moves."""


class EmbeddingsRequest(BaseModel):
    model_config = ConfigDict(extra="allow")

    model: str | None = None
    input: str | list[str] | list[int] | list[list[int]]
    dimensions: int | None = Field(None, ge=1)
    encoding_format: Literal["float", "base64"] = "float"

    @property
    def inputs(self) -> Sequence[str | Sequence[int]]:
        """Each text, or each list of tokens, that wants a vector."""
        if isinstance(self.input, str):
            return [self.input]
        if self.input and isinstance(self.input[0], int):
            return [[each for each in self.input if isinstance(each, int)]]
        return [each for each in self.input if not isinstance(each, int)]


def parsed(body: bytes) -> EmbeddingsRequest:
    """The request.

    Raises:
        Refusal: 400.
    """
    try:
        request = EmbeddingsRequest.model_validate_json(body)
    except ValidationError as error:
        raise chat.refusal(error) from None
    if not request.inputs or not all(request.inputs):
        raise errors.wrong_request(
            "'input' cannot be an empty string or array.", "input", "invalid_value"
        )
    if len(request.inputs) > INPUTS:
        raise errors.wrong_request(
            f"Invalid 'input': array too long. Expected an array with maximum length {INPUTS}, but"
            f" got an array with length {len(request.inputs)} instead.",
            "input",
            "array_above_max_length",
        )
    return request


def dimensions(request: EmbeddingsRequest, full: int) -> int:
    """How long the vectors are.

    Raises:
        Refusal: 400, longer than the model's.
    """
    wanted = request.dimensions or full
    if wanted > full:
        raise errors.wrong_request(
            f"Invalid value for 'dimensions' = {wanted}. Must be less than or equal to {full}.",
            "dimensions",
            "invalid_value",
        )
    return wanted


def vector(model: str, text: str, full: int, dimensions: int) -> list[float]:
    """A unit vector. A shorter one is the beginning of the full one, stretched to length 1."""
    values = [0.02 * x for x in _noise(model, text, full)]
    for word in re.findall(r"\w+", text.lower()):
        for place, amount in _moves(model, word, full):
            values[place] += amount
    values = values[:dimensions]
    length = math.sqrt(math.fsum(value * value for value in values)) or 1.0
    return [value / length for value in values]


def _noise(model: str, text: str, full: int) -> list[float]:
    """So that no two texts have the same vector, and none is zero."""
    seed = hashlib.sha256(f"{model}\n{text}".encode()).digest()
    draws = array("h", random.Random(seed).randbytes(2 * full))
    return [draw / 32768 for draw in draws]


@lru_cache(maxsize=4096)
def _moves(model: str, word: str, full: int) -> tuple[tuple[int, float], ...]:
    dice = random.Random(hashlib.sha256(f"{model}\n{word}".encode()).digest())
    return tuple((dice.randrange(full), dice.choice((-1.0, 1.0))) for _ in range(FEATURES))


def encoded(values: list[float], encoding_format: str) -> str | list[float]:
    """As the SDKs ask for it, little-endian float32 in base64, or as plain numbers."""
    if encoding_format == "base64":
        return base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode()
    return values


def body(
    model: str, vectors: Sequence[list[float]], encoding_format: str, tokens: int
) -> dict[str, Any]:
    return {
        "object": "list",
        "data": [
            {
                "object": "embedding",
                "index": index,
                "embedding": encoded(values, encoding_format),
            }
            for index, values in enumerate(vectors)
        ],
        "model": model,
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }
