"""OpenAI's own client against the local engine in a real gateway; weights are random, so answers mean nothing."""

import base64
import io
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import openai
import pytest
from tests.integration.gateway_process import Gateway, outlast_process, running, until
from tests.unit.omni.tiny import weights_file

from outlast.omni.encode import wav
from outlast.omni.waves import decode

pytestmark = pytest.mark.server

TABLES = """\
[providers.local]
kind = "local"
files = ["one.weights"]

[models.mini]
target = "local/omni-mini"
persona = "friend"

[personas.friend]
base = "friendly"
warmth = "more"
"""
HELLO: Any = [{"role": "user", "content": "hello"}]
ALOUD: Any = {"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "pcm16"}}
TONE = np.sin(np.arange(16_000, dtype=np.float32) / np.float32(8))


def png(width: int, height: int, pixels: bytes) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(pixels)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def sound(content: bytes, kind: str = "wav") -> Any:
    return {"type": "input_audio", "input_audio": {"data": base64.b64encode(content).decode(), "format": kind}}


def picture(content: bytes) -> Any:
    return {"type": "image_url", "image_url": {"url": "data:image/png;base64," + base64.b64encode(content).decode()}}


def asked(*parts: Any) -> Any:
    return [{"role": "user", "content": list(parts)}]


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    folder = tmp_path_factory.mktemp("local")
    (folder / "one.weights").write_bytes(weights_file())
    with running(folder, TABLES) as gateway:
        yield gateway


@pytest.fixture(scope="module")
def client(gateway: Gateway) -> Iterator[openai.OpenAI]:
    base_url = gateway.base_url
    with openai.OpenAI(base_url=base_url, api_key="own", max_retries=0, _strict_response_validation=True) as client:
        yield client


def test_text_is_answered_and_counted(client: openai.OpenAI, gateway: Gateway) -> None:
    raw = client.chat.completions.with_raw_response.create(model="local/tiny", messages=HELLO, max_tokens=12)
    done = raw.parse()
    assert done.model == "tiny"
    assert done.choices[0].message.content
    assert done.choices[0].finish_reason in ("stop", "length")
    assert done.usage is not None
    assert done.usage.total_tokens == done.usage.prompt_tokens + done.usage.completion_tokens
    number = raw.headers["x-outlast-request-id"]
    [row] = until(lambda: [row for row in gateway.rows() if row["id"] == number])
    assert (row["input_tokens"], row["outcome"]) == (done.usage.prompt_tokens, "answered")


def test_a_stream_says_what_a_whole_answer_says(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(model="mini", messages=HELLO, max_tokens=12)
    options: Any = {"include_usage": True}
    with client.chat.completions.create(
        model="mini", messages=HELLO, max_tokens=12, stream=True, stream_options=options
    ) as stream:
        chunks = list(stream)
    said = "".join(each.choices[0].delta.content or "" for each in chunks if each.choices)
    assert said == whole.choices[0].message.content
    assert chunks[-1].usage == whole.usage


def test_an_answer_is_spoken_whole_and_as_it_comes(client: openai.OpenAI) -> None:
    asking: Any = {"model": "local/tiny", "messages": asked(sound(wav(TONE, 16_000))), "max_tokens": 6}
    whole = client.chat.completions.create(**asking, **ALOUD)
    spoken = whole.choices[0].message.audio
    assert spoken is not None
    assert whole.choices[0].message.content is None
    pieces, said = [], ""
    with client.chat.completions.create(**asking, **ALOUD, stream=True) as stream:
        for chunk in stream:
            audio = chunk.choices[0].delta.audio
            pieces.append(base64.b64decode((audio and audio.data) or ""))
            said += (audio and audio.transcript) or ""
    assert said == spoken.transcript
    assert b"".join(pieces) == base64.b64decode(spoken.data)
    assert len(spoken.data) > 100
    assert whole.usage is not None
    assert whole.usage.prompt_tokens_details is not None
    assert whole.usage.completion_tokens_details is not None
    assert whole.usage.prompt_tokens_details.audio_tokens == 25
    assert (whole.usage.completion_tokens_details.audio_tokens or 0) > 0


def test_sounds_are_written_down_in_three_forms(client: openai.OpenAI) -> None:
    file = ("said.wav", wav(TONE, 16_000), "audio/wav")
    heard = client.audio.transcriptions.create(model="local/tiny", file=file)
    text: Any = client.audio.transcriptions.create(model="local/tiny", file=file, response_format="text")
    more = client.audio.transcriptions.create(model="local/tiny", file=file, response_format="verbose_json")
    assert text == heard.text + "\n"
    assert (more.text, float(more.duration)) == (heard.text, 1.0)


def test_text_is_read_aloud(client: openai.OpenAI) -> None:
    said: Any = {"model": "local/tiny", "voice": "alloy", "input": "one, two."}
    whole = client.audio.speech.create(**said, response_format="wav")
    assert whole.response.headers["content-type"] == "audio/wav"
    assert len(decode(whole.content).samples) > 0
    with client.audio.speech.with_streaming_response.create(**said, response_format="pcm") as pieces:
        assert b"".join(pieces.iter_bytes()) == whole.content[44:]


def test_whoever_leaves_frees_the_engine(client: openai.OpenAI, gateway: Gateway) -> None:
    long: Any = {"model": "local/tiny", "messages": HELLO, "max_tokens": 384, "stream": True}
    for _ in range(30):  # more than may wait, were they not stopped
        stream = client.chat.completions.create(**long, **ALOUD)
        next(iter(stream))
        stream.close()
    until(lambda: [row for row in gateway.rows() if row["outcome"] == "cancelled"])
    assert client.chat.completions.create(model="local/tiny", messages=HELLO, max_tokens=2).choices


HOSTILE: dict[str, tuple[Any, str]] = {
    "base64": (asked({"type": "input_audio", "input_audio": {"data": "?!", "format": "wav"}}), "base64"),
    "no sound": (asked(sound(bytes(1_000_000))), "no kind that is known"),
    "no picture": (asked(picture(b"GIF or so")), "no kind that is known"),
    "bomb": (asked(picture(png(60_000, 60_000, bytes(1_000)))), "60000 by 60000"),
    "cut": (asked(picture(png(64, 64, bytes(100)))), "100 bytes of pixels"),
    "link": (asked({"type": "image_url", "image_url": {"url": "http://127.0.0.1/x.png"}}), "nothing is fetched"),
    "too long": ([{"role": "user", "content": "word " * 9_000}], "conversation is full"),
    "answered": ([*HELLO, {"role": "assistant", "content": "Yes."}], "role 'user'"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_answered_is_refused_in_words(client: openai.OpenAI, name: str) -> None:
    messages, words = HOSTILE[name]
    with pytest.raises(openai.BadRequestError, match=words):
        client.chat.completions.create(model="local/tiny", messages=messages, max_tokens=2)


def test_ten_megabytes_of_silence_and_one_pixel_are_answered(client: openai.OpenAI) -> None:
    zeros = io.BytesIO(wav(np.zeros(5_000_000, np.float32), 48_000)).getvalue()
    done = client.chat.completions.create(model="local/tiny", messages=asked(sound(zeros)), max_tokens=2)
    assert done.choices[0].message.content is not None
    small = asked(picture(png(1, 1, b"\0\xff\0\0")), {"type": "text", "text": "what colour?"})
    assert client.chat.completions.create(model="local/tiny", messages=small, max_tokens=2).choices


@pytest.mark.parametrize("more", [{"n": 2}, {"tools": [{"type": "function"}]}, {"nonsense": 1}], ids=str)
def test_parameters_that_would_deceive_are_refused(client: openai.OpenAI, more: dict[str, Any]) -> None:
    with pytest.raises(openai.BadRequestError, match=next(iter(more))):
        client.chat.completions.create(model="local/tiny", messages=HELLO, extra_body=more)


def test_a_model_that_no_file_has_is_not_found(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="tiny"):
        client.chat.completions.create(model="local/large", messages=HELLO)


def test_a_gateway_without_its_weights_does_not_start_and_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "outlast.toml").write_text(TABLES, encoding="utf-8")
    done = outlast_process(tmp_path, "serve", "--port", "0")
    assert (done.code, done.out) == (2, "")
    assert "one.weights" in done.err
    assert "take `file` out" in done.err


def test_opening_providers_does_not_load_numpy_for_those_that_have_no_use_of_it() -> None:
    asked = "import sys, outlast.providers.factory; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "False\n"
