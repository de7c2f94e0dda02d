"""Where an answer's words come from: Google's grounding and recitation metadata as citations, and back.

It knows that Google counts bytes of UTF-8 over the whole text of an answer, and that the canonical conversation counts
characters. A stretch that cannot be found is cited without its place.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec

from outlast.dialects.conversation.parts import Citation
from outlast.dialects.gemini.wire import CitationMetadata, Grounding, Recited, Segment, Source, Support, lenient
from outlast.dialects.gemini.words import NAME

_KINDS = ("web", "retrievedContext", "maps", "image")


def citations(text: str, grounding: bytes, recited: bytes = b"") -> Iterator[Citation]:
    """What the text of an answer rests on, in the order in which Google says it."""
    found = lenient(grounding, Grounding)
    if found is not None and found.grounding_chunks:
        data = text.encode(errors="replace")
        for support in found.grounding_supports or ():
            yield from _supported(data, support, found.grounding_chunks)
    for raw in (lenient(recited, CitationMetadata) or CitationMetadata()).citations or ():
        each = lenient(raw, Recited)
        if each is not None:
            start, end = _characters(text.encode(errors="replace"), each.start_index or 0, each.end_index or 0)
            wire = bytes(raw)
            yield Citation(url=each.uri or "", title=each.title or "", start=start, end=end, wire=wire, dialect=NAME)


def grounding(cited: Iterable[tuple[str, Citation]], text: str, starts: Iterable[int]) -> dict[str, object] | None:
    """Google's ``groundingMetadata`` for citations, each with the text of its part; None when there are none.

    ``starts``: where each citation's part begins in ``text``, in characters.
    """
    chunks: list[msgspec.Raw] = []
    supports: list[object] = []
    for (words, citation), begin in zip(cited, starts, strict=True):
        chunk = msgspec.Raw(_chunk(citation))
        if bytes(chunk) not in map(bytes, chunks):
            chunks.append(chunk)
        index = [bytes(each) for each in chunks].index(bytes(chunk))
        start = begin if citation.start is None else citation.start
        end = begin + len(words) if citation.end is None else citation.end
        supports.append({"segment": _segment(text, start, end), "groundingChunkIndices": [index]})
    return {"groundingChunks": chunks, "groundingSupports": supports} if chunks else None


@dataclass(slots=True)
class _Found:
    """A source of a citation."""

    source: Source
    wire: bytes


def _supported(data: bytes, support: Support, chunks: list[msgspec.Raw]) -> Iterator[Citation]:
    start, end = _place(data, support.segment or Segment())
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


def _place(data: bytes, segment: Segment) -> tuple[int | None, int | None]:
    start, end = segment.start_index or 0, segment.end_index or 0
    words = (segment.text or "").encode(errors="replace")
    if words and data[start:end] != words:  # Counted in another part of the answer: the words themselves tell.
        start = data.find(words)
        end = start + len(words)
    return _characters(data, start, end)


def _characters(data: bytes, start: int, end: int) -> tuple[int | None, int | None]:
    if not 0 <= start < end <= len(data):
        return None, None
    return len(data[:start].decode(errors="ignore")), len(data[:end].decode(errors="ignore"))


def _segment(text: str, start: int, end: int) -> dict[str, object]:
    before, words = text[:start].encode(errors="replace"), text[start:end]
    last = len(before) + len(words.encode(errors="replace"))
    return {"startIndex": len(before), "endIndex": last, "text": words}


def _chunk(citation: Citation) -> bytes:
    if citation.wire and citation.dialect == NAME and lenient(citation.wire, Source) == Source():
        return citation.wire
    said = {"uri": citation.url, "title": citation.title}
    if citation.quoted:
        return msgspec.json.encode({"retrievedContext": {**said, "text": citation.quoted}})
    return msgspec.json.encode({"web": said})
