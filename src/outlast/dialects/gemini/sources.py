"""Where an answer's words come from: Google's grounding and recitation metadata as citations, and back.

It knows that Google counts bytes of UTF-8 over the whole text of an answer, and that the canonical conversation counts
characters. A stretch that cannot be found is cited without its place.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

import msgspec

from outlast.dialects.conversation.parts import Citation
from outlast.dialects.gemini.wire import CitationMetadata, Grounding, Recited, Segment, Source, Support, lenient
from outlast.dialects.gemini.words import NAME

_BLOCK = 4_096
"""Characters."""
_MOST_SEARCHES = 200
"""Stretches of one answer that are looked for by their words."""
_LONGEST_REPEATED = 16_384
"""Characters of a stretch that its segment repeats: an answer may have a thousand sources for all of it."""
_KINDS = ("web", "retrievedContext", "maps", "image")


def citations(text: str, grounding: bytes, recited: bytes = b"") -> Iterator[Citation]:
    """What the text of an answer rests on, in the order in which Google says it."""
    found, words = lenient(grounding, Grounding), Measured(text)
    if found is not None and found.grounding_chunks:
        for support in found.grounding_supports or ():
            yield from _supported(words, support, found.grounding_chunks)
    for raw in (lenient(recited, CitationMetadata) or CitationMetadata()).citations or ():
        each = lenient(raw, Recited)
        if each is not None:
            start, end = words.characters(each.start_index or 0, each.end_index or 0)
            wire = bytes(raw)
            yield Citation(url=each.uri or "", title=each.title or "", start=start, end=end, wire=wire, dialect=NAME)


def grounding(cited: Iterable[tuple[str, Citation]], text: str, starts: Iterable[int]) -> dict[str, object] | None:
    """Google's ``groundingMetadata`` for citations, each with the text of its part; None when there are none.

    ``starts``: where each citation's part begins in ``text``, in characters.
    """
    chunks: dict[bytes, int] = {}
    supports: list[object] = []
    measured = Measured(text)
    for (words, citation), begin in zip(cited, starts, strict=True):
        index = chunks.setdefault(_chunk(citation), len(chunks))
        start = begin if citation.start is None else citation.start
        end = begin + len(words) if citation.end is None else citation.end
        supports.append({"segment": _segment(measured, start, end), "groundingChunkIndices": [index]})
    return {"groundingChunks": [*map(msgspec.Raw, chunks)], "groundingSupports": supports} if chunks else None


class Measured:
    """A text in which places are counted in characters and in bytes of UTF-8, often, however long it is."""

    __slots__ = ("_begins", "_searches", "data", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.data = text.encode(errors="replace")
        self._searches = _MOST_SEARCHES
        self._begins: list[int] = []
        """Of each block of characters, in bytes; none where both counts are the same."""
        if len(self.data) > len(text):
            sizes = (len(text[at : at + _BLOCK].encode(errors="replace")) for at in range(0, len(text), _BLOCK))
            self._begins = [0, *accumulate(sizes)][:-1]

    def bytes_before(self, place: int) -> int:
        """Bytes before a character."""
        place = min(max(place, 0), len(self.text))
        if not self._begins:
            return place
        block = min(place // _BLOCK, len(self._begins) - 1)
        return self._begins[block] + len(self.text[block * _BLOCK : place].encode(errors="replace"))

    def characters(self, start: int, end: int) -> tuple[int | None, int | None]:
        """The stretch between two bytes, in characters; None where there is none."""
        if not 0 <= start < end <= len(self.data):
            return None, None
        return self._characters_before(start), self._characters_before(end)

    def find(self, words: bytes) -> int:
        """Where words stand, in bytes; -1: nowhere, or it was looked for too often."""
        self._searches -= 1
        return self.data.find(words) if self._searches >= 0 else -1

    def _characters_before(self, place: int) -> int:
        if not self._begins:
            return place
        block = bisect_right(self._begins, place) - 1
        return block * _BLOCK + len(self.data[self._begins[block] : place].decode(errors="ignore"))


@dataclass(slots=True)
class _Found:
    """A source of a citation."""

    source: Source
    wire: bytes


def _supported(text: Measured, support: Support, chunks: list[msgspec.Raw]) -> Iterator[Citation]:
    start, end = _place(text, support.segment or Segment())
    for index in support.grounding_chunk_indices or ():
        if not 0 <= index < len(chunks):
            continue
        found = _source(chunks[index])
        yield Citation(
            url=found.source.uri or "",
            title=found.source.title or "",
            quoted=found.source.text or "",
            start=start,
            end=end,
            wire=found.wire,
            dialect=NAME,
        )


def _source(chunk: msgspec.Raw) -> _Found:
    try:
        kinds = msgspec.json.decode(chunk, type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        kinds = {}
    raw = next((kinds[kind] for kind in _KINDS if kind in kinds), b"")
    return _Found(lenient(raw, Source) or Source(), bytes(chunk))


def _place(text: Measured, segment: Segment) -> tuple[int | None, int | None]:
    start, end = segment.start_index or 0, segment.end_index or 0
    words = (segment.text or "").encode(errors="replace")
    # Counted in another part of the answer: the words themselves tell.
    if words and not (end - start == len(words) and start >= 0 and text.data.startswith(words, start)):
        start = text.find(words)
        end = start + len(words)
    return text.characters(start, end)


def _segment(text: Measured, start: int, end: int) -> dict[str, object]:
    segment: dict[str, object] = {"startIndex": text.bytes_before(start), "endIndex": text.bytes_before(end)}
    return {**segment, "text": text.text[start:end]} if end - start <= _LONGEST_REPEATED else segment


def _chunk(citation: Citation) -> bytes:
    if citation.wire and citation.dialect == NAME and lenient(citation.wire, Source) == Source():
        return citation.wire
    said = {"uri": citation.url, "title": citation.title}
    if citation.quoted:
        return msgspec.json.encode({"retrievedContext": {**said, "text": citation.quoted}})
    return msgspec.json.encode({"web": said})
