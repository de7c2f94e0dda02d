"""Messages become a session: what was said and shown is pushed, what was answered is recalled.

It knows roles and kinds of parts. It does not know bodies, nor how a session computes.

The network has no use of free system text: of a system message only the persona's settings are taken, which reach it as
control tokens.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from outlast.omni.engine import EARS_HZ, Manner, Samples, Session
from outlast.omni.grammar import PATCH_SAMPLES, TILES
from outlast.omni.waves import LONGEST_S, Raw, decode
from outlast.providers.local.asked import read_base64
from outlast.providers.local.chat_request import InputAudio, Message, Part
from outlast.providers.local.pictures import read_picture
from outlast.providers.local.refused import invalid
from outlast.providers.local.work import Stop
from outlast.settings.chat import Base, Degree
from outlast.tone.persona import heard

_MOST_PICTURES: Final = 16
_RAW: Final[Mapping[str, Raw]] = {"pcm16": "pcm16", "g711_ulaw": "pcmu", "g711_alaw": "pcma"}
_BY_HEAD: Final = ("wav", "mp3", "flac", "opus", "ogg", "aiff")
"""Kinds that a sound says itself with its first bytes; the caller's word for it is not needed."""
_CALLERS: Final = ("user", "assistant", "system", "developer")


class _Settings(msgspec.Struct, frozen=True):
    base: Base = "default"
    warmth: Degree = "default"
    enthusiasm: Degree = "default"


@dataclass(slots=True)
class Pushed:
    """What went into a session, in what is counted."""

    patches: int = 0
    pictures: int = 0
    samples: int = 0

    @property
    def tiles(self) -> int:
        """Positions that pictures took."""
        return self.pictures * TILES


def manner_of(messages: Sequence[Message]) -> tuple[Manner, bool]:
    """The persona that system messages state, and whether they say anything that the network has no use of."""
    told = [message.words for message in messages if message.role in ("system", "developer")]
    settings, unused = _Settings(), False
    for text in told:
        found = heard(text)
        unused = unused or not found or bool(set(found) - set(_Settings.__struct_fields__))
        usable = {name: value for name, value in found.items() if name in _Settings.__struct_fields__}
        settings = msgspec.convert(msgspec.to_builtins(settings) | usable, _Settings)
    return Manner(base=settings.base, warmth=settings.warmth, enthusiasm=settings.enthusiasm), unused


def check(messages: Sequence[Message]) -> None:
    """Raises ``Refused`` where they are no conversation that can be answered; nothing is decoded for it."""
    spoken = [message.role for message in messages if message.role not in ("system", "developer")]
    if not spoken or spoken[-1] != "user":
        raise invalid("Invalid 'messages': the last one has to be of role 'user'; it is the turn that is answered.")
    pictures = 0
    for index, message in enumerate(messages):
        where = f"messages[{index}]"
        if message.role not in _CALLERS:
            known = ", ".join(f"'{role}'" for role in _CALLERS)
            raise invalid(f"Invalid value: '{message.role}'. Supported values are: {known}.", f"{where}.role")
        if message.role == "assistant" and message.audio is not None and not message.words:
            said = f"Invalid '{where}.audio': sound is not kept here; send what was said as its 'content'."
            raise invalid(said, f"{where}.audio")
        pictures += sum(part.type == "image_url" for part in message.parts)
    if pictures > _MOST_PICTURES:
        raise invalid(f"Invalid 'messages': {pictures} pictures; at most {_MOST_PICTURES} are seen.", "messages")


def push(session: Session, messages: Sequence[Message], stop: Stop) -> Pushed:
    """All of it, in order. Raises ``Refused``, ``Stopped``, and what decoders and the session raise."""
    pushed = Pushed()
    for index, message in enumerate(messages):
        stop.check()
        if message.role == "assistant":
            session.recall(message.words)
        elif message.role == "user":
            for place, part in enumerate(message.parts):
                _push(session, part, f"messages[{index}].content[{place}]", (pushed, stop))
    return pushed


def _push(session: Session, part: Part, where: str, state: tuple[Pushed, Stop]) -> None:
    pushed, stop = state
    stop.check()
    if part.type == "text" and part.text is not None:
        session.push_text(part.text)
    elif part.type == "image_url" and part.image_url is not None:
        pushed.pictures += 1
        session.push_image(read_picture(part.image_url.url, f"{where}.image_url.url"))
    elif part.type == "input_audio" and part.input_audio is not None:
        for piece in _sound(part.input_audio, f"{where}.input_audio", pushed):
            stop.check()
            session.push_audio(piece)
    else:
        known = "'text', 'image_url' and 'input_audio'"
        raise invalid(f"Invalid value: '{part.type}'. Supported values are: {known}, each with its member.", where)


def _sound(given: InputAudio, where: str, pushed: Pushed) -> Iterator[Samples]:
    """Second by second, so that a call can be stopped between two."""
    samples = listen(given, where)
    pushed.samples += len(samples)
    pushed.patches += len(samples) // PATCH_SAMPLES
    check_length(pushed.samples, where)
    for start in range(0, len(samples), EARS_HZ):
        yield samples[start : start + EARS_HZ]


def listen(given: InputAudio, where: str) -> Samples:
    """What a caller sent to be heard, at ``EARS_HZ``. Raises ``Refused``, and as ``waves.decode`` does."""
    raw = _RAW.get(given.format)
    if raw is None and given.format not in _BY_HEAD:
        known = ", ".join(f"'{each}'" for each in (*_BY_HEAD, *_RAW))
        raise invalid(f"Invalid value: '{given.format}'. Supported values are: {known}.", f"{where}.format")
    return decode(read_base64(given.data, f"{where}.data"), raw=raw).for_ears()


def check_length(samples: int, where: str) -> None:
    """Raises ``Refused`` where one call brings too much sound, at ``EARS_HZ``."""
    if samples > LONGEST_S * EARS_HZ:
        raise invalid(f"Invalid 'messages': over {LONGEST_S} seconds of sound; send less of it.", where)
