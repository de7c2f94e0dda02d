"""From a caller's words to a verdict's evidence, through real processes: serve, call, capture, replay, and a kill."""

import datetime as dt
import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from anthropic import Anthropic
from anthropic.types import MessageParam
from google import genai
from google.genai import types
from openai import OpenAI
from tests.integration.conftest import Serve
from tests.integration.gateway_process import LIVING, SCRIPTED, Gateway, outlast, until

from outlast.dialects.said import Said
from outlast.evidence.store import EvidenceStore
from outlast.providers.script.profile import load_profiles
from outlast.replay.ports import DrawKey
from outlast.testing.upstream import in_thread, playing, simulated

pytestmark = pytest.mark.server

RECORDING = SCRIPTED + f'[models.support]\ntarget = "{LIVING}"\nrecord = "full"\n[redaction]\nnames = ["Ada Bell"]\n'


def called(gateway: Gateway, count: int) -> None:
    client = OpenAI(base_url=gateway.base_url, api_key="any", max_retries=0)
    with client:
        for number in range(count):
            text = f"Question {number} of Ada Bell, reach me at ada{number}@example.org. Is {number} even?"
            client.chat.completions.create(
                model="support", messages=[{"role": "user", "content": text}], user=f"person {number % 2}@example.org"
            )
    until(lambda: len(gateway.rows()) >= count)


@pytest.mark.slow
@pytest.mark.parametrize("stopped", [False, True], ids=["while it runs", "after it stopped"])
def test_what_was_called_is_captured_redacted_and_replayed(serve: Serve, *, stopped: bool) -> None:
    gateway = serve(RECORDING)
    called(gateway, 6)
    if stopped:
        gateway.stop()
    captured = gateway.outlast("capture", "support", "--pairs", "4", "--format", "json")
    assert captured.code == 0, captured.err
    assert captured.document["answers"] == captured.document["wanted"] == 8
    assert "6 new requests" in captured.err
    with closing(EvidenceStore(gateway.folder / "outlast.evidence.db")) as store:
        items = list(store.items("support"))
        drawn = [store.draw(DrawKey(item.id, LIVING, 1)) for item in items]
    assert len(items) == 6
    assert sum(draw is not None and isinstance(draw.said, Said) for draw in drawn) == 4
    assert len({item.cluster for item in items}) == 2
    kept = b"".join(path.read_bytes() for path in gateway.folder.glob("outlast.evidence.db*"))
    for personal in (b"@example.org", b"Ada Bell", b"person 0"):
        assert personal not in kept
    assert b"[name 1]" in kept
    again = gateway.outlast("capture", "support", "--pairs", "4", "--format", "json")
    assert (again.code, again.document["spent_usd"]) == (0, 0)
    replayed = gateway.outlast(
        "replay", "support", "--to", "openai/simulated-warm", "--sample", "4", "--format", "json"
    )
    assert replayed.code in (0, 1, 3), replayed.err
    assert replayed.document


def called_in_every_dialect(gateway: Gateway) -> None:
    """One call by each client, streamed where it is handy, and one that holds no conversation."""
    words = "Ada Bell asks: is {} even?"
    with OpenAI(base_url=gateway.base_url, api_key="any", max_retries=0) as client:
        client.responses.create(model="support", input=words.format(1), instructions="Be brief.")
        client.completions.create(model="support", prompt=words.format(2))
        client.embeddings.create(model="support", input=words.format(3))
        first = client.responses.create(model="support", input=words.format(4))
        client.responses.create(model="support", input="And 5?", previous_response_id=first.id)
    with Anthropic(base_url=gateway.address, api_key="any", max_retries=0) as other:
        message: MessageParam = {"role": "user", "content": words.format(6)}
        more = {"top_k": 3}
        with other.messages.stream(model="support", max_tokens=50, messages=[message], extra_body=more) as stream:
            stream.until_done()
    with genai.Client(api_key="any", http_options=types.HttpOptions(base_url=gateway.address)) as google:
        for _ in google.models.generate_content_stream(model="support", contents=words.format(7)):
            pass
    until(lambda: len(gateway.rows()) >= 7)


@pytest.mark.slow
def test_what_clients_of_every_dialect_called_is_captured_and_the_rest_is_counted(serve: Serve) -> None:
    gateway = serve(RECORDING)
    called_in_every_dialect(gateway)
    captured = gateway.outlast("capture", "support", "--format", "json")
    assert captured.code == 0, captured.err
    assert captured.document["answers"] == captured.document["wanted"] == 10
    assert "5 new requests" in captured.err
    assert "no conversation: it was sent to /v1/embeddings" in captured.err
    assert "previous_response_id stands for words that are not in it" in captured.err
    assert "asked without top_k, which a chat cannot say: 1" in captured.err
    with closing(EvidenceStore(gateway.folder / "outlast.evidence.db")) as store:
        items = list(store.items("support"))
    assert sorted(item.last_user for item in items) == [f"[name 1] asks: is {n} even?" for n in (1, 2, 4, 6, 7)]
    assert [item.lost for item in items if item.lost] == [("top_k",)]
    assert all(item.recorded is not None for item in items)


@pytest.mark.slow
@pytest.mark.fault("a capture is killed and started again")
def test_a_capture_that_was_killed_goes_on_and_pays_nothing_twice(tmp_path: Path) -> None:
    (tmp_path / "profiles.toml").write_text('[models."simulated-terse"]\nper_token = 0.002\n', encoding="utf-8")
    paced = simulated("openai", dt.date(2026, 11, 23), load_profiles(tmp_path / "profiles.toml"))
    with in_thread(playing(paced)) as provider:
        (tmp_path / "outlast.toml").write_text(
            f'[providers.openai]\nkind = "openai"\nbase_url = "{provider.base_url}"\napi_key = "sk-any"\n'
            f'[models.support]\ntarget = "{LIVING}"\n',
            encoding="utf-8",
        )
        lines = [{"model": "gpt-4o", "messages": [{"role": "user", "content": f"Number {n}"}]} for n in range(60)]
        (tmp_path / "asked.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        assert outlast("import", str(tmp_path / "asked.jsonl"), "--as", "support", *config(tmp_path)).code == 0
        command = [sys.executable, "-m", "outlast", "capture", "support", "--pairs", "60", "--concurrency", "4"]
        with subprocess.Popen(
            [*command, *config(tmp_path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as run:
            until(lambda: kept(tmp_path) >= 20)
            run.kill()
        before = kept(tmp_path)
        done = outlast(
            "capture", "support", "--pairs", "60", "--concurrency", "4", "--format", "json", *config(tmp_path)
        )
        report = done.document
        asked = [json.loads(each.body)["messages"][0]["content"] for each in provider.received]
    assert done.code == (3 if report["lost"] else 0)
    assert report["lost"] <= 4
    assert report["answers"] + report["lost"] == 120
    assert before < 120
    assert len(asked) <= 120, "an answer was asked for a third time"
    assert all(asked.count(f"Number {n}") <= 2 for n in range(60))


def config(folder: Path) -> tuple[str, str]:
    return ("--config", str(folder / "outlast.toml"))


def kept(folder: Path) -> int:
    """Answers that have reached the disk."""
    if not (folder / "outlast.evidence.db").exists():
        return 0
    with closing(sqlite3.connect(f"file:{folder / 'outlast.evidence.db'}?mode=ro", uri=True)) as database:
        (count,) = database.execute("SELECT count(*) FROM draws WHERE draw IS NOT NULL").fetchone()
    return int(count)
