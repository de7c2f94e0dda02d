"""Ids in what callers send and providers answer: which are named, which are new, and a list without those of others.

It knows OpenAI's spellings. It does not know whose an id is (``Ownership``), nor how a provider is asked.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

import msgspec

from outlast.errors import MalformedRequest, UpstreamBroken

ID = re.compile(r"[A-Za-z0-9_:.-]{1,512}", re.ASCII)
_MOST_NAMED = 10_000
_REFERENCES = re.compile(r".*(?:file|vector_store|upload|batch|conversation|container|part)_ids?", re.IGNORECASE)
_FILES_OF_A_JOB = frozenset({"training_file", "validation_file"})
_NOTES = frozenset({"metadata", "attributes"})
"""Members in which a provider only keeps what its caller writes."""
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_TEXT = msgspec.json.Decoder(str)
_TEXTS = msgspec.json.Decoder(list[str])


class Named(NamedTuple):
    """Ids that a request names."""

    needed: frozenset[str]
    """In members that can only mean an object: each must be the caller's."""
    others: frozenset[str]
    """Every other text that could be an id: none may be somebody else's."""


class _Object(NamedTuple):
    """A JSON object with all its members; of two of the same name nobody knows which one a provider reads."""

    members: list[tuple[str, Any]]


def named_in_body(body: bytes, *, most: int = _MOST_NAMED) -> Named:
    """The ids in a JSON body; none in an empty one.

    Raises:
        MalformedRequest: it is no JSON object, or names too many.
    """
    if not body:
        return Named(frozenset(), frozenset())
    try:
        tree = json.loads(body.decode("utf-8"), object_pairs_hook=_Object)
    except (ValueError, RecursionError):
        tree = None
    if not isinstance(tree, _Object):
        raise MalformedRequest("the body is not a JSON object")
    needed, others = set[str](), set[str]()
    waiting: list[tuple[str, Any]] = [("", tree)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, _Object):
            waiting.extend(member for member in value.members if member[0] not in _NOTES)
        elif isinstance(value, list):
            waiting.extend((name, each) for each in value)
        elif isinstance(value, str) and (name in _FILES_OF_A_JOB or _REFERENCES.fullmatch(name)):
            needed.add(value)
        elif isinstance(value, str) and ID.fullmatch(value):
            others.add(value)
    if len(needed) + len(others) > most:
        raise MalformedRequest(f"the body names more than {most:,} objects; send several calls")
    return Named(frozenset(needed), frozenset(others))


def named_in_query(query: str) -> Named:
    """The ids in a query; where a list begins is one."""
    pairs = parse_qsl(query, keep_blank_values=True)
    needed = frozenset(value for name, value in pairs if name in ("after", "before") and value)
    return Named(needed, frozenset(value for _, value in pairs if ID.fullmatch(value)) - needed)


def made_by(answer: bytes, *, new: bool) -> tuple[str, ...]:
    """Ids that belong to whom an answer is for: of the object itself where it is ``new``, and of what it made.

    Only the answer's own members are looked at: those deeper may repeat what a caller wrote.
    """
    members = _members(answer)
    found = [_text(value) for name, value in members.items() if name.endswith("_file_id")]
    if new:
        found.append(_text(members.get("id")))
    found.append(_text(_members(members.get("file", b"")).get("id")))
    with suppress(msgspec.MsgspecError, UnicodeDecodeError):  # null, or another shape: no files
        found.extend(_TEXTS.decode(members.get("result_files", b"[]")))
    return tuple(each for each in found if ID.fullmatch(each))


def _members(document: bytes | msgspec.Raw) -> dict[str, msgspec.Raw]:
    try:
        return _MEMBERS.decode(document)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return {}


def _text(raw: msgspec.Raw | None) -> str:
    try:
        return "" if raw is None else _TEXT.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ""


class _Wire(msgspec.Struct):
    data: list[msgspec.Raw]
    has_more: bool = False


_PAGE = msgspec.json.Decoder(_Wire)


class Page(NamedTuple):
    """A part of a list."""

    entries: tuple[tuple[str, msgspec.Raw], ...]
    """Each with its id."""
    more: bool

    @property
    def ids(self) -> tuple[str, ...]:
        """Of all entries."""
        return tuple(each for each, _ in self.entries)

    def only(self, wanted: Callable[[str], bool], most: int | None) -> "Page":
        """The page with the wanted entries, no more than ``most`` of them."""
        kept = tuple(entry for entry in self.entries if wanted(entry[0]))
        cut = kept if most is None else kept[:most]
        return Page(cut, self.more or len(cut) < len(kept))

    def written(self) -> bytes:
        """As OpenAI writes a list."""
        return msgspec.json.encode(
            {
                "object": "list",
                "data": [entry for _, entry in self.entries],
                "first_id": self.entries[0][0] if self.entries else None,
                "last_id": self.entries[-1][0] if self.entries else None,
                "has_more": self.more,
            }
        )


def read_page(body: bytes, *, target: str) -> Page:
    """A provider's answer to a call for a list.

    Raises:
        UpstreamBroken: it is none, so that nobody can tell whose its parts are.
    """
    try:
        wire = _PAGE.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UpstreamBroken("the provider's list cannot be read", target=target) from error
    entries = ((_text(_members(entry).get("id")), entry) for entry in wire.data)
    return Page(tuple(entry for entry in entries if ID.fullmatch(entry[0])), wire.has_more)


def limit_of(query: str) -> int | None:
    """How many entries a caller wants at most; None where it does not say, or not readably."""
    said = [value for name, value in parse_qsl(query) if name == "limit"]
    return int(said[-1]) if said and re.fullmatch("[1-9][0-9]{0,5}", said[-1]) else None


def following(query: str, last: str, most: int) -> str:
    """The query for the page behind an entry, as large as pages get."""
    kept: Iterable[tuple[str, str]] = (
        pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] not in ("after", "limit")
    )
    return urlencode([*kept, ("limit", str(most)), ("after", last)])


def goes_backwards(query: str) -> bool:
    """Whether a caller asks for what lies before an entry: no further pages are then looked for."""
    return any(name == "before" for name, _ in parse_qsl(query))


def foreign(owners: dict[str, str], named: Named, owner: str) -> Collection[str]:
    """Of the named ids those that this owner may not name."""
    unowned = {each for each in named.needed if owners.get(each) != owner}
    return unowned | {each for each in named.others if owners.get(each, owner) != owner}
