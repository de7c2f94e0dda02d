"""Embeddings through OpenAI's and Google's real clients, each before a provider of either."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import openai
import pytest
from google import genai
from google.genai.errors import ClientError
from google.genai.types import EmbedContentConfig
from tests.integration.gateway_process import until
from tests.integration.played.house import House, playing_house

pytestmark = pytest.mark.server

VERTEX = """
[providers.vertex]
kind = "gemini"
project = "p"
api_key = "token"
"""
TEXTS = ["Good day.", "Good evening, everybody."]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder: Path = tmp_path_factory.mktemp("embeddings")
    with playing_house(folder, VERTEX) as house:
        yield house


@pytest.fixture
def gpt(house: House) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=house.gateway.base_url, api_key="any", max_retries=0) as client:
        yield client


@pytest.fixture
def google(house: House) -> Iterator[genai.Client]:
    with genai.Client(api_key="any", http_options={"base_url": house.gateway.address}) as client:
        yield client


@pytest.mark.parametrize("form", ["base64", "float"])
def test_openais_client_reaches_google(house: House, gpt: openai.OpenAI, form: Literal["float", "base64"]) -> None:
    answer = gpt.embeddings.with_raw_response.create(
        model="gemini/embed", input=TEXTS, dimensions=2, user="u", encoding_format=form
    )
    parsed = answer.parse()
    assert house.last.path == "/v1beta/models/embed:batchEmbedContents"
    assert house.asked["requests"][1] == {
        "model": "models/embed", "content": {"parts": [{"text": TEXTS[1]}]}, "outputDimensionality": 2,
    }  # fmt: skip
    if form == "float":
        assert [each.embedding for each in parsed.data] == [[0.0, 0.5], [1.0, 0.5]]
    assert [each.index for each in parsed.data] == [0, 1]
    assert answer.headers["x-outlast-dropped"] == "user"
    assert answer.headers["x-outlast-served-model"] == "gemini/embed"
    number = answer.headers["x-outlast-request-id"]
    [row] = until(lambda: [row for row in house.gateway.rows() if row["id"] == number])
    assert (row["estimated"], row["output_tokens"], row["adapted"]) == (1, 0, '["dropped:user"]')
    assert row["input_tokens"] > 0


def test_openais_client_unpacks_what_google_answers(gpt: openai.OpenAI) -> None:
    answer = gpt.embeddings.create(model="gemini/embed", input="Good day.")
    assert [list(each.embedding) for each in answer.data] == [[0.0, 0.5]]


@pytest.mark.parametrize("model", ["gemini/embed", "chat/embed"])
@pytest.mark.parametrize("size", [None, 2])
def test_googles_client_reaches_both(house: House, google: genai.Client, model: str, size: int | None) -> None:
    config = None if size is None else EmbedContentConfig(output_dimensionality=size)
    answer = google.models.embed_content(model=model, contents=TEXTS, config=config)
    assert answer.embeddings is not None
    assert [each.values[0] for each in answer.embeddings if each.values] == [0.0, 1.0]
    if model == "gemini/embed":
        assert house.last.path.startswith("/v1beta/models/embed:")
        assert "gemini/" not in str(house.asked)
    else:
        assert house.last.path == "/v1/embeddings"
        more = {} if size is None else {"dimensions": size}
        assert house.asked == {"model": "embed", "input": TEXTS, "encoding_format": "float", **more}


@pytest.mark.parametrize(
    ("model", "path"), [("gemini/e", "/v1beta/models/e:embedContent"), ("chat/e", "/v1/embeddings")]
)
def test_one_text_alone_goes_by_its_own_verb(house: House, model: str, path: str) -> None:
    body = b'{"content": {"parts": [{"text": "Good day."}]}}'
    answer = house.gateway.ask("POST", f"/v1beta/models/{model}:embedContent", body)
    assert (answer.status, house.last.path) == (200, path)
    assert answer.document["embedding"]["values"][0] == 0.0


def test_what_cannot_be_embedded_there_is_refused_in_the_callers_words(
    house: House, gpt: openai.OpenAI, google: genai.Client
) -> None:
    asked = len(house.upstream.received)
    with pytest.raises(openai.BadRequestError) as tokens:
        gpt.embeddings.create(model="gemini/embed", input=[1, 2, 3])
    assert tokens.value.param == "input"
    for model in ("claude/embed", "vertex/embed"):
        with pytest.raises(openai.BadRequestError) as nothing:
            gpt.embeddings.create(model=model, input="Good day.")
        assert nothing.value.code == "untranslatable"
        with pytest.raises(ClientError) as nowhere:
            google.models.embed_content(model=model, contents="Good day.")
        assert nowhere.value.status == "INVALID_ARGUMENT"
    with pytest.raises(openai.BadRequestError):
        gpt.embeddings.create(model="gemini/embed", input="x", user="u", extra_headers={"x-outlast-strict": "true"})
    assert len(house.upstream.received) == asked
