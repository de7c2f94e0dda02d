"""A conversation of a person with models, as it is kept: a tree of messages that is only ever added to.

It knows values. It does not know how they are kept (``chat.ports``), how an answer comes about (``chat.talking``) nor
how anything looks. An edit or another try is a further child of the same parent, so that nothing is ever lost.
"""

from hashlib import blake2b
from typing import Literal

import msgspec

Role = Literal["user", "assistant"]
Phase = Literal["complete", "running", "stopped", "interrupted", "failed"]
"""stopped: by the person. interrupted: the process ended in mid-answer. failed: the model gave no (whole) answer."""
Degree = Literal["less", "default", "more"]
Base = Literal["default", "professional", "friendly", "candid", "quirky", "efficient", "nerdy", "cynical"]


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """A file that belongs to a message; its bytes are kept beside it."""

    id: str
    name: str
    media_type: str
    """As found in the bytes, never as the browser said."""
    size: int
    text: str = ""
    """What was taken out of a text or PDF; empty for an image."""
    left_out: str = ""
    """What was not passed on, in a sentence; empty: nothing."""


class Served(msgspec.Struct, frozen=True, kw_only=True):
    """What is said on a model chip: who was asked, who answered and why it was another."""

    asked: str
    """The name as the picker has it."""
    served: str = ""
    """``provider/model`` that answered."""
    reason: str = ""
    """``target``, ``successor``, ``fallback``, ``rollout`` … as ``x-outlast-reason`` says."""
    exchange: str = ""
    """The request's id: the answer's row in the ledger."""
    note: str = ""
    """What is said beside it: that a model has gone, what was not sent with the question; in sentences."""
    voice: str = ""
    """Which persona was asked for (``Persona.key``), so that answers before and since a change are told apart."""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message of the tree."""

    id: str
    parent: str | None
    """None: it begins the conversation (its beginning may have been edited, so there may be several)."""
    role: Role
    text: str
    created_ns: int
    phase: Phase = "complete"
    attachments: tuple[Attachment, ...] = ()
    by: Served | None = None
    """Of an answer."""
    error: str = ""
    """Of an answer that failed: what the person is told."""
    thumb: Literal["", "good", "bad"] = ""
    reason: str = ""
    """What the person wrote beside the thumb."""


class Persona(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody wishes to be talked to; ``tone.persona`` makes the instructions of it."""

    base: Base = "default"
    warmth: Degree = "default"
    enthusiasm: Degree = "default"
    headings: Degree = "default"
    emoji: Degree = "default"
    instructions: str = ""

    @property
    def key(self) -> str:
        """The same for the same settings, and none of the person's own words."""
        settings = (self.base, self.warmth, self.enthusiasm, self.headings, self.emoji)
        return " ".join((*settings, blake2b(self.instructions.encode(errors="replace"), digest_size=6).hexdigest()))


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation without its messages."""

    id: str
    owner: str
    """The account's name; empty: the one person of a gateway without accounts."""
    title: str
    model: str
    """What the next message asks, as the picker has it."""
    created_ns: int
    updated_ns: int
    leaf: str | None = None
    """The message at the end of the branch that is shown."""
    persona: Persona | None = None
    """None: the person's own."""
    archived: bool = False
    temporary: bool = False
    """Kept in memory alone, gone with the process."""
    told: tuple[str, ...] = ()
    """Ends that this conversation was told of, once each: the name that it asked, and the day."""
