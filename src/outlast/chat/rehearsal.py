"""The story of a model that leaves, day by day, out of the catalogue's own claims: what a rehearsal moves through.

It knows which claims make which story, on the chat's surface and the API's together. It knows no day by itself, and
does not know how a day is played (``wiring.rehearsing``) nor how it is shown.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Final

import msgspec

from outlast.catalog.claims import Claim, Event, Standing
from outlast.catalog.foresight import told_on
from outlast.catalog.port import Knowledge
from outlast.catalog.status import is_preview, standing
from outlast.chat.clock import SURFACES, day
from outlast.chat.happening import sentences
from outlast.errors import UnknownModel

CHAT: Final = "chat-app"
API: Final = "api"
CAST: Final = (
    ("openai/gpt-4o", CHAT),
    ("openai/gpt-4.1", CHAT),
    ("openai/chatgpt/gpt-5-instant", CHAT),
    ("openai/chatgpt/gpt-5.2", CHAT),
    ("openai/gpt-4o", API),
    ("openai/chatgpt-4o-latest", API),
    ("openai/gpt-5.1-chat-latest", API),
)
"""Whose clocks are shown on every day."""
UNSAID: Final = "the catalogue says nothing of it yet"
"""Of a model on a surface, before the first claim about it."""


class _Told(msgspec.Struct, frozen=True):
    name: str
    title: str
    of: tuple[tuple[str, str, tuple[Event, ...]], ...]
    """Model, surface, and the events that make the story."""


_STORIES: Final = (
    _Told("launch", "A model becomes the default for everybody", (("openai/gpt-4o", CHAT, ("released",)),)),
    _Told(
        "switch",
        "It is replaced in a day, and comes back",
        (("openai/gpt-4o", CHAT, ("withdrawn", "restored", "legacy")),),
    ),
    _Told("notice", "Its name in the API is given notice", (("openai/chatgpt-4o-latest", API, ("deprecated",)),)),
    _Told("announcement", "Its end in the chat is announced", (("openai/gpt-4o", CHAT, ("announced",)),)),
    _Told(
        "end",
        "It goes for good, in the chat and then in the API",
        (("openai/gpt-4o", CHAT, ("retired",)), ("openai/chatgpt-4o-latest", API, ("retired",))),
    ),
)
NAMES: Final = tuple(each.name for each in _STORIES)

CONFIGURATION: Final = """\
# A rehearsal: every model here is SIMULATED, lives and ends as the catalogue says, and costs nothing.
[server]
database = "sqlite:///rehearsal.db"

[providers.chatgpt]                     # the chat's clock
kind = "scripted"
catalog = "openai"
surface = "chat-app"
file = "pace.toml"

[providers.openai]                      # the API's clock
kind = "scripted"
catalog = "openai"
file = "pace.toml"

[chat]
default = "gpt-4o"
models = ["gpt-4o", "gpt-4.1", "gpt-5-instant", "gpt-5.2", "chatgpt-4o-latest", "openai/gpt-4o"]

[models."gpt-4o"]
target = "chatgpt/gpt-4o"
catalog_model = "openai/gpt-4o"
successor = ["chatgpt/chatgpt/gpt-5-instant", "chatgpt/chatgpt/gpt-5.2"]

[models."gpt-4.1"]
target = "chatgpt/gpt-4.1"
catalog_model = "openai/gpt-4.1"
successor = ["chatgpt/chatgpt/gpt-5.2"]

[models."gpt-5-instant"]
target = "chatgpt/chatgpt/gpt-5-instant"
catalog_model = "openai/chatgpt/gpt-5-instant"
successor = ["chatgpt/chatgpt/gpt-5.2"]

[models."gpt-5.2"]
target = "chatgpt/chatgpt/gpt-5.2"
catalog_model = "openai/chatgpt/gpt-5.2"

[models."chatgpt-4o-latest"]            # an application's name, in the API
target = "openai/chatgpt-4o-latest"
successor = ["openai/gpt-5.1-chat-latest"]
"""
PACE: Final = """\
[default]
first_token = 0.3
per_token = 0.04
"""
"""Profiles of the simulated models: slow enough to be seen writing."""


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """One model on one surface, on a day."""

    model: str
    surface: str
    status: str
    words: str
    """The status for people."""
    ends: dt.date | None
    """As it was known on that day; None: no end was."""
    days_left: int | None


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One day of a story."""

    day: dt.date
    happens: tuple[str, ...]
    """In sentences; empty: the day before."""
    sources: tuple[str, ...] = ()
    clocks: tuple[Clock, ...] = ()


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """One part of the story."""

    name: str
    title: str
    steps: tuple[Step, ...]

    def after(self, today: dt.date) -> Step | None:
        """The next day of it."""
        return next((step for step in self.steps if step.day > today), None)


def stories(knowledge: Knowledge) -> tuple[Story, ...]:
    """Every part, oldest first, as the catalogue tells it."""
    return tuple(_story(each, knowledge) for each in _STORIES)


def story(name: str, knowledge: Knowledge) -> Story:
    """One part.

    Raises:
        UnknownModel: there is no such part.
    """
    told = next((each for each in _STORIES if each.name == name), None)
    if told is None:
        raise UnknownModel(f"{name!r} is no part of the story; there are {', '.join(NAMES)}")
    return _story(told, knowledge)


def clocks(knowledge: Knowledge, today: dt.date) -> tuple[Clock, ...]:
    """The whole cast on a day."""
    return tuple(_clock(model, surface, knowledge, today) for model, surface in CAST)


def _story(told: _Told, knowledge: Knowledge) -> Story:
    claims = [claim for model, surface, events in told.of for claim in _claims(knowledge, model, surface, events)]
    days = sorted({claim.date for claim in claims})
    before = [Step(day=days[0] - dt.timedelta(days=1), happens=(), clocks=())] if days else []
    steps = before + [_step(each, [claim for claim in claims if claim.date == each], knowledge) for each in days]
    shown = tuple(msgspec.structs.replace(step, clocks=clocks(knowledge, step.day)) for step in steps)
    return Story(name=told.name, title=told.title, steps=shown)


def _claims(knowledge: Knowledge, model: str, surface: str, events: Sequence[Event]) -> list[Claim]:
    known = knowledge.find(model)
    found = [] if known is None else [claim for claim in known.claims if claim.surface == surface and claim.decides]
    return [claim for claim in found if claim.event in events]


def _step(today: dt.date, claims: Sequence[Claim], knowledge: Knowledge) -> Step:
    return Step(
        day=today,
        happens=tuple(dict.fromkeys(each for claim in claims for each in sentences(claim, knowledge))),
        sources=tuple(dict.fromkeys(claim.source for claim in claims)),
    )


def _clock(model: str, surface: str, knowledge: Knowledge, today: dt.date) -> Clock:
    found = knowledge.find(model)
    claims = () if found is None else found.claims
    said = [each for each in claims if each.surface == surface and told_on(each, claims) <= today]
    known = standing(said, today, preview=is_preview(model))
    ends = known.ends
    return Clock(
        model=model,
        surface=surface,
        status=known.status,
        words=_words(known),
        ends=ends,
        days_left=None if ends is None else (ends - today).days,
    )


def _words(known: Standing) -> str:
    """What was taken away in a day, without an end that was announced, is not said to be retired."""
    if known.status == "retired" and known.decided_by is not None and known.decided_by.event == "withdrawn":
        return "taken away"
    return UNSAID if known.status == "unknown" else known.status


def told(step: Step) -> str:
    """A day as text."""
    lines = [f"{day(step.day)} ({step.day})"]
    lines += [f"  {sentence}" for sentence in step.happens] or ["  The day before."]
    for clock in step.clocks:
        where = SURFACES.get(clock.surface, clock.surface)
        end = "" if clock.ends is None or clock.days_left is None else f", until {clock.ends}"
        if clock.status == "retired":
            end = "" if clock.ends is None else f" since {clock.ends}" if (clock.days_left or 0) <= 0 else ""
        lines.append(f"    {clock.model:<30} {where:<22} {clock.words}{end}")
    return "\n".join(lines)
