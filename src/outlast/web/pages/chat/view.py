"""A conversation as it is shown: which messages, in which order, with what beside them.

It knows the tree and the words for how an answer ended. It does not know HTML beyond what the renderer gives.
"""

import asyncio
import datetime as dt
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from markupsafe import Markup

from outlast.chat.conversation import Attachment, Message
from outlast.chat.tree import Tree
from outlast.chat.turn import is_image, is_sound
from outlast.web.pages.chat.models import Models
from outlast.web.pages.chat.seen import File, Moment, Mood, Shown
from outlast.web.pages.render.rendering import Rendering

PAGE: Final = 100
"""Messages that are shown at once; older ones on demand."""
_KEPT: Final = 400
"""Answers whose HTML is kept: a page that is looked at again costs little."""


def shown(tree: Tree, path: Sequence[Message], models: Models, *, beside: str = "") -> list[list[Shown]]:
    """The messages of a branch; ``beside``: an answer of another branch that stands beside its sibling."""
    found: list[list[Shown]] = []
    for message in path:
        other = _beside(tree, message, beside)
        if other is None:
            found.append([one(tree, message, models)])
        else:
            pair = (message, other)
            found.append([one(tree, each, models, beside=pair[1 - at].id) for at, each in enumerate(pair)])
            found[-1].sort(key=lambda each: each.number)
    return found


def _beside(tree: Tree, message: Message, beside: str) -> Message | None:
    if not beside or message.role == "user" or message.id == beside:
        return None
    return next((each for each in tree.siblings(message.id) if each.id == beside), None)


def one(tree: Tree, message: Message, models: Models, *, beside: str = "") -> Shown:
    """One message in its place."""
    siblings = [each.id for each in tree.siblings(message.id)]
    at = siblings.index(message.id)
    around = {
        "number": at + 1,
        "count": len(siblings),
        "before": siblings[at - 1] if at else "",
        "after": siblings[at + 1] if at + 1 < len(siblings) else "",
    }
    files = tuple(_file(each) for each in message.attachments)
    if message.role == "user":
        return Shown(
            id=message.id,
            role="user",
            who="You",
            said=moment(message.created_ns),
            text=message.text,
            files=files,
            **around,  # type: ignore[arg-type]
        )
    running = message.phase == "running"
    blocks, frozen = _growing(message.text) if running else (settled(message.text), 0)
    note, mood = ending(message)
    return Shown(
        id=message.id,
        role="assistant",
        who=(message.by.asked if message.by else "") or "Model",
        said=moment(message.created_ns),
        blocks=blocks,
        frozen=frozen,
        running=running,
        note=note,
        mood=mood,
        chip=models.chip(message),
        files=files,
        thumb=message.thumb,
        reason=message.reason,
        beside=beside,
        **around,  # type: ignore[arg-type]
    )


async def render_aside(texts: Iterable[str]) -> None:
    """Render answers that are about to be shown, in a thread: calls to models pass on the loop meanwhile."""
    await asyncio.to_thread(lambda: [settled(text) for text in texts])


@lru_cache(maxsize=_KEPT)
def settled(text: str) -> tuple[Markup, ...]:
    """An answer that does not grow any more, block by block."""
    return tuple(Markup(block) for block in Rendering().whole(text))  # noqa: S704 - the renderer cleans


def _growing(text: str) -> tuple[tuple[Markup, ...], int]:
    grown = Rendering().feed(text)
    blocks = (*grown.finished, *((grown.open,) if grown.open else ()))
    return tuple(Markup(block) for block in blocks), len(grown.finished)  # noqa: S704 - the renderer cleans


def moment(at_ns: int) -> Moment:
    """A moment for people and for programs; whose zone it is read in is not known here."""
    at = dt.datetime.fromtimestamp(at_ns // 10**9, dt.UTC)
    return Moment(utc=f"{at:%Y-%m-%dT%H:%M:%SZ}", words=f"{at.day} {at:%b %Y, %H:%M} UTC")


def ending(message: Message) -> tuple[str, Mood]:
    """What is said of how an answer ended, and of what was not sent with the question."""
    left_out = message.by.note if message.by else ""
    match message.phase:
        case "stopped":
            words, mood = "You stopped this answer.", ""
        case "interrupted":
            words, mood = "The server stopped in the middle of this answer. What it had shown is here.", "warn"
        case "failed":
            words, mood = message.error or "The model gave no answer.", "bad"
        case _:
            words, mood = "", ""
    return " ".join(filter(None, (words, left_out))), mood  # type: ignore[return-value]


def spoken(message: Message) -> str:
    """What somebody hears when an answer has ended."""
    words, _ = ending(message)
    return words or "The answer is complete."


def latest(path: Sequence[Message], before: str) -> tuple[Sequence[Message], str]:
    """The page of a branch that ends ahead of ``before`` (empty: at its end), and where the page before it ends."""
    ids = [each.id for each in path]
    end = ids.index(before) if before in ids else len(path)
    start = max(end - PAGE, 0)
    return path[start:end], path[start].id if start else ""


def found(excerpt: str) -> Markup:
    """A search's excerpt with the words marked."""
    pieces: list[str] = []
    for number, piece in enumerate(excerpt.replace("\x03", "\x02").split("\x02")):
        pieces.append(Markup("<mark>{}</mark>").format(piece) if number % 2 else Markup("{}").format(piece))
    return Markup("").join(pieces)


def size(count: int) -> str:
    """Bytes for people."""
    return (
        f"{count:,} bytes" if count < 1000 else f"{count / 1000:,.0f} kB" if count < 10**6 else f"{count / 1e6:,.1f} MB"
    )


def _file(attachment: Attachment) -> File:
    return File(
        id=attachment.id,
        name=attachment.name,
        size=size(attachment.size),
        image=is_image(attachment),
        sound=is_sound(attachment),
        left_out=attachment.left_out,
    )


def running(messages: Iterable[Message]) -> list[Message]:
    """The answers that are being written."""
    return [each for each in messages if each.phase == "running"]
