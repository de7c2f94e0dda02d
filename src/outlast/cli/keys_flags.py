"""The flags that say whom a key belongs to and what it may do, and the change that they become.

It knows flags. It does not know what becomes of a key (``ledger``) nor how one is shown (``cli.keys_shown``).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import wraps
from typing import Any

import click
import msgspec

from outlast.cli.keys_words import PATTERN, PLAN, WORD, End, Ending, Limit, Money
from outlast.keys.key import Key
from outlast.keys.rules import MOST
from outlast.settings import Settings

LIMITS = {
    "requests_per_minute": ("--requests-per-minute", Limit(), "N", "Calls a minute."),
    "tokens_per_minute": ("--tokens-per-minute", Limit(), "N", "Tokens a minute, input and output; 20k, 1.5M."),
    "concurrent": ("--concurrent", Limit(), "N", "Calls at the same time."),
    "day_pico_usd": ("--budget-day", Money(), "5USD", "Money a UTC day, by list prices."),
    "month_pico_usd": ("--budget-month", Money(), "100USD", "Money a UTC calendar month."),
}
"""Each limit of ``Allowance`` with its flag."""
OPTIONS = (
    click.option("--owner", type=WORD, metavar="WHO", help="Whom it belongs to."),
    click.option("--team", type=WORD, metavar="TEAM", help="And their team."),
    click.option("--plan", type=PLAN, metavar="PLAN", help="What they have booked; rollouts reach plans one by one."),
    click.option("--tag", "tags", type=WORD, multiple=True, metavar="TAG", help="To add usage up by; may be repeated."),
    click.option(
        "--model",
        "models",
        type=PATTERN,
        multiple=True,
        metavar="PATTERN",
        help="Only names like this, as calls write them: support, openai/*; may be repeated.  [default: every name]",
    ),
    *(
        click.option(flag, name, type=kind, metavar=metavar, help=f"{text}  [default: no limit]")
        for name, (flag, kind, metavar, text) in LIMITS.items()
    ),
    click.option("--expires", type=Ending(), metavar="90d|DATE", help="When it ends (UTC).  [default: never]"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the flags say; None or empty: nothing."""

    owner: str | None
    team: str | None
    plan: str | None
    tags: tuple[str, ...]
    models: tuple[str, ...]
    limits: dict[str, int]
    """By their names in ``Allowance``; 0 lifts one."""
    expires: End | None

    @property
    def nothing(self) -> bool:
        """Whether no flag was given."""
        said = (self.tags, self.models, self.limits)
        return all(each is None for each in (self.owner, self.team, self.plan, self.expires)) and not any(said)

    def edit(self, key: Key, now_ns: int) -> Key:
        """The key with everything that was said.

        Raises:
            click.UsageError: the end has passed.
        """
        allowance = {name: value or None for name, value in self.limits.items()}
        return msgspec.structs.replace(
            key,
            owner=key.owner if self.owner is None else self.owner,
            team=key.team if self.team is None else self.team,
            plan=key.plan if self.plan is None else self.plan,
            tags=_several(self.tags, key.tags),
            models=_several(self.models, key.models),
            allowance=msgspec.structs.replace(key.allowance, **allowance),
            expires_ns=key.expires_ns if self.expires is None else self.expires.at(now_ns),
        )


def _several(said: tuple[str, ...], before: tuple[str, ...]) -> tuple[str, ...]:
    """What was said replaces what there was; ``none``, read as empty, leaves nothing."""
    return tuple(dict.fromkeys(filter(None, said))) if said else before


def key_flags(command: Callable[..., None]) -> Callable[..., None]:
    """Add the flags to a command; it receives them as ``wanted``."""

    @wraps(command)
    def with_flags(**given: Any) -> None:
        limits = {name: value for name in LIMITS if (value := given.pop(name)) is not None}
        said = {name: given.pop(name) for name in ("owner", "team", "plan", "tags", "models", "expires")}
        for name in ("tags", "models"):
            if len(said[name]) > MOST:
                raise click.UsageError(f"a key has at most {MOST} {name}; these are {len(said[name])}")
        command(wanted=Wanted(limits=limits, **said), **given)

    decorated: Callable[..., None] = with_flags
    for option in reversed(OPTIONS):
        decorated = option(decorated)
    return decorated


def pattern_remarks(models: tuple[str, ...], settings: Settings) -> list[str]:
    """A remark on each pattern that no name of the configuration can match: most often a mistyped one."""
    return [
        f"--model {pattern} matches no virtual model and no provider here, so that it allows nothing yet"
        for pattern in models
        if not any(fnmatchcase(name, pattern) for name in settings.models)
        and not any(_may_begin(pattern, f"{table}/") for table in settings.providers)
    ]


def _may_begin(pattern: str, start: str) -> bool:
    """Whether a name that begins so could match."""
    literal = re.split(r"[*?\[]", pattern, maxsplit=1)[0]
    return literal.startswith(start) or (literal != pattern and start.startswith(literal))
