"""Recorded calls as items: what may be asked again of what the ledger kept.

It knows which exchanges are fit to be asked again. It does not know where they are kept, and keeps none itself.
"""

from collections.abc import Callable, Iterable, Iterator

from outlast.checks.draw import Item
from outlast.errors import MalformedRequest
from outlast.exchange import Exchange
from outlast.replay.items import make_item

CHAT = "/v1/chat/completions"


def items_of(
    exchanges: Iterable[Exchange], *, model: str, redact: Callable[[bytes], bytes], language: Callable[[str], str]
) -> Iterator[Item]:
    """The chat requests under one name whose bodies were recorded and that got an answer, redacted."""
    for exchange in exchanges:
        if exchange.requested != model or exchange.path != CHAT or exchange.outcome != "answered":
            continue
        if exchange.request_body is None:
            continue
        try:
            plain = make_item(redact(exchange.request_body), application=exchange.key)
        except MalformedRequest:
            continue
        yield make_item(plain.request, application=exchange.key, language=language(plain.last_user))
