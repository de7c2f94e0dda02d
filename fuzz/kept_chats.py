"""What is typed into a search, and rows of a chats' file that somebody else has written."""

import random
import sqlite3

from fuzz.target import Target

from outlast.chat.words import BEGIN, END, MOST_WORDS, excerpt, phrases_of, spans_of
from outlast.errors import LedgerUnavailable
from outlast.ledger.chats import search
from outlast.ledger.chats.tables import conversation_of, grow_tables, message_of

# ruff: noqa: E501 - signs of other scripts as bytes read best as rows
SEARCH_WORDS = (
    b'"', b"'", b"*", b"(", b")", b" OR ", b" AND ", b" NOT ", b"NEAR(", b"whose:", b"{words}", b"^", b"+", b"-", b":", b"\x00", b"\x02", b"\x03",
    b"--", b";", b"%", b"_", b"\\", b" ", b"\n", b"\xe6\xa8\xa1\xe5\x9e\x8b", b"\xe3\x82\xab\xe3\x82\x99", b"\xef\xbd\xb6\xef\xbe\x9e", b"\xe0\xb9\x84\xe0\xb8\x97\xe0\xb8\xa2",
    b"\xef\xb7\xba", b"\xc2\xbd", b"\xe2\x91\xb4", b"e\xcc\x81", b"\xc4\xb0", b"\xc3\x9f", b"\xef\xbc\x82", b"\xf0\x9f\x8e\x89", b"a", b"ab", b"abcd",
)  # fmt: skip
ROW_WORDS = (
    b'{"base":"candid","warmth":"more"}', b'{"asked":"m","served":"p/m","reason":"successor","exchange":"e"}', b'["f1"]', b"[]", b"{}", b"null",
    b"[", b"]", b"{", b"}", b'"', b",", b":", b'"asked"', b'"base"', b'"loud"', b"1", b"\\ud800", b"\xff", b"1e999", b"-", b" ",
)  # fmt: skip
_INDEX = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
grow_tables(_INDEX, 0)


def check_search(data: bytes, rng: random.Random) -> str:
    """Whatever was typed is words: it is a question that FTS5 answers, and marks stand in pairs around what it found."""
    typed, _, text = data.decode("utf-8", "replace").partition("\n")
    phrases = phrases_of(typed)
    assert len(phrases) <= MOST_WORDS
    line = excerpt(text, phrases)
    assert line.count(BEGIN) == line.count(END)
    if not phrases:
        return "nothing to look for"
    _INDEX.execute("BEGIN")
    try:
        search.index(_INDEX, 1, 7, text)
        _INDEX.execute(
            "INSERT INTO messages VALUES (1, 'm', 5, NULL, 'user', 0, 'complete', '', '[]', '', NULL, '', '', '')"
        )
        found = list(search.messages(_INDEX, 7, phrases))
        assert not list(search.messages(_INDEX, 8, phrases)), "somebody else's"
    finally:
        _INDEX.execute("ROLLBACK")
    assert not found or spans_of(text, phrases), "found, and not to be shown"
    del rng
    longest = max(map(len, phrases))
    return f"{min(len(phrases), 4)} phrases of up to {min(longest, 4)}, {'found' if found else 'not found'}"


def check_row(data: bytes, rng: random.Random) -> str:
    """A row is read, or it is said that it is not as it was written; nothing else happens."""
    text = data.decode("utf-8", "surrogateescape" if rng.random() < 0.1 else "replace")
    told, persona = rng.choice((("[]", text), (text, None)))
    attachments, by = rng.choice((("[]", text), (text, None)))
    outcomes = []
    for run in (
        lambda: conversation_of(("c", "ana", "t", "m", 1, 1, None, persona, 0, told)),
        lambda: message_of(("m", None, "assistant", "t", 1, "complete", attachments, by, "", "", ""), {}),
    ):
        try:
            outcomes.append(str(type(run())))
        except LedgerUnavailable as error:
            outcomes.append(type(error.__cause__).__name__)
    return f"{bool(persona)} {by is None} {outcomes}"


TARGETS = (
    Target("chat-search", check_search, SEARCH_WORDS),
    Target("chat-rows", check_row, ROW_WORDS),
)
