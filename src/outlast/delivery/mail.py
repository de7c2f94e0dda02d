"""Notices by SMTP: to the operator's own server, encrypted unless they say otherwise.

It knows the address of a server, TLS, and at which point of a transfer a failure leaves it open whether the mail
arrived. It does not know who is mailed what.
"""

import datetime as dt
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final
from urllib.parse import unquote, urlsplit

from outlast.delivery.outcome import Outcome
from outlast.delivery.store import Message
from outlast.delivery.webhook import message_id
from outlast.errors import SettingsInvalid

SECONDS: Final = 30.0
"""How long a server may be silent."""
PORTS: Final = {"smtps": 465, "smtp": 587, "smtp+plain": 25}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail is handed in."""

    scheme: str
    host: str
    port: int
    user: str | None
    password: str | None


def mail_server(url: str) -> MailServer:
    """The server of an address such as ``smtps://user:password@host``.

    Raises:
        SettingsInvalid: it cannot be meant; the address is not repeated, since it may hold a password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise SettingsInvalid("[notices] smtp is no address; write smtps://USER:PASSWORD@HOST") from None
    if parts.scheme not in PORTS or not parts.hostname:
        raise SettingsInvalid(f"[notices] smtp is no address; write one of {', '.join(f'{s}://HOST' for s in PORTS)}")
    if parts.scheme == "smtp+plain" and parts.password is not None:
        raise SettingsInvalid("[notices] smtp: a password is not sent in the clear; write smtps:// or smtp://")
    return MailServer(
        scheme=parts.scheme,
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        user=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
    )


def mail_of(message: Message, sender: str) -> EmailMessage:
    """The mail: plain text in UTF-8, marked as sent by a machine, with an id that stays at every try."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, message.recipient, message.subject
    mail["Date"] = dt.datetime.fromtimestamp(message.made_ns // 10**9, dt.UTC)
    mail["Message-ID"] = f"<{message_id(message)}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.payload.decode(), cte="quoted-printable")
    return mail


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailer:
    """Hands in one mail at a time, over a connection of its own."""

    server: MailServer
    sender: str
    trust: ssl.SSLContext | None = None
    seconds: float = SECONDS

    def __call__(self, message: Message) -> Outcome:
        """Send once. After the text was begun to be handed over, silence leaves it unknown whether it arrived."""
        handing_over = False
        try:
            raw = mail_of(message, self.sender).as_bytes()
            with self._connected() as server:
                for code, said in (server.mail(self.sender), server.rcpt(message.recipient)):
                    if code not in (250, 251):
                        return _refused(code, said)
                handing_over = True
                code, said = server.data(raw)
                return Outcome("sent", str(code)) if code == 250 else _refused(code, said)
        except smtplib.SMTPDataError as error:
            return _refused(error.smtp_code, error.smtp_error)
        except (smtplib.SMTPException, OSError) as error:
            why = f"the mail server {self.server.host}: {_why(error)}"
            return Outcome("unknown", why) if handing_over else Outcome("failed", why, everybody=True)

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        at, context = self.server, self.trust or ssl.create_default_context()
        server: smtplib.SMTP = (
            smtplib.SMTP_SSL(at.host, at.port, timeout=self.seconds, context=context)
            if at.scheme == "smtps"
            else smtplib.SMTP(at.host, at.port, timeout=self.seconds)
        )
        try:
            if at.scheme == "smtp":
                server.starttls(context=context)
            server.ehlo_or_helo_if_needed()
            if at.user is not None:
                server.login(at.user, at.password or "")
            yield server
            with suppress(smtplib.SMTPException, OSError):  # the mail is handed in; a broken farewell changes nothing
                server.quit()
        finally:
            server.close()


def _refused(code: int, said: bytes | str) -> Outcome:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return Outcome("refused" if 500 <= code < 600 else "failed", f"{code} {' '.join(text.split())[:200]}")


def _why(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"it refuses user or password ({error.smtp_code})"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"it answered {error.smtp_code}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate does not hold: {error.verify_message}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error).split("\n", maxsplit=1)[0][:200] or type(error).__name__
