"""``/audio/speech``: a text is read aloud, as bytes that can be played while they are made.

It knows the request and kinds of sound. It does not know how anything is spoken.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from outlast.omni.encode import Encoder, Sound
from outlast.omni.engine import Opening, Spoken
from outlast.providers.local.answering import Answering
from outlast.providers.local.asked import Call, not_supported, read_json, unused_header
from outlast.providers.local.refused import invalid
from outlast.providers.local.work import Head, Stop

MOST_CHARACTERS: Final = 4_096
LONGEST_READ_S: Final = 600
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
    engine, encoder = call.engine, Encoder(sound)
    session = engine.open(Opening(task="read aloud", aloud=True, longest_answer=MOST_CHARACTERS))
    session.push_text(request.input)
    answering = Answering(session, stop, longest_s=LONGEST_READ_S)
    unused = [each for each in ("voice", "instructions") if getattr(request, each)]
    head: Head | None = Head(200, (("content-type", kind), *unused_header(unused)))
    for event in answering.events():
        if head is not None:  # what is refused with the first event still has a status of its own
            yield head
            head = None
        if isinstance(event, Spoken):
            yield encoder.push(event.samples)
    yield encoder.finish()


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
