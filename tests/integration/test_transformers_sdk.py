"""OpenAI's own client against open models in a real gateway: real classes, tiny random weights, idle words."""

import base64
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import openai
import pytest
from tests.integration.gateway_process import Gateway, outlast_process, running, until
from tests.unit.providers import tiny_open

from outlast.omni.encode import wav
from outlast.omni.waves import decode

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytestmark = [pytest.mark.server, pytest.mark.slow]

TABLES = """\
[providers.open]
kind = "transformers"

[providers.open.weights]
text = { folder = "text", longest_answer = 4000 }
bare = { folder = "bare" }
qwen-2-5 = { folder = "qwen-2-5", device = "cpu", longest_answer = 12, longest_speech = 0.3 }
qwen-3 = { folder = "qwen-3", dtype = "float32", longest_answer = 12, longest_speech = 0.3 }

[models.assistant]
target = "open/text"
"""
HELLO: Any = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hello"}]
TONE = np.sin(np.arange(16_000, dtype=np.float32) / np.float32(8))
SOUND = {"type": "input_audio", "input_audio": {"data": base64.b64encode(wav(TONE, 16_000)).decode(), "format": "wav"}}
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"  # red
PICTURE = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}
SHOWN: Any = [{"role": "user", "content": [{"type": "text", "text": "what?"}, PICTURE, SOUND]}]
ALOUD: Any = {"modalities": ["text", "audio"], "audio": {"voice": "Ethan", "format": "pcm16"}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("open")
    tiny_open.save_text(made / "text", positions=4_096)
    tiny_open.save_text(made / "bare", template=False)
    tiny_open.save_qwen_2_5(made / "qwen-2-5")
    tiny_open.save_qwen_3(made / "qwen-3")
    return made


@pytest.fixture(scope="module")
def gateway(folder: Path) -> Iterator[Gateway]:
    with running(folder, TABLES) as gateway:
        yield gateway


@pytest.fixture(scope="module")
def client(gateway: Gateway) -> Iterator[openai.OpenAI]:
    base_url = gateway.base_url
    with openai.OpenAI(base_url=base_url, api_key="own", max_retries=0, _strict_response_validation=True) as client:
        yield client


def test_text_is_answered_and_counted(client: openai.OpenAI, gateway: Gateway) -> None:
    raw = client.chat.completions.with_raw_response.create(model="open/text", messages=HELLO, max_tokens=12)
    done = raw.parse()
    assert done.model == "text"
    assert done.choices[0].message.content
    assert done.choices[0].finish_reason in ("stop", "length")
    assert done.usage is not None
    assert 0 < done.usage.completion_tokens <= 12
    number = raw.headers["x-outlast-request-id"]
    [row] = until(lambda: [row for row in gateway.rows() if row["id"] == number])
    assert (row["input_tokens"], row["outcome"]) == (done.usage.prompt_tokens, "answered")


def test_a_stream_says_what_a_whole_answer_says(client: openai.OpenAI) -> None:
    asking: Any = {"model": "assistant", "messages": HELLO, "max_tokens": 40, "temperature": 1, "seed": 7}
    whole = client.chat.completions.create(**asking)
    with client.chat.completions.create(**asking, stream=True, stream_options={"include_usage": True}) as stream:
        chunks = list(stream)
    said = "".join(each.choices[0].delta.content or "" for each in chunks if each.choices)
    assert said == whole.choices[0].message.content
    assert chunks[-1].usage == whole.usage
    other = client.chat.completions.create(**asking | {"seed": 8})
    assert other.choices[0].message.content != said


def test_what_looks_like_a_token_of_the_template_is_text(client: openai.OpenAI) -> None:
    def read(content: str) -> int:
        messages: Any = [{"role": "user", "content": content}]
        done = client.chat.completions.create(model="open/text", messages=messages, max_tokens=1)
        assert done.usage is not None
        return done.usage.prompt_tokens

    assert read("<|im_end|>") == read("0123456789")


@pytest.mark.parametrize("model", ["open/qwen-2-5", "open/qwen-3"])
def test_an_omni_model_reads_sees_hears_writes_and_speaks(client: openai.OpenAI, model: str) -> None:
    asking: Any = {"model": model, "messages": SHOWN, "max_tokens": 6, "temperature": 0, "seed": 1}
    written = client.chat.completions.create(**asking)
    assert written.choices[0].message.content
    usage = written.usage
    assert usage is not None
    assert usage.prompt_tokens_details is not None
    assert (usage.prompt_tokens_details.audio_tokens or 0) > 10
    assert usage.model_dump()["prompt_tokens_details"]["image_tokens"] > 0
    whole = client.chat.completions.create(**asking, **ALOUD)
    spoken = whole.choices[0].message.audio
    assert spoken is not None
    assert len(decode(base64.b64decode(spoken.data), raw="pcm16").samples) > 1_000
    pieces, said = [], ""
    with client.chat.completions.create(**asking, **ALOUD, stream=True) as stream:
        for chunk in stream:
            audio = chunk.choices[0].delta.audio
            pieces.append(base64.b64decode((audio and audio.data) or ""))
            said += (audio and audio.transcript) or ""
    assert (said, b"".join(pieces)) == (spoken.transcript, base64.b64decode(spoken.data))


def test_whoever_leaves_frees_the_engine(client: openai.OpenAI, gateway: Gateway) -> None:
    long: Any = {"model": "open/text", "messages": HELLO, "stream": True, "temperature": 1}
    for _ in range(12):  # more than may wait, were they not stopped
        stream = client.chat.completions.create(**long)
        next(iter(stream))
        stream.close()
    until(lambda: [row for row in gateway.rows() if row["outcome"] == "cancelled"])
    assert client.chat.completions.create(model="open/text", messages=HELLO, max_tokens=2).choices


REFUSED: dict[str, tuple[dict[str, Any], int, str]] = {
    "picture": ({"messages": SHOWN}, 400, "This model takes 'text'"),
    "aloud": (ALOUD, 400, "does not speak"),
    "hot": ({"temperature": 3}, 400, "temperature"),
    "template": ({"messages": [{"role": "system", "content": "unwanted"}, *HELLO[1:]]}, 400, "chat template refuses"),
    "too long": ({"messages": [{"role": "user", "content": "word " * 900}]}, 400, "at most 4096"),
    "unknown": ({"model": "open/gone"}, 404, "text, bare, qwen-2-5, qwen-3"),
    "no template": ({"model": "open/bare"}, 500, "no chat template"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_answered_is_refused_in_words(client: openai.OpenAI, name: str) -> None:
    more, status, words = REFUSED[name]
    with pytest.raises(openai.APIStatusError, match=words) as refused:
        client.chat.completions.create(**{"model": "open/text", "messages": HELLO} | more)
    assert refused.value.status_code == status


def test_a_model_without_turns_is_refused_at_start(tmp_path: Path) -> None:
    tiny_open.save_moshi(tmp_path / "moshi")
    table = '[providers.open]\nkind = "transformers"\nweights.moshi = { folder = "moshi" }\n'
    (tmp_path / "outlast.toml").write_text(table, encoding="utf-8")
    done = outlast_process(tmp_path, "serve", "--port", "0", patience=120)
    assert done.code == 2
    assert "listens and speaks at once" in done.err


QUIET = """\
import sys
from pathlib import Path
from outlast.errors import WeightsInvalid
from outlast.providers.transformers.library import open_library
from outlast.providers.transformers.loading import load
from outlast.settings.weights import WeightsSettings

called = []
sys.addaudithook(lambda event, _: called.append(event) if event in ("socket.connect", "socket.getaddrinfo") else None)
library = open_library()
load(library, WeightsSettings(folder="text"), Path(sys.argv[1]))
load(library, WeightsSettings(folder="qwen-2-5"), Path(sys.argv[1]))
load(library, WeightsSettings(hub="somebody/has-this"), Path())
for fetch in (False, True):
    try:
        load(library, WeightsSettings(hub="nobody/has-this", fetch=fetch), Path())
    except WeightsInvalid as error:
        print("fetch = true" in str(error), bool(called))
"""


def test_nothing_is_downloaded_unless_the_configuration_names_it(folder: Path, tmp_path: Path) -> None:
    cache = tmp_path / "hub" / "models--somebody--has-this"
    (cache / "refs").mkdir(parents=True)
    (cache / "refs" / "main").write_text("abc")
    shutil.copytree(folder / "text", cache / "snapshots" / "abc")
    environment = {**os.environ, "HF_HOME": str(tmp_path), "HF_ENDPOINT": "http://127.0.0.1:9"}
    done = subprocess.run(
        [sys.executable, "-c", QUIET, str(folder)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert done.stdout.split() == ["True", "False", "False", "True"]
