"""Checks of the user's own: their word, their silence, and their digest in the plan."""

import sys
from pathlib import Path

import pytest

from outlast.checks.check import Outcome, Pair
from outlast.checks.draw import Draw, Item, Said
from outlast.checks.suite import gates_named, sources_of, standard_suite, unknown_gates
from outlast.checks.user import UserCheck
from outlast.errors import EvidenceInvalid
from outlast.wiring.user_checks import open_checks

ITEM = Item(id="1", cluster="1", request=b'{"messages": [{"role": "user", "content": "hi"}]}')
GREETS = """
def greets(request, answer):
    if "boom" in answer["text"]:
        raise RuntimeError
    if "odd" in answer["text"]:
        return "yes"
    return request["messages"][0]["content"] in answer["text"]


def share(request, answer) -> float:
    return len(answer["text"]) / 10
"""


@pytest.fixture(name="file")
def _file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.py"
    path.write_text(GREETS, "utf-8")
    return path


def compared(check: UserCheck, incumbent: str, candidate: str | None) -> list[Outcome]:
    other = Draw(error="status 500") if candidate is None else Draw(said=Said(text=candidate))
    return list(check.compare(Pair(item=ITEM, incumbent=Draw(said=Said(text=incumbent)), candidate=other)))


@pytest.mark.parametrize(
    ("incumbent", "candidate", "outcomes"),
    [
        ("hi!", "hi.", [Outcome(a=1, b=1)]),
        ("hi!", "no", [Outcome(a=1, b=0, reason="failed")]),
        ("hi!", None, [Outcome(a=1, b=None, reason="status 500")]),
        ("hi!", "boom", [Outcome(a=1, b=None, reason="the check raised RuntimeError")]),
        ("hi!", "odd", [Outcome(a=1, b=None, reason="the check said str")]),
        ("boom", "hi", []),
    ],
)
def test_a_function_judges_and_its_failure_never_helps_the_candidate(
    file: Path, incumbent: str, candidate: str | None, outcomes: list[Outcome]
) -> None:
    (check,) = open_checks([f"{file}:greets"])
    assert check.name == "user.greets"
    assert compared(check, incumbent, candidate) == outcomes


def test_a_function_that_returns_float_gives_scores_between_0_and_1(file: Path) -> None:
    (check,) = open_checks([f"{file}:share"])
    assert not check.range.pass_fail
    assert compared(check, "12345", "123") == [Outcome(a=0.5, b=0.3)]
    assert compared(check, "12345", "x" * 11)[0].reason == "the check said 1.1"


@pytest.mark.parametrize(
    ("command", "b", "reason"),
    [
        ("grep -q hello", 1.0, ""),
        ("grep -q nothing", 0.0, "failed"),
        ("exit 3", None, "the check ended with 3"),
        ("exec sleep 60", None, "the check took over 0.5 s"),
    ],
)
def test_a_command_says_so_by_its_exit_code(command: str, b: float | None, reason: str) -> None:
    (check,) = open_checks([command], patience_s=0.5)
    answer = Draw(said=Said(text="hello"))
    word = check.ask(b'{"answer": {"text": "hello"}}')
    assert (word.value, word.reason) == (b, reason)
    assert len(check.compare(Pair(item=ITEM, incumbent=answer, candidate=answer))) == (b is not None)


def test_a_models_words_never_reach_a_shell(tmp_path: Path) -> None:
    mark = tmp_path / "touched"
    (check,) = open_checks(["cat > /dev/null"])
    compared(check, f"$(touch {mark}) `touch {mark}`; touch {mark}\n'\"; touch {mark}", "x")
    assert not mark.exists()


def test_a_schema_is_a_check(tmp_path: Path) -> None:
    path = tmp_path / "answer.json"
    path.write_text('{"type": "object"}', "utf-8")
    (check,) = open_checks([str(path)])
    assert compared(check, "{}", "[]") == [Outcome(a=1, b=0, reason="schema: type")]


def test_an_answer_is_looked_at_once(tmp_path: Path) -> None:
    log = tmp_path / "log"
    (check,) = open_checks([f"echo x >> {log}"])
    for _ in range(3):
        compared(check, "one", "two")
    assert log.read_text("utf-8").count("x") == 2


def test_the_plan_has_what_a_check_is_made_of(file: Path) -> None:
    before = sources_of(open_checks([f"{file}:greets"]))
    file.write_text(GREETS + "\n", "utf-8")
    after = sources_of(open_checks([f"{file}:greets"]))
    assert [name for name, _ in before] == [name for name, _ in after] == ["user.greets"]
    assert before != after
    assert sources_of(standard_suite()) == ()


def test_names_are_told_apart_and_the_family_gates_all(file: Path) -> None:
    suite = (*standard_suite(), *open_checks(["true", "true", f"{file}:greets"]))
    assert gates_named(["user"], suite) == ("user.true", "user.true-2", "user.greets")
    assert gates_named(["user"], standard_suite()) == ()
    assert unknown_gates(["user"], standard_suite()) == ("user",)


@pytest.mark.parametrize("given", ["none.py:f", "none.json", "'unclosed", ""])
def test_what_is_no_check_is_refused_by_name(given: str) -> None:
    with pytest.raises(EvidenceInvalid, match="--check"):
        open_checks([given])


def test_a_file_that_cannot_be_loaded_or_has_no_such_function_is_refused(tmp_path: Path, file: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("1 / 0", "utf-8")
    with pytest.raises(EvidenceInvalid, match="ZeroDivisionError"):
        open_checks([f"{broken}:f"])
    with pytest.raises(EvidenceInvalid, match="no function 'other'"):
        open_checks([f"{file}:other"])
    assert not any(name.startswith("mine") for name in sys.modules)
