"""Webhooks: signed JSON to a program, plain JSON to Slack and its like.

It knows the signature: HMAC-SHA256 over ``TIMESTAMP.BODY``, so that an old message cannot be played again as a new
one. It does not know HTTP (``delivery.post``).
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass

from outlast.delivery.outcome import Outcome
from outlast.delivery.post import Poster
from outlast.delivery.store import Message

ID = "x-outlast-notice"
"""The message's own id, the same at every try: whoever has it already may answer 200 and do nothing."""
TIMESTAMP = "x-outlast-timestamp"
SIGNATURE = "x-outlast-signature"


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """``v1=`` and the hexadecimal HMAC-SHA256 of ``TIMESTAMP.BODY``; the timestamp is in Unix seconds."""
    signed = str(timestamp).encode() + b"." + body
    return "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def message_id(message: Message) -> str:
    """A name for this notice to this recipient, fit for a header."""
    named = f"{message.notice}\n{message.recipient}\n{message.way}"
    return hashlib.sha256(named.encode(errors="surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """One receiver of signed JSON."""

    url: str
    secret: str
    poster: Poster
    unix_ns: Callable[[], int]

    def __call__(self, message: Message) -> Outcome:
        """Send once. What may have arrived may be repeated: its id says that it is the same."""
        now = self.unix_ns() // 10**9
        headers = {
            ID: message_id(message),
            TIMESTAMP: str(now),
            SIGNATURE: signature(self.secret, now, message.payload),
        }
        outcome = self.poster.post(self.url, message.payload, headers)
        return Outcome("failed", outcome.said) if outcome.result == "unknown" else outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Slack:
    """One incoming webhook of Slack, or of what takes the same JSON."""

    url: str
    poster: Poster

    def __call__(self, message: Message) -> Outcome:
        """Send once."""
        return self.poster.post(self.url, message.payload, {})
