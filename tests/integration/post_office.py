"""A real mail server on loopback, by aiosmtpd, that can be told to hold one transfer for as long as a test needs."""

import asyncio
import contextlib
import email
import email.policy
import ssl
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

PATIENCE = 60.0


@dataclass
class Office:
    """The server's handler, and what was handed in."""

    hold_at: str = ""
    """``rcpt`` or ``data``: where the held transfer stops."""
    hold: int = -1
    """Which transfer, counted from 0."""
    mails: list[tuple[str, EmailMessage]] = field(default_factory=list)
    """Recipient and mail, in the order of arrival."""
    users: list[str] = field(default_factory=list)
    held: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)
    begun: int = 0
    port: int = 0

    @property
    def told(self) -> Counter[str]:
        """How many mails came to each recipient."""
        return Counter(recipient for recipient, _ in self.mails)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session, options
        place, self.begun = self.begun, self.begun + 1
        if self.hold_at == "rcpt" and place == self.hold:
            await self._holding()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        del server, session
        raw = envelope.content
        assert isinstance(raw, bytes)
        [recipient] = envelope.rcpt_tos
        self.mails.append((recipient, email.message_from_bytes(raw, policy=email.policy.SMTP)))
        if self.hold_at == "data" and len(self.mails) - 1 == self.hold:
            await self._holding()
        return "250 Taken"

    async def _holding(self) -> None:
        self.held.set()
        await asyncio.to_thread(self.released.wait, PATIENCE)

    def authenticated(self, server: SMTP, session: Session, envelope: Envelope, how: str, data: object) -> AuthResult:
        """Whether user and password are the ones that the tests use."""
        del server, session, envelope, how
        fine = isinstance(data, LoginPassword) and (data.login, data.password) == (b"outlast", b"p@ss word")
        if fine and isinstance(data, LoginPassword):
            self.users.append(data.login.decode())
        return AuthResult(success=fine, handled=False)


@contextlib.contextmanager
def post_office(
    office: Office | None = None, *, starttls: ssl.SSLContext | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[Office]:
    """The server with its handler, running in a thread."""
    made = office or Office()
    secured = starttls or tls
    controller = _AnyPort(
        made,
        hostname="127.0.0.1",
        port=0,
        ssl_context=tls,
        tls_context=starttls,
        require_starttls=starttls is not None,
        authenticator=made.authenticated if secured else None,
        auth_required=starttls is not None,
        auth_require_tls=starttls is not None,
        ready_timeout=PATIENCE,
    )
    controller.start()
    try:
        made.port = controller.port
        yield made
    finally:
        made.released.set()
        controller.stop()


class _AnyPort(Controller):
    """A controller whose first look at its own server goes to the port that it was given."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]
