"""Who is looking at a page, and the proof that a form came from one of ours.

It knows one visit. It does not know how people are told apart (``web.pages.entrance``) nor what they may see.
"""

import hmac
import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from outlast.chat import ports
from outlast.chat.accounts import PlanName, Role, may_operate

_IN_SCOPE: Final = "outlast.visit"
_PURPOSE: Final = b"outlast form"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody whose conversations are theirs alone."""

    name: str
    """Of the account; empty: the one person of a gateway without accounts."""
    role: Role
    plan: PlanName = ""

    @property
    def operates(self) -> bool:
        """Whether the pages of operators are theirs to see."""
        return may_operate(self.role)


ALONE: Final = Person(name="", role="owner")
"""Whoever sits at a machine that nobody else can reach, where nobody has an account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One browser's call."""

    person: Person | None
    """None: nobody has logged in, and somebody has to."""
    secret: str
    """The value of its cookie, which is the token of a session where somebody has logged in; forms are tied to it."""
    secure: bool = False
    """Whether TLS stands in front."""

    @property
    def token(self) -> str:
        """What a form of this visit carries; another each time it is written, so that compression betrays nothing."""
        pad = secrets.token_bytes(sha256().digest_size)
        return (pad + _mixed(pad, self._proof())).hex()

    def wrote(self, token: str) -> bool:
        """Whether a form that carries ``token`` was made for this visit."""
        try:
            whole = bytes.fromhex(token)
        except ValueError:
            return False
        size = sha256().digest_size
        return len(whole) == 2 * size and hmac.compare_digest(_mixed(whole[:size], whole[size:]), self._proof())

    def _proof(self) -> bytes:
        return hmac.digest(self.secret.encode(), _PURPOSE, sha256)


def _mixed(pad: bytes, text: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(pad, text, strict=True))


def set_visit(connection: HTTPConnection, visit: Visit) -> None:
    """Say who this is, for everything that comes after."""
    connection.scope[_IN_SCOPE] = visit


def visit_of(connection: HTTPConnection) -> Visit:
    """Who this is."""
    visit: Visit = connection.scope[_IN_SCOPE]
    return visit


def person_of(connection: HTTPConnection) -> Person:
    """The person whose page this is.

    Raises:
        HTTPException: 401, which sends a browser to the login.
    """
    person = visit_of(connection).person
    if person is None:
        raise HTTPException(401)
    return person


def asking(connection: HTTPConnection) -> ports.Person:
    """The same person, as the chat knows those who ask; raises as ``person_of`` does."""
    person = person_of(connection)
    return ports.Person(name=person.name, plan=person.plan)


def operator_of(connection: HTTPConnection) -> Person:
    """The same, where the page is for operators.

    Raises:
        HTTPException: 401; 403 for everybody else.
    """
    person = person_of(connection)
    if not person.operates:
        raise HTTPException(403, "This page is for the operators of this gateway.")
    return person
