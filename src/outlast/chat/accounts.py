"""Accounts of people: names, roles, plans, passwords and sessions as values, the rules over them, and the store's port.

It knows who may do what, what a name and a password may be, and how many wrong passwords are too many. It does not
know hashes nor databases (``ledger.chats.accounts``), cookies (``web.pages``) nor which plans exist (``settings``).
Where no account was ever made, a machine that nobody else can reach serves one person without any login.
"""

import ipaddress
import re
import unicodedata
from collections.abc import Collection, Sequence
from typing import Final, Literal, Protocol

import msgspec

from outlast.errors import LimitReached, SettingsInvalid

Role = Literal["owner", "operator", "person"]
"""owner: everything, accounts too. operator: the gateway's pages beside the chat. person: the chat."""
ROLES: Final[tuple[Role, ...]] = ("owner", "operator", "person")
PlanName = str
"""Of ``[plans.NAME]``; empty: none, so everything may be used."""
SHORTEST_PASSWORD: Final = 10
LONGEST_PASSWORD: Final = 1_000
"""Characters; a longer one would only cost time to hash."""
SESSION_NS: Final = 30 * 86_400 * 10**9
"""How long a login lasts, whatever is done with it."""
WINDOW_NS: Final = 15 * 60 * 10**9
"""Wrong passwords count for so long."""
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}")
_SHOWN: Final = 100


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One account without its password."""

    name: str
    """As it was given; case makes no difference. It is the ``owner`` of what is kept."""
    role: Role
    plan: PlanName = ""
    created_ns: int = 0
    password_ns: int = 0
    """Since when the password holds."""


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One login of a browser."""

    account: Account
    """As it is now: a role or plan that was changed since the login counts at once."""
    began_ns: int
    expires_ns: int


class Measure(msgspec.Struct, frozen=True):
    """How many wrong passwords somebody may send within ``WINDOW_NS``, and whose they are counted as."""

    subject: str
    most: int


class Accounts(Protocol):
    """Accounts, sessions and attempts, shared by every process. All raise ``LedgerUnavailable``.

    What returned is durable. Names are found whatever their case is.
    """

    async def any(self) -> bool:
        """Whether an account exists; cheap enough to be asked with every page."""
        ...

    async def all(self) -> tuple[Account, ...]:
        """Every account, by name."""
        ...

    async def account(self, name: str) -> Account:
        """One.

        Raises:
            UnknownPerson: nobody has this name.
        """
        ...

    async def add(self, name: str, password: str, *, role: Role | None = None, plan: PlanName = "") -> Account:
        """Make one. The first is the owner and takes over what was kept before anybody had an account.

        Raises:
            SettingsInvalid: name or password cannot be used, the name is taken, or the first is to be no owner.
        """
        ...

    async def give_role(self, name: str, role: Role) -> Account:
        """Give another role.

        Raises:
            UnknownPerson: nobody has this name.
            SettingsInvalid: no owner would be left.
        """
        ...

    async def give_plan(self, name: str, plan: PlanName) -> Account:
        """Give another plan.

        Raises:
            UnknownPerson: nobody has this name.
        """
        ...

    async def give_password(self, name: str, password: str) -> Account:
        """Give another password; every session of the account ends.

        Raises:
            UnknownPerson: nobody has this name.
            SettingsInvalid: the password cannot be used.
        """
        ...

    async def remove(self, name: str) -> None:
        """Take an account away with its sessions and everything that it kept; its conversations are gone at once.

        Raises:
            UnknownPerson: nobody has this name.
            SettingsInvalid: others would be left without an owner.
        """
        ...

    async def login(self, name: str, password: str, *, address: str) -> tuple[str, Session]:
        """Begin a session: its token, which is kept nowhere, and what it stands for. Each login has a new token.

        Raises:
            LoginRefused: name and password do not belong together; which of them is wrong is not said.
            LimitReached: too many wrong ones; ``retry_after_s`` says when to come back.
        """
        ...

    async def session(self, token: str) -> Session | None:
        """What a token stands for; None: nothing (any more)."""
        ...

    async def logout(self, token: str) -> None:
        """End a session; nothing happens where there is none."""
        ...


def checked_name(text: str) -> str:
    """An account's name, as it was given.

    Raises:
        SettingsInvalid: it cannot be one; the text says why.
    """
    if not _NAME.fullmatch(text):
        raise SettingsInvalid(
            f"{text[:_SHOWN]!r} is no name of an account; use up to 64 letters, digits and . _ @ + -, "
            "beginning with a letter or digit"
        )
    return text


def checked_password(text: str) -> str:
    """A password as it is hashed: the same however a keyboard composes its letters.

    Raises:
        SettingsInvalid: it is too short or too long. It is not repeated.
    """
    password = as_typed(text)
    if len(password) < SHORTEST_PASSWORD:
        raise SettingsInvalid(f"a password has at least {SHORTEST_PASSWORD} characters; this one has {len(password)}")
    if len(password) > LONGEST_PASSWORD:
        raise SettingsInvalid(f"a password has at most {LONGEST_PASSWORD:,} characters")
    return password


def as_typed(text: str) -> str:
    """A password in one form, whatever form a keyboard gives its letters."""
    return unicodedata.normalize("NFC", text)


def checked_plan(plan: PlanName, known: Collection[PlanName]) -> PlanName:
    """A plan that the configuration has; empty: none.

    Raises:
        SettingsInvalid: it has no such plan.
    """
    if plan and plan not in known:
        there = f"there are {', '.join(sorted(known))}" if known else "no [plans.NAME] is in the configuration"
        raise SettingsInvalid(f"no plan {plan[:_SHOWN]!r}; {there}")
    return plan


def first_role(role: Role | None, others: Sequence[Account]) -> Role:
    """The role of a new account: the first is the owner, everybody else a person unless somebody says otherwise.

    Raises:
        SettingsInvalid: the first is to be something else.
    """
    if others:
        return role or "person"
    if role not in (None, "owner"):
        raise SettingsInvalid(f"the first account is the owner's, and this one is to be {role}; make the owner first")
    return "owner"


def check_owner_left(name: str, becomes: Role | None, accounts: Sequence[Account]) -> None:
    """Whether somebody may become that, or go (None), without leaving others behind with no owner.

    Raises:
        SettingsInvalid: they may not.
    """
    others = [account for account in accounts if account.name.lower() != name.lower()]
    if becomes == "owner" or any(account.role == "owner" for account in others):
        return
    if becomes is None and not others:
        return
    raise SettingsInvalid(f"{name!r} is the only owner; `outlast users role NAME owner` makes another one first")


def may_operate(role: Role) -> bool:
    """Whether this role sees the gateway's own pages: horizon, models, feedback, rehearsal."""
    return role in ("owner", "operator")


def may_manage(role: Role) -> bool:
    """Whether this role changes accounts and plans."""
    return role == "owner"


def measures(name: str, address: str) -> tuple[Measure, ...]:
    """What one attempt counts against: the name from this place, the name from anywhere, the place with any name.

    The first is strict, so that nobody can lock somebody else out from elsewhere; the others slow down those who
    try from many places, or many names. An IPv6 address counts by the network that its owner has of them.
    """
    place, who = _place(address), name.casefold()[:_SHOWN]
    return (
        Measure(f"both {who} {place}", 5),
        Measure(f"name {who}", 50),
        Measure(f"place {place}", 50),
    )


def check_attempts(counts: Sequence[tuple[Measure, int, int]], now_ns: int) -> None:
    """Whether another attempt may be made.

    Args:
        counts: of each measure, how many attempts its window has, and when the first of them was.
        now_ns: real time.

    Raises:
        LimitReached: one of them is used up.
    """
    waits = [first + WINDOW_NS - now_ns for measure, count, first in counts if count >= measure.most]
    if waits:
        seconds = max(max(waits) / 10**9, 1.0)
        raise LimitReached(
            f"too many wrong passwords; try again in {max(round(seconds / 60), 1)} minutes", retry_after_s=seconds
        )


def _place(address: str) -> str:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:_SHOWN]
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
