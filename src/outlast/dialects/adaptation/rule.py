"""What one rule of adaptation is: a row with its source and its examples.

It knows the form of a row. It does not know any rule (``rules``) nor how one is carried out (``steps``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from outlast.catalog.models import Ability


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One request to one model, before and after; members that every request has are left out unless they change."""

    dialect: str = "chat"
    model: str = ""
    """``provider/id`` of the catalogue; empty where ``abilities`` describe one that it does not have."""
    abilities: Mapping[str, Ability] = field(default_factory=dict)
    before: str
    after: str = ""
    """Empty: the request is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that breaks when a request meets another model."""

    id: str
    """As it stands in ``x-outlast-adapted`` and in the record."""
    breaks: str
    does: str
    source: str
    date: str
    """When the source says so: a day, a month or a year."""
    examples: tuple[Example, ...]
    """At least one for each dialect that the rule acts in."""

    @property
    def dialects(self) -> tuple[str, ...]:
        """The dialects whose bodies it edits or refuses."""
        return tuple(dict.fromkeys(example.dialect for example in self.examples))

    @property
    def refuses(self) -> bool:
        """It may refuse a request instead of changing it."""
        return any(not example.after for example in self.examples)
