"""``outlast users`` and ``outlast chat`` on a real file: what is printed, what is asked, and what is refused."""

import asyncio
import io
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from outlast.chat.conversation import Served
from outlast.cli.app import run
from outlast.ledger.chats.store import KeptChats
from outlast.ledger.location import chats_path
from outlast.testing.chats import answer_to, conversation_of, message_of

CONFIGURATION = """\
[providers.openai]
kind = "scripted"

[models.support]
target = "openai/gpt-4o"

[plans.free]
models = ["support"]
"""
GOOD = "correct horse battery"


@dataclass(frozen=True)
class Said:
    """What one command line printed."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


Outlast = Callable[..., Said]


@pytest.fixture
def outlast(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Outlast:
    """Runs a command against a configuration of the test's own; ``typed`` is its standard input."""
    config = tmp_path / "outlast.toml"
    config.write_text(CONFIGURATION)

    def said(*arguments: str, typed: str = "") -> Said:
        capfd.readouterr()
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        code = run([*arguments, "--config", str(config)])
        return Said(code, *capfd.readouterr())

    return said


def test_a_password_comes_from_standard_input_and_is_never_printed(outlast: Outlast) -> None:
    made = outlast("users", "add", "ana", typed=f"{GOOD}\n")
    assert made.code == 0
    assert "owner" in made.out
    changed = outlast("users", "password", "ana", typed="another good one\r\n")
    listed = outlast("users", "list", "--format", "json")
    for said in (made, changed, listed):
        assert GOOD not in said.out + said.err
        assert "argon2" not in said.out + said.err
    [account] = listed.document
    assert (account["name"], account["role"], account["plan"]) == ("ana", "owner", None)
    assert outlast("users", "add", "bob", GOOD).code == 2


@pytest.mark.parametrize("typed", ["", "\n", "short\n", "x" * 1_001 + "\n"])
def test_a_password_that_cannot_be_used_makes_no_account(outlast: Outlast, typed: str) -> None:
    refused = outlast("users", "add", "ana", typed=typed)
    assert refused.code == 2
    assert "a password has at" in refused.err
    assert outlast("users", "list", "--format", "json").document == []


def test_roles_and_plans_are_changed_and_a_wrong_word_is_told_what_there_is(outlast: Outlast) -> None:
    for name in ("ana", "bob"):
        outlast("users", "add", name, typed=GOOD)
    assert outlast("users", "role", "bob", "operator", "--format", "json").document["role"] == "operator"
    assert outlast("users", "plan", "bob", "free", "--format", "json").document["plan"] == "free"
    assert outlast("users", "plan", "bob", "none", "--format", "json").document["plan"] is None
    for arguments, words in (
        (("plan", "bob", "plus"), "there are free"),
        (("role", "ana", "person"), "only owner"),
        (("role", "cleo", "person"), "users list"),
        (("role", "bob", "king"), "operator"),
    ):
        refused = outlast("users", *arguments)
        assert (refused.code, refused.out) == (2, "")
        assert words in refused.err


def test_somebody_is_removed_after_a_question_only(outlast: Outlast) -> None:
    for name in ("ana", "bob"):
        outlast("users", "add", name, typed=GOOD)
    assert outlast("users", "remove", "bob", typed="n\n").code == 1
    assert len(outlast("users", "list", "--format", "json").document) == 2
    assert outlast("users", "remove", "bob", "--yes").code == 0
    assert [each["name"] for each in outlast("users", "list", "--format", "json").document] == ["ana"]


def talked(folder: Path) -> None:
    """Two people, one of whom was asked which answer is better."""

    async def talk(chats: KeptChats) -> None:
        for owner in ("ana", "bob"):
            known = f"of-{owner}"
            await chats.create(conversation_of(known, owner, title=f"Talk of {owner}"))
            await chats.add(owner, known, message_of(f"q-{owner}", "Why?"))
            for thumb in ("good", "bad"):
                name = f"{thumb}-{owner}"
                await chats.add(owner, known, answer_to(f"q-{owner}", name))
                await chats.grow(name, f"{thumb} words")
                await chats.settle(name, phase="complete", by=Served(asked="m", served="p/m", exchange=f"req_{thumb}"))
                await chats.rate(owner, known, name, thumb, "")

    chats = KeptChats(chats_path(folder / "outlast.db"), unix_ns=lambda: 1)
    chats.start()
    asyncio.run(talk(chats))
    chats.close()


def test_one_conversation_is_handed_out_as_markdown_or_as_its_whole_tree(outlast: Outlast, tmp_path: Path) -> None:
    talked(tmp_path)
    written = outlast("chat", "export", "of-ana")
    assert written.out.startswith("# Talk of ana\n")
    assert "bad words" in written.out
    assert "good words" not in written.out
    tree = outlast("chat", "export", "of-ana", "--format", "json").document
    assert [each["id"] for each in tree["messages"]] == ["q-ana", "good-ana", "bad-ana"]
    file = tmp_path / "talk.md"
    assert outlast("chat", "export", "of-ana", "--output", str(file)).out == ""
    assert file.read_text(encoding="utf-8") == written.out


def test_all_conversations_are_handed_out_one_on_a_line(outlast: Outlast, tmp_path: Path) -> None:
    talked(tmp_path)
    everybody = outlast("chat", "export", "--all", "--format", "json").out.splitlines()
    assert {json.loads(line)["conversation"]["owner"] for line in everybody} == {"ana", "bob"}
    [one] = outlast("chat", "export", "--all", "--user", "bob", "--format", "json").out.splitlines()
    assert json.loads(one)["conversation"]["owner"] == "bob"
    assert outlast("chat", "export", "--all").out.count("\n---\n") == 1
    for arguments in ((), ("of-ana", "--all")):
        assert outlast("chat", "export", *arguments).code == 2
    missing = outlast("chat", "export", "none")
    assert (missing.code, missing.out) == (2, "")


def test_preferences_are_pairs_one_on_a_line(outlast: Outlast, tmp_path: Path) -> None:
    talked(tmp_path)
    pairs = [json.loads(line) for line in outlast("chat", "preferences").out.splitlines()]
    assert [(each["chosen"]["exchange"], each["rejected"]["exchange"]) for each in pairs] == [
        ("req_good", "req_bad")
    ] * 2
    assert outlast("chat", "preferences", "--thumbs").out.count("\n") == 4
    assert "ana" not in outlast("chat", "preferences").out


@pytest.mark.parametrize(
    "words",
    [
        ("users", "list"),
        ("users", "role", "ana", "owner"),
        ("users", "plan", "ana", "none"),
        ("users", "remove", "ana", "--yes"),
        ("chat", "export", "nope"),
        ("chat", "export", "--all"),
        ("chat", "preferences"),
    ],
)
def test_a_look_where_nothing_is_kept_makes_no_file(outlast: Outlast, tmp_path: Path, words: tuple[str, ...]) -> None:
    outlast(*words)
    assert [each.name for each in tmp_path.iterdir()] == ["outlast.toml"]


def test_a_conversation_that_is_not_kept_is_told_with_where_ids_stand(outlast: Outlast) -> None:
    done = outlast("chat", "export", "nope")
    assert done.code != 0
    assert "`outlast chat export --all" in done.err


def test_an_account_that_root_makes_first_is_in_a_file_of_the_ledgers_owner(outlast: Outlast, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    (tmp_path / "outlast.db").touch()
    os.chown(tmp_path / "outlast.db", 12_345, 12_345)
    assert outlast("users", "add", "ana", typed=GOOD + "\n").code == 0
    owners = {path.name: path.stat().st_uid for path in tmp_path.glob("outlast.db.chats.db*")}
    assert "outlast.db.chats.db" in owners
    assert set(owners.values()) == {12_345}, owners
