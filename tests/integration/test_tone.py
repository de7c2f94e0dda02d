"""``outlast tone`` as a person or a program uses it."""

import json
from pathlib import Path

import pytest

from outlast.cli.app import run
from outlast.tone.feature import NAMES

CHAT = {
    "messages": [
        {"role": "user", "content": "Hi!"},
        {"role": "assistant", "content": "Great question! Would you like me to go on?"},
        {"role": "user", "content": "Yes"},
        {"role": "assistant", "content": [{"type": "text", "text": "It is done."}]},
    ]
}


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    file = tmp_path / "chat.jsonl"
    file.write_text(f"{json.dumps(CHAT)}\n\n{json.dumps({'text': 'It is done!'})}\n", encoding="utf-8")
    return file


def shown(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str, str]:
    code = run(["tone", *map(str, words)])
    out = capsys.readouterr()
    return code, out.out, out.err


def test_a_profile_names_every_feature(chat: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = shown(capsys, chat, "--format", "json")
    [document] = json.loads(out)
    assert (code, document["turns"], document["conversations"]) == (0, 3, 2)
    lines = {line["feature"]: line for line in document["lines"]}
    assert tuple(lines) == NAMES
    assert lines["praise"]["mean"] == 0.25
    assert lines["formal_address"]["mean"] is None
    assert "one form" in lines["formal_address"]["why_not"]


@pytest.mark.parametrize(("by", "groups"), [("file", 1), ("conversation", 2), ("turn", 3)])
def test_profiles_by_what_is_asked_for(chat: Path, by: str, groups: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(json.loads(shown(capsys, "--by", by, chat, "--format", "json")[1])) == groups


def test_a_difference_is_told_with_its_bar_and_what_is_not_measured(
    chat: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.md"
    other.write_text("# Hi\n\n- Great question! \U0001f600\n", encoding="utf-8")
    code, out, err = shown(capsys, "diff", chat, other)
    assert code == 0
    [emoji] = [line for line in out.splitlines() if line.startswith("emoji")]
    assert "+40.00" in emoji
    assert emoji.count("#") == 9
    assert ">" in emoji
    assert "formal_address: English has one form of address" in err
    features = json.loads(shown(capsys, "diff", chat, other, "--format", "json")[1])["features"]
    assert [each["feature"] for each in features] == list(NAMES)


SAID = {"choices": [{"message": {"role": "assistant", "content": "Great question!"}}]}


@pytest.mark.parametrize(
    "line",
    [
        SAID,
        {"custom_id": "1", "response": {"status_code": 200, "body": SAID}},
        {"request": {"messages": [{"role": "user", "content": "a"}]}, "response": SAID},
        {"text": "Great question!", "conversation": 7, "turn": 2},
    ],
)
def test_the_shapes_of_a_transcript(line: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "without a suffix"
    file.write_text(json.dumps(line), encoding="utf-8")
    [document] = json.loads(shown(capsys, file, "--format", "json", "--language", "en")[1])
    assert document["turns"] == 1
    assert document["lines"][NAMES.index("praise")]["mean"] == 1


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b'{"text": "a"}\n{"messages": 1}\n', "line 2"),
        (b'{"text": "a"}\n\n{"other": 1}\n', 'line 3: no transcript; a line has "messages"'),
        (b'{"text": "\xff"}\n', "line 1"),
        (b'{"text": ' + b"[" * 100_000, "line 1"),
        (b"", "no turn of an assistant"),
    ],
)
def test_a_line_at_fault_is_named_with_its_file(
    raw: bytes, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_bytes(raw)
    code, out, err = shown(capsys, file)
    assert (code, out) == (2, "")
    assert "bad.jsonl" in err
    assert message in err
    assert "Traceback" not in err


def test_a_page_of_bytes_that_are_no_text_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "page.txt"
    file.write_bytes(b"Great question! \xff\xfe \x1b[31m\x00 It is.")
    assert shown(capsys, file)[0] == 0


def test_what_a_terminal_would_obey_is_shown_and_not_sent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "x.jsonl"
    file.write_text(json.dumps({"text": "It is.", "conversation": "\x1b[31m\u202e|<b>"}), encoding="utf-8")
    for form in ("text", "markdown"):
        out = shown(capsys, "--by", "conversation", file, "--format", form)[1]
        assert "\x1b" not in out
        assert "\u202e" not in out
        assert form == "text" or "<b>" not in out.replace("\\<b\\>", "")


@pytest.mark.slow
def test_a_line_of_ten_megabytes_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "long.jsonl"
    file.write_text(json.dumps({"text": "a" * 10_000_000}), encoding="utf-8")
    assert shown(capsys, file)[0] == 0
