"""The indexes of what was said and of titles: what goes in, what is asked of them, and how the deleted goes out.

It knows FTS5's words for these. It does not know what a word is (``chat.words``): the indexes hold folded words with
spaces between them, so that nothing here depends on SQLite's idea of letters.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Final

from outlast.chat.words import SHORTEST_BEGINNING, Phrase, words_of
from outlast.ledger.chats.tables import QUERIES

_MOST_LOOKED: Final = 20_000
"""Hits that are gone through for conversations that are different."""
_LONG: Final = 4
_MOST_BEGINNINGS: Final = 2
"""Words, beside the last, that may be the beginnings of longer ones."""
_PAGES: Final = 500
"""Of an index, that one step of a sweep writes."""
_PATIENCE_NS: Final = 600 * 10**9
"""How long an index may hold words of what was deleted before it is put in order: that rewrites all of it."""


def index(connection: sqlite3.Connection, number: int, owner: int, text: str) -> None:
    """A message can be found from now on."""
    words = _words(text)
    if words:
        connection.execute(QUERIES["index"], (number, _whose(owner), words))


def index_title(connection: sqlite3.Connection, number: int, owner: int, title: str) -> None:
    """A title can be found from now on, and the one before cannot."""
    connection.execute(QUERIES["unindex_title"], (number,))
    connection.execute(QUERIES["index_title"], (number, _whose(owner), _words(title)))


def titles(connection: sqlite3.Connection, owner: int, phrases: tuple[Phrase, ...], limit: int) -> list[int]:
    """Numbers of conversations whose title has all of it, the newest first."""
    found = dict[int, None]()
    for question in _questions(owner, phrases):
        if len(found) < limit:
            found.update((row[0], None) for row in connection.execute(QUERIES["search_titles"], (question, limit)))
    return list(found)[:limit]


def messages(connection: sqlite3.Connection, owner: int, phrases: tuple[Phrase, ...]) -> Iterator[tuple[int, int]]:
    """Numbers of messages that have all of it, each with its conversation's; some may come twice.

    First those that have the words themselves, then those with words that only begin like them, in each case the
    newest first.
    """
    for question in _questions(owner, phrases):
        rows = connection.execute(QUERIES["search"], (question,))
        for _, row in zip(range(_MOST_LOOKED), rows, strict=False):
            yield row[0], row[1]


def forget(connection: sqlite3.Connection, now_ns: int) -> bool:
    """A step towards indexes without the words of what was deleted; whether there is more to do."""
    row = connection.execute(QUERIES["remembered"]).fetchone()
    if row is None or now_ns - row[0] < _PATIENCE_NS:
        return False
    if any(_merged(connection, name) for name in ("merge", "merge_titles")):
        return True
    connection.execute(QUERIES["forget"])
    return False


def _merged(connection: sqlite3.Connection, name: str) -> bool:
    """One step for one index; False: there was nothing left to do, which SQLite tells by counting hardly a change."""
    before = connection.total_changes
    connection.execute(QUERIES[name], (-_PAGES,))
    return connection.total_changes - before >= 2


def _words(text: str) -> str:
    return " ".join(word.folded for word in words_of(text))


def _whose(owner: int) -> str:
    return f"o{owner}"


def _questions(owner: int, phrases: tuple[Phrase, ...]) -> Iterator[str]:
    """In FTS5's syntax; a folded word has no sign that means anything in it.

    For the beginning of a word FTS5 gathers every message of every word that begins so, before it gives out the first.
    So whole words are asked for first, and then only the last word and some long ones may be beginnings.
    """
    yield _question(owner, phrases, ())
    last = [phrase for phrase in phrases[-1:] if len(phrase[-1]) >= SHORTEST_BEGINNING]
    long = sorted((phrase for phrase in phrases[:-1] if len(phrase[-1]) >= _LONG), key=lambda phrase: -len(phrase[-1]))
    if last or long:
        yield _question(owner, phrases, (*last, *long[:_MOST_BEGINNINGS]))


def _question(owner: int, phrases: tuple[Phrase, ...], beginnings: Sequence[Phrase]) -> str:
    asked = " AND ".join(f'"{" ".join(phrase)}"{" *" if phrase in beginnings else ""}' for phrase in phrases)
    return f'{{whose}} : "{_whose(owner)}" AND {{words}} : ({asked})'
