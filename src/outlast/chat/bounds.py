"""How much one conversation may hold and what may be said of an answer: figures, and the words of a refusal.

It knows sizes. It does not know who writes nor where anything is kept.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from outlast.chat.conversation import Message
from outlast.errors import MalformedRequest, RequestTooLarge

MOST_TEXT: Final = 4_000_000
"""Characters of one message that a person writes."""
MOST_MESSAGES: Final = 20_000
"""Of one conversation, on all its branches."""
MOST_FILE: Final = 20 << 20
"""Bytes."""
MOST_FILES: Final = 20
"""Of one message."""
MOST_BYTES: Final = 200 << 20
"""Of all files of one conversation."""

MOST_HELD: Final = 500 << 20
"""Of all files of all temporary conversations together: they lie in memory."""


def check_messages(there: int, messages: Sequence[Message]) -> None:
    """Whether these may come to ``there`` others.

    Raises:
        RequestTooLarge: they may not; the limit is named.
    """
    if there + len(messages) > MOST_MESSAGES:
        raise RequestTooLarge(f"a conversation holds at most {MOST_MESSAGES:,} messages; begin a new one")
    for message in messages:
        if len(message.text) > MOST_TEXT:
            raise RequestTooLarge(
                f"the message has {len(message.text):,} characters, and at most {MOST_TEXT:,} are kept of one"
            )
        if len(message.attachments) > MOST_FILES:
            raise RequestTooLarge(f"{len(message.attachments)} files came at once; a message has at most {MOST_FILES}")


def check_files(there: int, files: Mapping[str, bytes]) -> None:
    """Whether these files may come to ``there`` bytes of others.

    Raises:
        RequestTooLarge: they may not; the limit is named.
    """
    largest = max((len(each) for each in files.values()), default=0)
    if largest > MOST_FILE:
        raise RequestTooLarge(f"a file has {largest:,} bytes; at most {MOST_FILE >> 20} MiB are taken")
    if there + sum(map(len, files.values())) > MOST_BYTES:
        raise RequestTooLarge(f"the files of a conversation have at most {MOST_BYTES >> 20} MiB; begin a new one")


def check_held(there: int, files: Mapping[str, bytes]) -> None:
    """Whether memory has room for these files beside ``there`` bytes of others.

    Raises:
        RequestTooLarge: it has not.
    """
    if there + sum(map(len, files.values())) > MOST_HELD:
        raise RequestTooLarge("temporary conversations hold too many files now; send it in one that is kept, or later")


def check_thumb(message: Message, thumb: str) -> None:
    """Whether a thumb may be put on this message.

    Raises:
        MalformedRequest: it is no thumb, or the message is no answer.
    """
    if thumb not in ("", "good", "bad"):
        raise MalformedRequest(f"{thumb!r} is no thumb; say good, bad or nothing", param="thumb")
    if message.role != "assistant":
        raise MalformedRequest("only answers are rated")
