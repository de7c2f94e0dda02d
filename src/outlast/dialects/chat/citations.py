"""``annotations``: the sources of an answer's words, both ways.

It knows OpenAI's ``url_citation`` and keeps any other annotation as it came.
"""

from collections.abc import Iterable

import msgspec

from outlast.dialects.chat.members import UNREADABLE
from outlast.dialects.conversation.parts import Citation, Text


class _Url(msgspec.Struct, gc=False):
    url: str | None = None
    title: str | None = None
    content: str | None = None
    start_index: int | None = None
    end_index: int | None = None


class _Annotation(msgspec.Struct, gc=False):
    type: str | None = None
    url_citation: _Url | None = None


_ANNOTATION = msgspec.json.Decoder(_Annotation)
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])


def read_citation(raw: msgspec.Raw) -> Citation:
    """One annotation; odd ones have no more than their wire."""
    try:
        found = _ANNOTATION.decode(raw).url_citation
    except UNREADABLE:
        found = None
    if found is None:
        return Citation(wire=bytes(raw), dialect="chat")
    return Citation(
        url=found.url or "",
        title=found.title or "",
        start=found.start_index,
        end=found.end_index,
        wire=bytes(raw),
        dialect="chat",
    )


def annotations(texts: Iterable[Text], *, every: bool = False) -> list[object]:
    """The annotations of an answer whose texts are joined: places are counted in the whole.

    ``every``: those too that have no address, which OpenAI's clients do not know.
    """
    written: list[object] = []
    before = 0
    for text in texts:
        written += [
            annotation(each, before, len(text.text)) for each in text.citations if each.url or (every and _own(each))
        ]
        before += len(text.text)
    return written


def members_of(written: msgspec.Raw | dict[str, object]) -> dict[str, object]:
    """An annotation's members; none where a wire is no object."""
    if isinstance(written, dict):
        return written
    try:
        return dict(_MEMBERS.decode(written))
    except UNREADABLE:
        return {}


def annotation(citation: Citation, before: int = 0, length: int = 0) -> msgspec.Raw | dict[str, object]:
    """One source; a place that nobody said is the whole part."""
    if _own(citation):
        return msgspec.Raw(citation.wire)
    start = 0 if citation.start is None else citation.start
    end = length if citation.end is None else citation.end
    where = {"start_index": before + start, "end_index": before + end}
    return {"type": "url_citation", "url_citation": {"url": citation.url, "title": citation.title, **where}}


def _own(citation: Citation) -> bool:
    return citation.dialect == "chat" and bool(citation.wire)
