"""A model's end as a person meets it: the banner before the day, the one sentence on it, the chip on each answer.

It knows sentences and when they are due. It does not know the list that they speak of (``chat.picker``) nor where they
are shown. What is said has a date, a surface and a source; nothing says that another model is better.
"""

import datetime as dt
from typing import Final

import msgspec

from outlast.chat.conversation import Conversation, Served
from outlast.chat.picker import Clock, Entry, Offer

STEPS: Final = (1, 7, 30, 90)
"""Days before an end at which the banner becomes nearer."""
SURFACES: Final = {
    "api": "its provider's API",
    "azure": "Azure",
    "chat-app": "ChatGPT",
    "aws-bedrock": "Amazon Bedrock",
    "vertex-ai": "Vertex AI",
}
REASONS: Final = {
    "fallback": "because {asked} did not answer",
    "rollout": "in a trial that moves {asked} to it step by step",
}


class Banner(msgspec.Struct, frozen=True, kw_only=True):
    """A notice before the day; quiet, and the same until the next step."""

    step: int
    """90, 30, 7 or 1."""
    text: str
    source: str
    """As the catalogue has it; empty: none is known."""
    url: str = ""
    """The address in it, where it has one."""
    successor: str = ""
    """The name under which the successor can be tried here; empty: it cannot."""
    ends: dt.date


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation's model has gone: said once, and the conversation goes on."""

    gone: str
    """Which end this is: the name that the conversation asked, and the day; one that came back may go again."""
    to: str
    """The name that it asks from now on; may be the same, where another model answers that."""
    text: str


class Chip(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on an answer."""

    label: str
    """Who answered."""
    text: str
    """Who was asked, who answered and why it was another, and when that one retires."""
    days_left: int | None = None


def day(date: dt.date) -> str:
    """``13 February 2026``."""
    return f"{date.day} {date:%B %Y}"


def banner(entry: Entry, offer: Offer) -> Banner | None:
    """The notice of a model that is picked; None: no end is known, it is far, or it has come."""
    clock = entry.clock
    if clock.gone or clock.ends is None or clock.days_left is None or not 0 <= clock.days_left <= STEPS[-1]:
        return None
    step = next(each for each in STEPS if clock.days_left <= each)
    heir = successor_of(entry, offer)
    sure = "" if clock.exact else " Its provider gives no exact day."
    then = f" After that, {heir.title} is asked." if heir is not None else ""
    return Banner(
        step=step,
        text=f"{entry.title} ends on {day(clock.ends)} on {surface(clock)}, {_in_days(clock.days_left)}.{sure}{then}",
        source=clock.source,
        url=_url(clock.source),
        successor=heir.name if heir is not None else "",
        ends=clock.ends,
    )


def successor_of(entry: Entry, offer: Offer) -> Entry | None:
    """Who can be tried in a model's place: who takes its name over, else what new conversations ask."""
    target = entry.path.successor if entry.itself else entry.path.target
    heir = offer.of_target(target) if target else None
    if heir is not None and not heir.clock.gone and heir.name != entry.name:
        return heir
    default = offer.default
    if default is None or default.name == entry.name or default.clock.gone:
        return None
    return None if default.path.target == entry.path.target else default  # another name of the same model


def moved(conversation: Conversation, entry: Entry, offer: Offer) -> Moved | None:
    """What a conversation is to be told before it goes on; None: its model is there, or it was told."""
    end = f"{entry.name} {entry.clock.ends or ''}".strip()
    if end in conversation.told or (not entry.clock.gone and entry.path.target):
        return None
    if entry.itself and (entry.restored or not entry.clock.gone):
        return None
    when = f" on {day(entry.clock.ends)}" if entry.clock.ends is not None else ""
    gone = f"{entry.title} was retired{when}" if entry.clock.gone else f"{entry.title} can no longer be asked here"
    if not entry.itself and entry.path.target:
        takes_over = title_of(entry.path.target, offer)
        return Moved(gone=end, to=entry.name, text=f"{gone}; {takes_over} answers in its place.")
    heir = successor_of(entry, offer)
    if heir is None:
        return Moved(gone=end, to=entry.name, text=f"{gone}, and no other model is offered here.")
    return Moved(gone=end, to=heir.name, text=f"{gone}; this conversation goes on with {heir.title}.")


def over(entry: Entry) -> str:
    """Of a model that is picked after its end, where nobody answers in its place; empty: somebody does."""
    if not entry.clock.gone or entry.path.target:
        return ""
    when = f" on {day(entry.clock.ends)}" if entry.clock.ends is not None else ""
    return (
        f"{entry.title} was retired{when} and nobody answers for it any more; no switch brings it back."
        " What it answered stays in your conversations."
    )


def chip(by: Served, asked: Entry | None, served: Clock | None) -> Chip:
    """Of an answer: ``asked`` is the name's entry, ``served`` the clock of the model that answered."""
    who = by.served or by.asked
    said = [f"{by.asked} was asked; {who} answered{_because(by, asked)}." if by.served else f"{by.asked} was asked."]
    days = None
    if served is not None and served.ends is not None and served.days_left is not None:
        verb = "retired" if served.gone else "retires"
        days = served.days_left
        said.append(f"It {verb} on {day(served.ends)}{'' if served.gone else f', {_in_days(days)}'}.")
    return Chip(label=who, text=" ".join(said), days_left=days)


def title_of(target: str, offer: Offer) -> str:
    """How people know a target: by the name of the list that asks it, else by its own."""
    known = offer.of_target(target)
    return known.title if known is not None and not known.clock.gone else target


def surface(clock: Clock) -> str:
    """In words."""
    return SURFACES.get(clock.surface, clock.surface)


def _because(by: Served, asked: Entry | None) -> str:
    if by.reason == "successor":
        if asked is not None and asked.clock.gone and asked.clock.ends is not None:
            return f", because {asked.title} was retired on {day(asked.clock.ends)}"
        return f", because it has taken {by.asked} over"
    why = REASONS.get(by.reason)
    if why is not None:
        return f", {why.format(asked=by.asked)}"
    if asked is not None and asked.clock.status == "redirected":
        return "; its provider passes such calls on to another model"
    return ""


def _in_days(days: int) -> str:
    return {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")


def _url(source: str) -> str:
    return next((word.rstrip(".,;)") for word in source.split() if word.startswith("https://")), "")
