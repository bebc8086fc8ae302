import base64
import math
import struct

import openai
import pytest

from sandbox.dataplane.embeddings import vector
from tests.sandbox.dataplane.conftest import API_VERSION

PATH = f"/acct/contoso/openai/deployments/embed/embeddings?api-version={API_VERSION}"


@pytest.fixture(autouse=True)
def deployed(cloud):
    cloud.deployment("embed", "text-embedding-3-small", "1")


def cosine(one, other):
    return sum(a * b for a, b in zip(one, other, strict=True))


def test_an_embedding_is_a_unit_vector_of_the_models_length(client, older):
    for asks in (client, older):
        (item,) = asks.embeddings.create(model="embed", input="blue shoes").data
        assert len(item.embedding) == 1536
        assert math.isclose(cosine(item.embedding, item.embedding), 1, rel_tol=1e-5)


def test_base64_and_float_are_the_same_numbers(web, cloud):
    def embedding(form):
        answer = web.post(
            PATH,
            json={"input": "blue shoes", "encoding_format": form},
            headers={"Authorization": f"Bearer {cloud.token()}"},
        )
        return answer.json()["data"][0]["embedding"]

    numbers = embedding("float")
    packed = base64.b64decode(embedding("base64"))
    assert struct.unpack(f"<{len(numbers)}f", packed) == pytest.approx(numbers, rel=1e-6)


def test_texts_with_words_in_common_are_near(client):
    one, near, far = (
        item.embedding
        for item in client.embeddings.create(
            model="embed", input=["where is my order", "my order is late", "a cat on a roof"]
        ).data
    )
    assert cosine(one, near) > cosine(one, far) + 0.2


def test_a_shorter_vector_is_the_stretched_beginning_of_the_full_one():
    full, short = vector("m", "a b c", 64, 64), vector("m", "a b c", 64, 16)
    stretch = math.sqrt(sum(value * value for value in full[:16]))
    assert short == pytest.approx([value / stretch for value in full[:16]])


def test_tokens_are_taken_in_place_of_words(client):
    reply = client.embeddings.create(model="embed", input=[15339, 1917])
    assert reply.usage.prompt_tokens == 2


@pytest.mark.parametrize(
    "wrong",
    [{"input": ""}, {"input": []}, {"input": "x", "dimensions": 4096}, {"input": "la " * 9000}],
)
def test_what_cannot_be_embedded_is_a_400(client, wrong):
    with pytest.raises(openai.BadRequestError):
        client.embeddings.create(model="embed", **wrong)
