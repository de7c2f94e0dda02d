"""``[notices]``: who is told of ends, when, in which language and by which way.

This file knows values. It does not know what a notice says (``notices``) nor how it is sent (``delivery``).
"""

import re
from typing import Annotated, Literal

import msgspec

Language = Literal["en", "it", "fr", "es", "de", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "it", "fr", "es", "de", "zh")

MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
"""An address as it is written in mail: no name beside it, no quotes, nothing that could begin another header."""

Step = Annotated[int, msgspec.Meta(ge=0, le=3_650)]
Within = Annotated[int, msgspec.Meta(ge=1, le=3_650)]


def is_mail(text: str) -> bool:
    """Whether this is one plain mail address."""
    return len(text) <= 254 and MAIL.fullmatch(text) is not None


class NoticeTo(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[notices.to.NAME]``: somebody who is told, of which keys, and by which ways."""

    keys: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    everything: bool = False
    """Told of every model that anything here depends on, whoever calls it."""
    mail: str | tuple[str, ...] = ()
    webhook: str | None = None
    """A URL, or ``env:NAME``."""
    secret: str | None = None
    """What webhooks are signed with: ``env:NAME``, or the secret itself."""
    slack: str | None = None
    """The URL of an incoming webhook of Slack or of what takes the same JSON; ``env:NAME``."""
    private: bool = False
    """The webhook may lie on this machine or in this network."""
    language: Language | None = None

    def __post_init__(self) -> None:
        """Refuse what nobody could be told by, or of."""
        for address in self.mails:
            if not is_mail(address):
                raise ValueError(f"mail = {address!r} is no plain mail address")
        if self.webhook is not None and self.secret is None:
            raise ValueError('webhook needs a secret to sign with: secret = "env:NAME"')
        if not (self.mails or self.webhook or self.slack):
            raise ValueError("nobody is told without mail, webhook or slack")
        if not (self.keys or self.owners or self.teams or self.everything):
            raise ValueError("say of what: keys, owners, teams, or everything = true")

    @property
    def mails(self) -> tuple[str, ...]:
        """Every mail address."""
        return (self.mail,) if isinstance(self.mail, str) else self.mail


class NoticesSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[notices]``: when who is told, and how mail goes out."""

    days: tuple[Step, ...] = (90, 30, 7, 1)
    """Days before an end on which its dependants are told."""
    used_within: Within = 30
    """Whoever used a model in so many days depends on it."""
    language: Language = "en"
    sender: str | None = msgspec.field(default=None, name="from")
    """The mail address that notices come from."""
    smtp: str | None = None
    """``smtps://user:password@host``, ``smtp://host`` (STARTTLS), ``smtp+plain://host``; ``env:NAME`` is better."""
    mail_owners: bool = True
    """A key's owner that is a mail address is told without a table of its own."""
    to: dict[str, NoticeTo] = {}

    def __post_init__(self) -> None:
        """Refuse mail that could not go out."""
        if not self.days:
            raise ValueError("days is an empty list")
        if self.sender is not None and not is_mail(self.sender):
            raise ValueError(f"from = {self.sender!r} is no plain mail address")
        if (self.smtp is None) != (self.sender is None):
            raise ValueError("mail needs both `smtp` and `from`")
        mailed = next((name for name, each in self.to.items() if each.mails), None)
        if mailed is not None and self.smtp is None:
            raise ValueError(f"to.{mailed} is told by mail, which needs `smtp` and `from`")
