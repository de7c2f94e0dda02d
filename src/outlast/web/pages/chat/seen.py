"""What the templates of the chat show, as plain values.

It knows what stands where on the page. It does not know how any of it was found out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from markupsafe import Markup

from outlast.chat.conversation import Persona

Mood = Literal["", "warn", "bad", "good"]
MODULES = (
    "page.js",
    "stream.js",
    "speech.js",
    "microphone.js",
    "recording.js",
    "playing.js",
    "composer.js",
    "files.js",
    "copy.js",
    "asks.js",
    "times.js",
)
"""What ``chat.js`` imports; named in the page so that they are fetched at once and not one after the other."""

NOT_MEASURED: Final = "not measured yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One model in the list."""

    name: str
    label: str
    note: str = ""
    """What it can do, its price, its last day: one line."""
    sees: bool = False
    hears: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Models under one heading; an empty label: no heading."""

    label: str
    options: Sequence[Option]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is said once above a conversation: an end that comes near, or one that came."""

    words: str
    mood: Mood = ""
    source: str = ""
    """The address where the day stands."""
    named: str = ""
    """The source in words, where it has no address."""
    successor: str = ""
    """What can be tried on this conversation."""
    reminder: bool = False
    """Whether there is a day to be reminded of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """Who answered, in a few words, and more of it on demand."""

    words: str
    facts: Sequence[tuple[str, str]] = ()
    source: str = ""
    mood: Mood = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When something was said; a script tells it in the reader's zone."""

    utc: str
    words: str
    """In UTC, and saying so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file of a message."""

    id: str
    name: str
    size: str
    image: bool
    sound: bool
    left_out: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One message."""

    id: str
    role: str
    who: str
    said: Moment | None = None
    """When it was sent, or the answer to it begun."""
    text: str = ""
    """Of a person."""
    blocks: Sequence[Markup] = ()
    """Of a model."""
    frozen: int = 0
    """How many of the blocks will never change."""
    running: bool = False
    note: str = ""
    """How it ended, where it did not end well; what was not sent."""
    mood: Mood = ""
    chip: Chip | None = None
    files: Sequence[File] = ()
    thumb: str = ""
    reason: str = ""
    number: int = 1
    count: int = 1
    before: str = ""
    """The version before this one."""
    after: str = ""
    beside: str = ""
    """The answer that it is shown beside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """One conversation in the list."""

    id: str
    title: str
    temporary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One place that a search found."""

    id: str
    message: str
    title: str
    excerpt: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The list of conversations."""

    talks: Sequence[Talk] = ()
    more: str = ""
    words: str = ""
    found: Sequence[Hit] = ()
    archived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone:
    """One trait of how answers sound, before and since a change of voice."""

    name: str
    means: str = ""
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedTurn:
    """One question with the answer that was given and another model's."""

    question: str
    was: Sequence[Markup]
    was_by: Chip | None
    now: Sequence[Markup]
    now_by: Chip | None
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """How the answers of a conversation sounded before its persona was changed, and since."""

    before: int = 0
    since: int = 0
    """Answers."""
    tones: Sequence[Tone] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """The panel of a persona."""

    persona: Persona
    words: str
    """Whose persona this is."""
    instruction: str
    """What the model is told; empty: nothing."""
    version: str
    heard: Heard
    flips: str = NOT_MEASURED


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """All of it."""

    path: str
    side: Side
    groups: Sequence[Group]
    model: str
    voice: Voice
    id: str = ""
    title: str = ""
    temporary: bool = False
    refused: str = ""
    """Why nothing can be sent here; empty: it can."""
    archived: bool = False
    legacy: bool = False
    notices: Sequence[Notice] = ()
    messages: Sequence[Sequence[Shown]] = ()
    """One after the other; where several stand side by side, together."""
    earlier: str = ""
    """Where older messages are."""
    leaf: str = ""
    draft: str = ""
    problem: str = ""
    modules: Sequence[str] = field(default=MODULES)

    @property
    def running(self) -> bool:
        """Whether an answer is being written."""
        return any(each.running for together in self.messages for each in together)

    @property
    def note(self) -> str:
        """Of the model that is chosen."""
        return next((each.note for group in self.groups for each in group.options if each.name == self.model), "")
