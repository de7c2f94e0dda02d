"""What one transaction will insert, collected from frames; and the form of a record, which is its JSON.

It knows which tables a record touches. It does not know SQL nor the journal's files.
"""

from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from outlast.exchange import Exchange, Observation
from outlast.ledger.bounds import bounded, in_time
from outlast.ledger.frames import EXCHANGE, Frame
from outlast.ledger.totals import Totals

Row = tuple[str | int | bytes | None, ...]

encode: Final[Callable[[Exchange | Observation], bytes]] = msgspec.json.Encoder().encode
_decode_exchange: Final[Callable[[bytes], Exchange]] = msgspec.json.Decoder(Exchange).decode
_decode_observation: Final[Callable[[bytes], Observation]] = msgspec.json.Decoder(Observation).decode


class Batch:
    """Rows that wait for their insert, and the sums of all rows that ever came through.

    ``careful`` brings every number within bounds first. Few upstreams lie, so that is done only where the plain
    way overflowed.
    """

    def __init__(self, *, careful: bool) -> None:
        self.totals = Totals()
        self.exchanges: list[Row] = []
        self.bodies: list[Row] = []
        self.observations: list[Row] = []
        self._careful = careful

    def add(self, frames: Iterable[Frame]) -> int:
        """Collect what the frames hold; returns how many could not be understood."""
        unknown = 0
        for kind, payload in frames:
            try:
                if kind == EXCHANGE:
                    self._add_exchange(_decode_exchange(payload), payload)
                else:
                    self._add_observation(_decode_observation(payload))
            except (msgspec.DecodeError, UnicodeDecodeError):
                unknown += 1
        return unknown

    def _add_exchange(self, exchange: Exchange, payload: bytes) -> None:
        if self._careful:
            exchange = bounded(exchange)
            payload = encode(exchange)
        self.totals.add(exchange)
        if exchange.keep == "totals":
            return
        if exchange.request_body is not None or exchange.response_body is not None:
            self.bodies.append((exchange.id, exchange.started_ns, exchange.request_body, exchange.response_body))
            payload = encode(msgspec.structs.replace(exchange, request_body=None, response_body=None))
        self.exchanges.append((exchange.id, exchange.started_ns, payload.decode()))

    def _add_observation(self, observation: Observation) -> None:
        o = observation
        seen_ns = in_time(o.seen_ns) if self._careful else o.seen_ns
        self.observations.append((o.target, o.surface, o.event, seen_ns, o.evidence))
