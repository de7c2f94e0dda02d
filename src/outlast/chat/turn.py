"""The request that asks for an answer: a branch of a conversation as a chat completion, and what did not fit into it.

It knows the order of things: who one is to be, what was said, pictures where the model can see them, sound where it can
hear, files by name with their text between marks. It does not know where files lie nor who answers. The newest always
goes; what is left out is the oldest, and is said.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from outlast.chat.conversation import Attachment, Message
from outlast.chat.reading import WAV

CHARACTERS_PER_TOKEN: Final = 3
"""Few texts have fewer; so what is sent fits."""
ROOM: Final = 0.75
"""Of a model's context window; the rest is for its answer."""
MOST_CHARACTERS: Final = 400_000
"""Where no window is known, and where it is larger."""
MOST_PICTURES: Final = 20
MOST_PICTURE_BYTES: Final = 20 << 20
"""Of one request, together."""
MOST_SOUNDS: Final = 8
MOST_SOUND_BYTES: Final = 8 << 20
"""Of one request, together: over four minutes as the page records them."""
SPOKEN: Final = {"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "pcm16"}}
"""What asks for an answer that is heard while it is made."""


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """What the model that is asked can take."""

    sees: bool = False
    """Images."""
    hears: bool = False
    """Sound."""
    speaks: bool = False
    """It answers with sound, where that is wanted."""
    context_window: int | None = None
    """Tokens; None: not known."""

    @property
    def characters(self) -> int:
        """How much of the conversation is sent at most."""
        if self.context_window is None:
            return MOST_CHARACTERS
        return min(MOST_CHARACTERS, int(self.context_window * ROOM) * CHARACTERS_PER_TOKEN)


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """A request, and what was left out of it, in sentences."""

    body: bytes
    note: str = ""


def wanted_files(branch: Sequence[Message], reach: Reach) -> tuple[str, ...]:
    """The ids of the images and sounds that go along, newest first; their bytes are looked up by whoever asks."""
    return (
        *(_newest(branch, is_image, MOST_PICTURES, MOST_PICTURE_BYTES) if reach.sees else ()),
        *(_newest(branch, is_sound, MOST_SOUNDS, MOST_SOUND_BYTES) if reach.hears else ()),
    )


def _newest(branch: Sequence[Message], fits: Callable[[Attachment], bool], most: int, bytes_: int) -> tuple[str, ...]:
    found: list[str] = []
    size = 0
    for message in reversed(branch):
        for each in filter(fits, message.attachments):
            if each.size > bytes_:
                continue  # it never goes, and stands in no other's way
            size += each.size
            if len(found) < most and size <= bytes_:
                found.append(each.id)
    return tuple(found)


def is_image(attachment: Attachment) -> bool:
    """Whether it is shown to a model as it is."""
    return attachment.media_type.startswith("image/")


def is_sound(attachment: Attachment) -> bool:
    """Whether it is played to a model as it is."""
    return attachment.media_type == WAV


def turn(
    branch: Sequence[Message],
    *,
    model: str,
    instructions: str,
    files: Mapping[str, bytes],
    reach: Reach,
) -> Turn:
    """The request for an answer to the last message of ``branch``; ``files``: bytes of images and sounds by id."""
    said: list[dict[str, object]] = []
    instructions = _encodable(instructions)
    left = reach.characters - len(instructions)
    unseen: list[Attachment] = []
    dropped = 0
    spoken = [each for each in branch if each.role == "user" or each.text]
    for number, message in enumerate(reversed(spoken)):
        words = _encodable(_words(message))
        if len(words) > left and number:
            dropped = len(spoken) - number
            break
        if len(words) > left:
            words = words[: max(left, 0)]
            dropped = -1
        left -= len(words)
        shown = [each for each in message.attachments if is_image(each) or is_sound(each)]
        unseen += [each for each in shown if each.id not in files]
        said.append(_wire(message, words, [each for each in shown if each.id in files], files))
    if said and dropped > 0 and said[-1]["role"] == "assistant" and len(said) > 1:
        said.pop()  # a conversation begins with a person's word; some models refuse another beginning
        dropped += 1
    if instructions:
        said.append({"role": "system", "content": instructions})
    spoken_to = any(each.id in files for each in filter(is_sound, branch[-1].attachments))
    aloud = SPOKEN if spoken_to and reach.speaks else {}
    body = {"model": _encodable(model), "messages": said[::-1], "stream": True, **aloud}
    return Turn(body=msgspec.json.encode(body), note=" ".join(_notes(dropped, unseen, reach)))


def _notes(dropped: int, unseen: Sequence[Attachment], reach: Reach) -> list[str]:
    notes: list[str] = []
    if dropped > 0:
        notes.append(f"The oldest {dropped} messages of this conversation were not sent: together they are too long.")
    if dropped < 0:
        notes.append(f"Only the first {reach.characters:,} characters of the message were sent.")
    kinds = (
        (is_image, "image", "" if reach.sees else "this model cannot see", MOST_PICTURE_BYTES),
        (is_sound, "recording", "" if reach.hears else "this model cannot hear", MOST_SOUND_BYTES),
    )
    for fits, word, cannot, most in kinds:
        left = list(filter(fits, unseen))
        large = [] if cannot else [each for each in left if each.size > most]
        if large:
            notes.append(_left(len(large), word, f"more than {most >> 20} MB are not sent at once"))
        if len(left) > len(large):
            notes.append(_left(len(left) - len(large), word, cannot or "there are more than are sent at once"))
    return notes


def _left(count: int, word: str, why: str) -> str:
    what = f"1 {word} was" if count == 1 else f"{count} {word}s were"
    return f"{what} not sent: {why}."


def _words(message: Message) -> str:
    """What was written, behind the texts of the files that came with it."""
    files = [_file(each) for each in message.attachments if not (is_image(each) or is_sound(each))]
    return "\n\n".join([*files, message.text] if message.text else files)


def _encodable(text: str) -> str:
    """Without halves of characters, which no encoding has."""
    return text if text.isascii() else text.encode(errors="replace").decode()


def _file(attachment: Attachment) -> str:
    """A file's text between marks that stand nowhere in it; its name was somebody's choice and stays on one line."""
    name = "".join(each if each.isprintable() and each not in '<>"' else "_" for each in attachment.name)[:200]
    mark = "file"
    while f"</{mark}>" in attachment.text:
        mark += "_"
    left = f"\n[{attachment.left_out}]" if attachment.left_out else ""
    return f'<{mark} name="{name}">\n{attachment.text}{left}\n</{mark}>'


def _wire(message: Message, words: str, shown: Sequence[Attachment], files: Mapping[str, bytes]) -> dict[str, object]:
    if not shown:
        return {"role": message.role, "content": words}
    parts: list[dict[str, object]] = [{"type": "text", "text": words}] if words else []
    return {"role": message.role, "content": [*parts, *(_part(each, files[each.id]) for each in shown)]}


def _part(attachment: Attachment, data: bytes) -> dict[str, object]:
    encoded = base64.b64encode(data).decode()
    if is_sound(attachment):
        return {"type": "input_audio", "input_audio": {"data": encoded, "format": "wav"}}
    return {"type": "image_url", "image_url": {"url": f"data:{attachment.media_type};base64,{encoded}"}}
