"""``outlast models diff`` with requests: what a move would do to them, and the exit code that says so."""

import contextlib
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from outlast.cli.app import run
from outlast.exchange import Exchange
from outlast.ledger.recorder import open_recorder

USER = {"role": "user", "content": "Hello"}
PLAIN = {"model": "gpt-4o", "messages": [USER]}
COLD = PLAIN | {"temperature": 0.2}
MOVE = ("models", "diff", "openai/gpt-4o", "openai/gpt-5.1-chat-latest")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    with contextlib.chdir(tmp_path):
        yield tmp_path


def told(capsys: pytest.CaptureFixture[str], *arguments: str, exits: int) -> tuple[str, str]:
    assert run(list(arguments)) == exits
    printed = capsys.readouterr()
    return printed.out, printed.err


def document(capsys: pytest.CaptureFixture[str], *arguments: str, exits: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(told(capsys, *arguments, "--format", "json", exits=exits)[0])
    return found


def write(name: str, *lines: object) -> str:
    Path(name).write_text("".join(json.dumps(line) + "\n" for line in lines))
    return name


def test_a_request_that_needs_nothing_is_exit_0(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = told(capsys, *MOVE, "--request", write("r.json", PLAIN), exits=0)
    assert out == "1 request: needs no change\n"


def test_a_request_that_breaks_is_exit_1_and_says_by_which_rule(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = told(capsys, *MOVE, "--request", write("r.json", COLD), exits=1)
    assert "sampling-dropped" in out
    assert "1 request: 1 would be refused, lose something or change" in out


def test_traffic_may_be_bare_recorded_or_a_batch(capsys: pytest.CaptureFixture[str]) -> None:
    recorded = {"uri": "https://api.openai.com/v1/chat/completions", "request": COLD, "status": 200}
    batch = {"custom_id": "1", "method": "POST", "url": "/v1/responses", "body": {"input": "x", "top_p": 0.2}}
    traffic = write("t.jsonl", PLAIN, recorded, batch, {"file": "?"})
    found = document(capsys, *MOVE, "--traffic", traffic, exits=1)
    assert (found["requests"], found["breaking"], found["unread"]["requests"]) == (3, 2, 1)
    assert found["unread"]["first"].startswith("t.jsonl:4: ")
    assert [(row["what"], row["done"], row["requests"]) for row in found["rows"]] == [
        ("sampling-dropped", "changed", 2)
    ]
    assert found["rows"][0].keys() == {"what", "done", "requests", "why", "breaks", "source", "date"}


def test_a_move_to_another_dialect_names_what_is_lost(capsys: pytest.CaptureFixture[str]) -> None:
    move = ("models", "diff", "openai/gpt-4o", "anthropic/claude-opus-5-5")
    request = write("r.json", PLAIN | {"logit_bias": {"1": 2}})
    found = document(capsys, *move, "--request", request, exits=1)
    assert found["routes"] == [{"from": "chat", "to": "anthropic", "requests": 1}]
    assert ("logit_bias", "lost") in [(row["what"], row["done"]) for row in found["rows"]]
    assert "translated from chat to anthropic" in told(capsys, *move, "--request", request, exits=1)[1]


def test_embeddings_are_told_that_vectors_never_compare(capsys: pytest.CaptureFixture[str]) -> None:
    move = ("models", "diff", "openai/text-embedding-3-small", "openai/text-embedding-3-large")
    request = write("r.json", {"uri": "/v1/embeddings", "request": {"model": "m", "input": "x"}})
    assert "embedded again" in told(capsys, *move, "--request", request, exits=0)[1]


def test_what_was_recorded_of_a_name_is_judged(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recorder = open_recorder("sqlite:///kept.db", folder, segment_size=64 << 10)
    for number, (name, day, body) in enumerate(
        [("assistant", 16, PLAIN), ("assistant", 18, COLD), ("other", 18, COLD), ("assistant", 19, None)]
    ):
        started = int(dt.datetime(2026, 2, day, tzinfo=dt.UTC).timestamp()) * 10**9
        kept = None if body is None else json.dumps(body).encode()
        recorder.append(
            Exchange(
                id=f"req_{number}", started_ns=started, requested=name, virtual=True, status=200,
                keep="metadata" if kept is None else "full", request_body=kept,
            )
        )  # fmt: skip
    recorder.close()
    Path("outlast.toml").write_text(
        '[server]\ndatabase = "sqlite:///kept.db"\n[providers.openai]\nkind = "openai"\nbase_url = "http://127.0.0.1:1/v1"\n'
        '[models.assistant]\ntarget = "openai/gpt-4o"\n'
    )
    move = ("models", "diff", "assistant", "openai/gpt-5.1-chat-latest", "--recorded")
    found = document(capsys, *move, exits=1)
    assert (found["requests"], found["breaking"]) == (2, 1)
    assert document(capsys, *move, "--since", "2026-02-17", exits=1)["requests"] == 1
    _, error = told(capsys, *move, "--since", "2026-02-19", exits=2)
    assert 'record = "full"' in error


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--request", "a", "--recorded"), "name one of them"),
        (("--since", "2026-02-17"), "goes with --recorded"),
        (("--request", "absent.json"), "absent.json cannot be read"),
        (("--traffic", "empty.jsonl"), "no request was found"),
        (("--request", "empty.jsonl"), "none of 1 requests can be read"),
    ],
)
def test_without_requests_it_is_a_usage_error(
    arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("empty.jsonl").write_text("\n")
    assert said in told(capsys, *MOVE, *arguments, exits=2)[1]


def test_any_bytes_are_a_clear_error(capsys: pytest.CaptureFixture[str]) -> None:
    for content in (b"\xff\xfe", b"[" * 5000, b'{"request": 5}', b"null", b'{"uri": "\\ud800", "request": {}}'):
        Path("odd.json").write_bytes(content)
        assert "can be read" in told(capsys, *MOVE, "--request", "odd.json", exits=2)[1]
