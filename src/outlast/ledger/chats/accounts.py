"""The port ``Accounts`` in the chats' file: people, their sessions, and who tried which name too often.

It knows argon2 by its library, digests of tokens, and that an attempt counts before its password is looked at, so that
many at once are as many as one after the other, in all processes. It does not know the rules (``chat.accounts``) nor
transactions (``ledger.desk``). Of a password it keeps the hash, of a token the digest.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from hashlib import sha256
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from outlast.chat.accounts import (
    LONGEST_PASSWORD,
    SESSION_NS,
    WINDOW_NS,
    Account,
    PlanName,
    Role,
    Session,
    as_typed,
    check_attempts,
    check_owner_left,
    checked_name,
    checked_password,
    first_role,
    measures,
)  # fmt: skip
from outlast.errors import LoginRefused, SettingsInvalid, UnknownPerson
from outlast.ledger.chats import conversations, owners
from outlast.ledger.chats.tables import PEOPLE
from outlast.ledger.desk import Desk

_RANDOM: Final = 32
"""Bytes of a token and of an attempt's name."""
_AT_ONCE: Final = 2
"""Passwords that are hashed at the same time; each takes 64 MiB."""
_WRONG: Final = "name and password do not belong together"


class KeptAccounts:
    """Accounts in the file of a desk; see ``Accounts`` for what each method promises."""

    def __init__(
        self,
        desk: Desk,
        *,
        unix_ns: Callable[[], int],
        entropy: Callable[[int], bytes],
        hasher: PasswordHasher | None = None,
    ) -> None:
        """Open nothing.

        Args:
            desk: of the chats' file.
            unix_ns: real time.
            entropy: gives so many random bytes.
            hasher: another cost than the library's own.
        """
        self._desk = desk
        self._now = unix_ns
        self._entropy = entropy
        self._hasher = hasher or PasswordHasher()
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._nobody = ""
        """What a password is compared with where nobody has the name, so that the answer takes as long."""

    async def any(self) -> bool:
        """Whether an account exists."""
        return await self._desk.ask(
            lambda connection: bool(connection.execute(PEOPLE["any"]).fetchone()[0]), writes=False
        )

    async def all(self) -> tuple[Account, ...]:
        """Every account."""
        return await self._desk.ask(_all, writes=False)

    async def account(self, name: str) -> Account:
        """One."""
        return await self._desk.ask(lambda connection: _one(connection, name), writes=False)

    async def add(self, name: str, password: str, *, role: Role | None = None, plan: PlanName = "") -> Account:
        """Make one."""
        checked_name(name)
        hashed = await self._hash(password)

        def run(connection: sqlite3.Connection) -> Account:
            others = _all(connection)
            taken = next((each.name for each in others if each.name.lower() == name.lower()), None)
            if taken is not None:
                raise SettingsInvalid(f"an account {taken!r} is there already")
            given, now = first_role(role, others), self._now()
            connection.execute(PEOPLE["add"], (name, given, plan, hashed, now, now))
            if not others:
                owners.inherit(connection, name)
            return _one(connection, name)

        return await self._desk.ask(run)

    async def give_role(self, name: str, role: Role) -> Account:
        """Give another role."""

        def run(connection: sqlite3.Connection) -> Account:
            known = _one(connection, name)
            check_owner_left(known.name, role, _all(connection))
            connection.execute(PEOPLE["give_role"], (role, name))
            return _one(connection, name)

        return await self._desk.ask(run)

    async def give_plan(self, name: str, plan: PlanName) -> Account:
        """Give another plan."""

        def run(connection: sqlite3.Connection) -> Account:
            _one(connection, name)
            connection.execute(PEOPLE["give_plan"], (plan, name))
            return _one(connection, name)

        return await self._desk.ask(run)

    async def give_password(self, name: str, password: str) -> Account:
        """Give another password; every session ends."""
        hashed = await self._hash(password)

        def run(connection: sqlite3.Connection) -> Account:
            _one(connection, name)
            connection.execute(PEOPLE["give_password"], (hashed, self._now(), name))
            connection.execute(PEOPLE["end_all"], (name,))
            return _one(connection, name)

        return await self._desk.ask(run)

    async def remove(self, name: str) -> None:
        """Take an account away with everything of it."""

        def run(connection: sqlite3.Connection) -> None:
            known = _one(connection, name)
            check_owner_left(known.name, None, _all(connection))
            connection.execute(PEOPLE["end_all"], (name,))
            connection.execute(PEOPLE["remove"], (name,))
            owners.leave(connection, known.name)

        await self._desk.ask(run)
        while await self._desk.ask(lambda connection: conversations.drop_left(connection, self._now())):
            pass

    async def login(self, name: str, password: str, *, address: str) -> tuple[str, Session]:
        """Begin a session."""
        attempt = self._entropy(_RANDOM)
        hashed = await self._desk.ask(lambda connection: self._attempt(connection, attempt, name, address))
        self._nobody = self._nobody or await self._hash(self._entropy(_RANDOM).hex())
        if not await self._fits(hashed or self._nobody, password) or hashed is None:
            raise LoginRefused(_WRONG)
        fresh = await self._hash(password) if self._hasher.check_needs_rehash(hashed) else None
        token = self._entropy(_RANDOM).hex()

        def run(connection: sqlite3.Connection) -> Session:
            row = connection.execute(PEOPLE["hash"], (name,)).fetchone()
            if row is None or row[0] != hashed:  # removed, or given another password meanwhile
                raise LoginRefused(_WRONG)
            now = self._now()
            connection.execute(PEOPLE["right"], (attempt,))
            if fresh is not None:
                connection.execute(PEOPLE["rehash"], (fresh, name, hashed))
            account = _one(connection, name)
            connection.execute(PEOPLE["begin"], (_digest(token), account.name, now, now + SESSION_NS))
            return Session(account=account, began_ns=now, expires_ns=now + SESSION_NS)

        return token, await self._desk.ask(run)

    async def session(self, token: str) -> Session | None:
        """What a token stands for."""

        def run(connection: sqlite3.Connection) -> Session | None:
            row = connection.execute(PEOPLE["session"], (_digest(token), self._now())).fetchone()
            if row is None:
                return None
            *account, began, expires = row
            return Session(account=_account(tuple(account)), began_ns=began, expires_ns=expires)

        return await self._desk.ask(run, writes=False)

    async def logout(self, token: str) -> None:
        """End a session."""

        def run(connection: sqlite3.Connection) -> None:
            connection.execute(PEOPLE["end"], (_digest(token),))

        await self._desk.ask(run)

    def _attempt(self, connection: sqlite3.Connection, attempt: bytes, name: str, address: str) -> str | None:
        """Count an attempt, and say what its password is compared with; what is long over is forgotten."""
        now = self._now()
        counts = [(measure, *_tried(connection, measure.subject, now)) for measure in measures(name, address)]
        check_attempts(counts, now)
        connection.execute(PEOPLE["over"], (now - WINDOW_NS,))
        connection.execute(PEOPLE["expired"], (now,))
        for measure, *_ in counts:
            connection.execute(PEOPLE["try"], (_digest(measure.subject), now, attempt))
        row = connection.execute(PEOPLE["hash"], (_plain(name),)).fetchone()
        return None if row is None else str(row[0])

    async def _hash(self, password: str) -> str:
        checked = checked_password(password)
        async with self._places:
            return await asyncio.to_thread(self._hasher.hash, checked.encode("utf-8", "surrogatepass"))

    async def _fits(self, hashed: str, password: str) -> bool:
        typed = as_typed(password[: LONGEST_PASSWORD + 1]).encode("utf-8", "surrogatepass")
        async with self._places:
            return await asyncio.to_thread(self._verify, hashed, typed)

    def _verify(self, hashed: str, typed: bytes) -> bool:
        try:
            return self._hasher.verify(hashed, typed)
        except (Argon2Error, InvalidHashError):
            return False


def _tried(connection: sqlite3.Connection, subject: str, now: int) -> tuple[int, int]:
    count, first = connection.execute(PEOPLE["tried"], (_digest(subject), now - WINDOW_NS)).fetchone()
    return count, first


def _all(connection: sqlite3.Connection) -> tuple[Account, ...]:
    return tuple(_account(row) for row in connection.execute(PEOPLE["all"]))


def _one(connection: sqlite3.Connection, name: str) -> Account:
    row = connection.execute(PEOPLE["one"], (_plain(name),)).fetchone()
    if row is None:
        raise UnknownPerson(f"nobody has an account {name[:100]!r}; `outlast users list` shows every one")
    return _account(row)


def _account(row: tuple[str, Role, str, int, int]) -> Account:
    name, role, plan, created, password = row
    return Account(name=name, role=role, plan=plan, created_ns=created, password_ns=password)


def _plain(name: str) -> str:
    """A name that was typed, as a question: one that no account can have finds none."""
    return name if name.isascii() else ""


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()
