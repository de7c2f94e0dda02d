"""The log of a running gateway: one line a call, and nothing that waits for whoever reads it."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from tests.integration.gateway_process import CHAT, LIVING, SCRIPTED, Gateway, calling, running, until

JSON_LOG = SCRIPTED + "\n[log]\ncalls = true\n"
TEXT_LOG = JSON_LOG + 'format = "text"\n'
TRACE = "0af7651916cd43dd8448eb211c80319c"
PROMPT = "nobody-else-reads-this"
THEIR_KEY = "sk-proj-very-secret"

pytestmark = pytest.mark.server


def asked(gateway: Gateway, **more: object) -> str:
    """One call with everything in it that a log may not say; its id."""
    body = {"model": LIVING, "messages": [{"role": "user", "content": PROMPT}], **more}
    headers = {"authorization": f"Bearer {THEIR_KEY}", "traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
    return gateway.ask("POST", CHAT, json.dumps(body).encode(), headers).id


def lines(gateway: Gateway, number: int) -> list[dict[str, Any]]:
    """The log's lines of calls, when there are so many."""
    until(lambda: gateway.said.count('"event":"call"') >= number)
    return [json.loads(line) for line in gateway.said.splitlines() if line.startswith("{")]


def test_every_call_is_one_line_without_its_body_its_key_or_its_headers(tmp_path: Path) -> None:
    with running(tmp_path, JSON_LOG) as gateway:
        ids = [asked(gateway), asked(gateway, stream=True), asked(gateway, model='no "such" model')]
        found = lines(gateway, 3)
    assert [line["id"] for line in found] == ids
    assert [(line["status"], line["outcome"], line["attempts"]) for line in found] == [
        (200, "answered", 1),
        (200, "answered", 1),
        (404, "refused", 0),
    ]
    assert [line["requested"] for line in found] == [LIVING, LIVING, 'no "such" model']
    assert {line["trace_id"] for line in found} == {TRACE}
    assert found[1]["streamed"]
    assert found[0]["total_ms"] >= found[0]["first_byte_ms"] > 0
    for secret in (PROMPT, THEIR_KEY, THEIR_KEY[:10], "b7ad6b7169203331"):
        assert secret not in gateway.said


def test_people_get_words(tmp_path: Path) -> None:
    with running(tmp_path, TEXT_LOG) as gateway:
        found = asked(gateway)
        [line] = until(lambda: [line for line in gateway.said.splitlines() if found in line])
    assert f" {found} 200 answered {LIVING} -> {LIVING} (target) " in line


def test_what_is_still_gathered_is_written_at_the_end(tmp_path: Path) -> None:
    with running(tmp_path, JSON_LOG) as gateway:
        ids = [asked(gateway) for _ in range(5)]
        assert gateway.stop() == 0
        assert [line["id"] for line in lines(gateway, 0)] == ids


def test_without_the_word_no_call_is_logged(tmp_path: Path) -> None:
    with running(tmp_path, SCRIPTED) as gateway:
        asked(gateway)
        gateway.stop()
        assert gateway.said == ""


@pytest.mark.fault("nobody reads the log")
def test_a_log_that_nobody_reads_holds_up_no_call(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "stderr")
    reader = os.open(tmp_path / "stderr", os.O_RDONLY | os.O_NONBLOCK)
    with running(tmp_path, JSON_LOG) as gateway, calling(gateway.address) as caller:
        for _ in range(400):  # some 150 of their lines fill the pipe
            assert caller.chat(LIVING).status == 200
        gateway.signal(signal.SIGTERM)
        assert gateway.ended() == 0
    os.close(reader)


@pytest.mark.fault("the log's reader is gone")
def test_a_log_whose_reader_is_gone_fails_no_call(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "stderr")
    reader = os.open(tmp_path / "stderr", os.O_RDONLY | os.O_NONBLOCK)
    with running(tmp_path, JSON_LOG) as gateway, calling(gateway.address) as caller:
        os.close(reader)
        for _ in range(20):
            assert caller.chat(LIVING).status == 200
        gateway.signal(signal.SIGTERM)
        assert gateway.ended() == 0
