"""``[chat]``, ``[personas.NAME]`` and ``[plans.NAME]``: what people are offered, in which voice, and how much of it.

This file knows values. It does not know which models exist (``settings.checks``), what a voice is told
(``tone.persona``) nor who has which plan (accounts, in the database).
"""

from typing import Annotated, Literal

import msgspec

Degree = Literal["less", "default", "more"]
Base = Literal["default", "professional", "friendly", "candid", "quirky", "efficient", "nerdy", "cynical"]
Instructions = Annotated[str, msgspec.Meta(max_length=8_000)]
"""Characters; they are sent with every message."""
Each = Annotated[int, msgspec.Meta(ge=1, le=1_000_000_000_000)]


class ChatSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[chat]``: the models that people may pick, and the one that they begin with."""

    default: str | None = None
    """A virtual model, or provider/model. None: the first of ``models``."""
    models: tuple[str, ...] = ()
    """The same, in the order of the list. None named: every virtual model."""
    restored: dict[str, tuple[str, ...]] = {}
    """Models that were brought back under Legacy, each with the plans that have it again; ``[]``: everybody."""
    enabled: bool = True
    """False: this gateway shows no pages to people."""


class PersonaSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[personas.NAME]``: a voice that a virtual model may be given."""

    base: Base = "default"
    warmth: Degree = "default"
    enthusiasm: Degree = "default"
    headings: Degree = "default"
    """Headings and lists."""
    emoji: Degree = "default"
    instructions: Instructions = ""


class PlanSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[plans.NAME]``: what those may use who have this plan; whoever has none may use everything."""

    models: tuple[str, ...] | None = None
    """As in ``[chat]``. None: every model that is offered."""
    requests_per_minute: Each | None = None
    tokens_per_minute: Each | None = None
    concurrent: Each | None = None
    """Answers that are written at the same time."""
