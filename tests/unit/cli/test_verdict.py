"""``outlast verdict`` as a person or a program uses it."""

import io
import json
from pathlib import Path

import pytest

from outlast.cli.app import run

GOOD = '{"id":"r","a":1,"b":1}\n'
WORSE = '{"id":"r","a":1,"b":0}\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "pairs.jsonl"


def judged(
    capsys: pytest.CaptureFixture[str], file: Path, text: str, *arguments: str, margin: str = "5%"
) -> tuple[int, str, str]:
    file.write_text(text, encoding="utf-8")
    code = run(["verdict", str(file), "--margin", margin, *arguments])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


CASES = {"PASS": (GOOD * 60, 0), "FAIL": (GOOD * 30 + WORSE * 30, 1), "NOT YET": (GOOD * 20, 3)}


@pytest.mark.parametrize("word", CASES)
def test_the_exit_code_and_the_first_word_are_the_verdict(
    word: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, expected = CASES[word]
    code, out, _ = judged(capsys, file, text)
    assert code == expected
    assert out.startswith(f"{word} ")
    assert judged(capsys, file, text, "--format", "json")[0] == expected


def test_json_has_exactly_the_agreed_keys(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = judged(capsys, file, GOOD * 20, "--format", "json")
    document = json.loads(out)
    assert list(document) == [
        "verdict", "estimate", "lower", "upper", "margin", "n", "clusters", "discordant", "method", "needed",
    ]  # fmt: skip
    assert (code, err) == (3, "")
    assert document["needed"] == 59
    assert (document["margin"], document["n"], document["clusters"], document["discordant"]) == (0.05, 20, 20, 0)


def test_a_pass_is_told_in_the_agreed_words_and_never_as_equal(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = judged(capsys, file, GOOD * 60)
    assert "not shown worse than the incumbent by more than 5 points on your 60 prompts (95 %)" in out
    assert not any(claim in out for claim in ("equivalent", "as good", "equal"))


def test_not_yet_says_how_many_more(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, _, err = judged(capsys, file, GOOD * 20)
    assert "39 more pairs (59 in all)" in err
    assert judged(capsys, file, GOOD * 20, "--quiet")[2] == ""
    assert "unlikely" in judged(capsys, file, GOOD * 20 + WORSE * 2)[2]
    assert "No pair was answered" in judged(capsys, file, '{"a":1,"b":null}\n' * 5)[2]


def test_a_share_and_a_percentage_are_the_same_margin(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answers = [judged(capsys, file, GOOD * 60, "--format", "json", margin=text) for text in ("0.05", "5%", "5.0 %")]
    assert answers[0] == answers[1] == answers[2]


def test_a_percentage_of_scores_is_of_their_range(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = '{"a":3,"b":3.1}\n' * 200
    shown = judged(capsys, file, text, "--range", "1:5", "--format", "json")[1]
    assert json.loads(shown)["margin"] == pytest.approx(0.2)


def test_alpha_is_the_level_of_both_bounds(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = judged(capsys, file, GOOD * 60, "--alpha", "0.01")
    assert code == 3
    assert "(99 %)" in out


def test_rows_are_read_from_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO((GOOD * 60).encode())))
    assert run(["verdict", "-", "--margin", "5%"]) == 0
    assert capsys.readouterr().out.startswith("PASS")


MISTAKES = {
    "no rows": ("\n\n", (), "no rows"),
    "a malformed row": (GOOD * 2 + '{"a":1}\n', (), "line 3"),
    "a score without a range": ('{"a":0.5,"b":1}\n', (), "--range"),
    "a margin that is none": (GOOD, ("--margin", "some"), "'some' is no margin"),
    "a margin of everything": (GOOD, ("--margin", "100%"), "margin"),
    "a margin that is no number": (GOOD, ("--margin", "nan"), "margin"),
    "a range upside down": (GOOD, ("--range", "1:0"), "lowest first"),
    "an alpha over a half": (GOOD, ("--alpha", "0.7"), "alpha"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_one_line_and_exit_code_2(case: str, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text, arguments, said = MISTAKES[case]
    code, out, err = judged(capsys, file, text, *arguments)
    assert (code, out) == (2, "")
    [line] = err.splitlines()
    assert said in line


def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verdict", "nowhere.jsonl", "--margin", "5%"]) == 2
    assert "nowhere.jsonl" in capsys.readouterr().err
