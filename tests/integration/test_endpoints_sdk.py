"""OpenAI's own client, unchanged and strict, at the endpoints beside conversations and at the older completions."""

import asyncio
import base64
import io
from collections.abc import Callable, Iterator
from typing import Any

import openai
import pytest
from tests.integration.gateway_process import until
from tests.integration.played import endpoints, script
from tests.integration.played.house import TABLES, House, playing_house

pytestmark = pytest.mark.server

VIRTUAL = """
[models.voice]
target = "chat/tts"

[models.elder]
target = "openai/gpt-4-32k"
successor = ["gemini/plain"]
"""
SOUND = ("said.wav", b"RIFF\0\0\r\n--not-the-boundary\xff", "audio/wav")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with playing_house(tmp_path_factory.mktemp("endpoints"), VIRTUAL) as house:
        yield house


@pytest.fixture(scope="module")
def client(house: House) -> Iterator[openai.OpenAI]:
    base_url = house.gateway.base_url
    with openai.OpenAI(base_url=base_url, api_key="own", max_retries=0, _strict_response_validation=True) as client:
        yield client


def loose(client: openai.OpenAI) -> openai.OpenAI:
    """The same client where OpenAI's own answers do not fit its types."""
    return client.with_options(_extra_kwargs={"_strict_response_validation": False})


def test_texts_become_vectors_and_their_tokens_are_recorded(client: openai.OpenAI, house: House) -> None:
    made = client.embeddings.with_raw_response.create(
        model="chat/embed", input=["one", "two"], encoding_format="float", dimensions=2
    )
    assert [row.embedding for row in made.parse().data] == [[0.0, 0.25], [1.0, 0.25]]
    assert house.asked == {"model": "embed", "input": ["one", "two"], "encoding_format": "float", "dimensions": 2}
    number = made.headers["x-outlast-request-id"]
    [row] = until(lambda: [row for row in house.gateway.rows() if row["id"] == number])
    assert (row["input_tokens"], row["outcome"]) == (4, "answered")


def test_vectors_come_from_a_simulated_model_too(client: openai.OpenAI) -> None:
    asked: Any = {"model": "openai/text-embedding-3-small", "input": "one"}
    plain = client.embeddings.create(**asked, encoding_format="float").data[0].embedding
    assert len(plain) == 64
    # By itself the client asks for base64, of which its own types know nothing: it decodes it where it is not strict.
    decoded = loose(client).embeddings.with_raw_response.create(**asked)
    assert '"embedding":"' in decoded.text
    assert decoded.parse().data[0].embedding == pytest.approx(plain, abs=1e-6)


def test_googles_vectors_come_in_openais_shape(client: openai.OpenAI, house: House) -> None:
    made = client.embeddings.create(model="gemini/embed", input=["one", "two"], encoding_format="float")
    assert [row.embedding for row in made.data] == [[0.0, 0.5], [1.0, 0.5]]
    assert house.last.path == "/v1beta/models/embed:batchEmbedContents"


def test_a_text_is_moderated(client: openai.OpenAI) -> None:
    judged = client.moderations.create(model="chat/judge", input="Hello?")
    assert [each.flagged for each in judged.results] == [False]


def test_speech_is_binary_and_comes_whole_or_in_pieces(client: openai.OpenAI, house: House) -> None:
    spoken = client.audio.speech.create(model="voice", voice="alloy", input="Hello.")
    assert spoken.content == endpoints.SOUND
    assert spoken.response.headers["content-type"] == "audio/mpeg"
    assert house.asked == {"model": "tts", "voice": "alloy", "input": "Hello."}
    with client.audio.speech.with_streaming_response.create(model="voice", voice="alloy", input="Hello.") as pieces:
        assert b"".join(pieces.iter_bytes()) == endpoints.SOUND


def test_a_sound_is_heard_and_translated(client: openai.OpenAI, house: House) -> None:
    heard = client.audio.transcriptions.create(model="chat/ear", file=SOUND, language="de")
    assert heard.text == f"ear heard {len(SOUND[1])} bytes"
    form = endpoints.fields(house.last)
    assert (form["language"], form["model"], form["file"]) == (b"de", b"ear", SOUND[1])
    with pytest.deprecated_call():  # by the client's own word
        assert client.audio.translations.create(model="chat/ear", file=SOUND).text == heard.text


def test_a_picture_is_made_and_edited(client: openai.OpenAI) -> None:
    made = client.images.generate(model="chat/brush", prompt="A cat")
    assert made.data is not None
    assert made.data[0].b64_json == endpoints.PICTURE
    picture = io.BytesIO(base64.b64decode(endpoints.PICTURE))
    edited = client.images.edit(model="chat/brush", image=("cat.png", picture, "image/png"), prompt="A grey cat")
    assert edited.data is not None
    assert edited.data[0].revised_prompt == "A grey cat"


def older(client: openai.OpenAI, model: str) -> tuple[str, str]:
    """The same prompt's answer, plain and streamed; neither has another end than to have been finished."""
    asked: Any = {"model": model, "prompt": "What is 17 + 25?", "max_tokens": 9}
    plain = client.completions.create(**asked)
    # The client's type wants an end in every piece, where OpenAI's own streams have null: it cannot be strict here.
    pieces = [piece for piece in loose(client).completions.create(**asked, stream=True) if piece.choices]
    ends: list[Any] = [piece.choices[0].finish_reason for piece in pieces]
    assert plain.choices[0].finish_reason == ends[-1] == "stop"
    assert set(ends[:-1]) == {None}
    return plain.choices[0].text, "".join(piece.choices[0].text for piece in pieces)


def test_an_older_completion_plain_and_streamed(client: openai.OpenAI) -> None:
    assert older(client, "chat/plain") == (script.GREETING, script.GREETING)


@pytest.mark.parametrize("table", [*TABLES[1:], "openai", "elder"])
def test_an_older_completion_is_answered_by_a_model_of_conversations(client: openai.OpenAI, table: str) -> None:
    model = {"openai": "openai/simulated-terse", "elder": "elder"}.get(table, f"{table}/plain")
    plain, streamed = older(client, model)
    assert plain == streamed
    assert plain == script.GREETING or "42" in plain


def test_the_asynchronous_client_at_every_endpoint_at_once(house: House) -> None:
    async def scenario() -> tuple[object, ...]:
        async with openai.AsyncOpenAI(
            base_url=house.gateway.base_url, api_key="own", max_retries=0, _strict_response_validation=True
        ) as client:
            return await asyncio.gather(
                client.embeddings.create(model="chat/embed", input="one", encoding_format="float"),
                client.moderations.create(model="chat/judge", input="Hello?"),
                client.audio.speech.create(model="voice", voice="alloy", input="Hello."),
                client.audio.transcriptions.create(model="chat/ear", file=SOUND),
                client.images.generate(model="chat/brush", prompt="A cat"),
                client.completions.create(model="chat/plain", prompt="Once"),
            )

    assert len(asyncio.run(scenario())) == 6


CALLS: dict[str, Callable[[openai.OpenAI, str], object]] = {
    "embeddings": lambda client, model: client.embeddings.create(model=model, input="one"),
    "moderations": lambda client, model: client.moderations.create(model=model, input="one"),
    "speech": lambda client, model: client.audio.speech.create(model=model, voice="alloy", input="one"),
    "images": lambda client, model: client.images.generate(model=model, prompt="one"),
    "completions": lambda client, model: client.completions.create(model=model, prompt="one"),
}
TYPED = {400: openai.BadRequestError, 401: openai.AuthenticationError, 429: openai.RateLimitError}


@pytest.mark.parametrize("endpoint", CALLS)
@pytest.mark.parametrize("status", TYPED)
def test_a_providers_error_is_the_clients_own(client: openai.OpenAI, endpoint: str, status: int) -> None:
    with pytest.raises(TYPED[status]) as caught:
        CALLS[endpoint](client, f"chat/error-{status}")
    assert caught.value.request_id == caught.value.response.headers["x-outlast-request-id"]
    assert status != 429 or caught.value.response.headers["retry-after"] == "7"


@pytest.mark.parametrize(
    ("table", "endpoint"),
    [
        ("claude", "embeddings"),
        *((table, each) for table in ("claude", "gemini") for each in ("moderations", "speech", "images")),
    ],
)
def test_an_endpoint_that_a_vendor_does_not_have_is_refused_before_the_call(
    client: openai.OpenAI, house: House, endpoint: str, table: str
) -> None:
    before = len(house.upstream.received)
    with pytest.raises(openai.BadRequestError) as caught:
        CALLS[endpoint](client, f"{table}/plain")
    assert caught.value.code == "untranslatable"
    assert len(house.upstream.received) == before
