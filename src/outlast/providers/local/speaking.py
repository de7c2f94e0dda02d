"""``/audio/speech``: a text is read aloud, as bytes that can be played while they are made.

It knows the request and kinds of sound. It does not know how anything is spoken.
"""

from collections.abc import Iterator, Mapping
from itertools import chain
from textwrap import wrap
from typing import Final

import msgspec

from outlast.omni.encode import Encoder, Sound
from outlast.omni.engine import Engine, Opening, Samples, Spoken
from outlast.omni.grammar import FRAMES_PER_SECOND
from outlast.omni.reply import phrases
from outlast.providers.local.answering import Answering
from outlast.providers.local.asked import Call, not_supported, read_json, unused_header
from outlast.providers.local.refused import invalid
from outlast.providers.local.work import Head, Stop

MOST_CHARACTERS: Final = 4_096
LONGEST_READ_S: Final = 600
_AT_ONCE: Final = 400
"""Characters of one session; each may be a token, and its frames need room as well."""
_KINDS: Final[Mapping[str, tuple[Sound, str]]] = {
    "wav": ("wav", "audio/wav"),
    "pcm": ("pcm16", "audio/pcm"),
    "mp3": ("mp3", "audio/mpeg"),
    "flac": ("flac", "audio/flac"),
    "opus": ("opus", "audio/opus"),
}


class SpeechRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The request. There is one voice, whatever it is called."""

    model: str
    input: str
    voice: str | dict[str, str] | None = None
    response_format: str | None = "mp3"
    speed: float | None = 1.0
    instructions: str | None = None
    stream_format: str | None = "audio"


def answer(call: Call, stop: Stop) -> Iterator[Head | bytes]:
    """The job of one call."""
    request = read_json(call.body, SpeechRequest)
    sound, kind = _checked(request)
    encoder, spoken = Encoder(sound), _spoken(call.engine, request.input, stop)
    first = next(spoken, None)  # what is refused with it still has a status of its own
    unused = [each for each in ("voice", "instructions") if getattr(request, each)]
    yield Head(200, (("content-type", kind), *unused_header(unused)))
    for samples in () if first is None else chain((first,), spoken):
        yield encoder.push(samples)
    yield encoder.finish()


def _spoken(engine: Engine, text: str, stop: Stop) -> Iterator[Samples]:
    """Portion by portion, each in a session of its own: one session has no room for all that may be read."""
    left = LONGEST_READ_S * FRAMES_PER_SECOND
    for portion in portions(text):
        session = engine.open(Opening(task="read aloud", aloud=True, longest_answer=MOST_CHARACTERS))
        session.push_text(portion)
        answering = Answering(session, stop, longest_s=left // FRAMES_PER_SECOND)
        for event in answering.events():
            if isinstance(event, Spoken):
                yield event.samples
        left -= answering.frames
        if left < FRAMES_PER_SECOND:
            return


def portions(text: str) -> list[str]:
    """A text cut between phrases, and a phrase that is too long between words; nothing of it is lost but space."""
    found: list[str] = []
    for phrase in phrases(text):
        for line in wrap(phrase, _AT_ONCE, break_on_hyphens=False):
            if found and len(found[-1]) + 1 + len(line) <= _AT_ONCE:
                found[-1] += f" {line}"
            else:
                found.append(line)
    return found


def _checked(request: SpeechRequest) -> tuple[Sound, str]:
    """The kind of sound, and how it is called in a header. Raises ``Refused``."""
    if not request.input.strip():
        raise invalid("Invalid 'input': there is nothing to say.", "input")
    if len(request.input) > MOST_CHARACTERS:
        message = f"Invalid 'input': {len(request.input)} characters; at most {MOST_CHARACTERS} are read aloud."
        raise invalid(message, "input", "string_above_max_length")
    if request.speed not in (None, 1):
        raise not_supported("speed")
    if request.stream_format not in (None, "audio"):
        raise not_supported("stream_format")
    found = _KINDS.get(request.response_format or "mp3")
    if found is None:
        known = ", ".join(f"'{each}'" for each in _KINDS)
        message = f"Invalid value: '{request.response_format}'. Supported values are: {known}."
        raise invalid(message, "response_format")
    return found
