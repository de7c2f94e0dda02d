"""The half of the composition root that capture and replay need: models asked directly, and the store of evidence.

It knows how a recorded request becomes an upstream's, as the gateway would send it, and how an answer becomes a draw.
It does not load the server. No tool that an answer calls is ever executed.
"""

import asyncio
import datetime as dt
import math
import os
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import msgspec

from outlast.catalog.prices import cost
from outlast.checks.draw import Draw, Item, Timing
from outlast.dialects.adaptation import NOTHING, adapt
from outlast.dialects.answer import Answer
from outlast.dialects.chat.asked import peek
from outlast.dialects.chat.relay import StreamReader
from outlast.dialects.dialect import Asked, Framing, StreamReading
from outlast.dialects.envelope import Envelope
from outlast.dialects.registry import DIALECTS
from outlast.dialects.said import Collector, Said, read_said
from outlast.dialects.sse import Splitter
from outlast.dialects.translation import Translation, translate
from outlast.errors import MalformedRequest, Untranslatable, UpstreamError
from outlast.evidence.store import EvidenceStore
from outlast.exchange import Usage
from outlast.gateway.destination import Destination, Destinations
from outlast.gateway.ports import Clock, Headers, Upstream, UpstreamAnswer, UpstreamRequest
from outlast.ledger.location import database_path
from outlast.providers.factory import open_upstream
from outlast.replay.run import OVERLOADED, RATE_LIMITED
from outlast.settings import Settings
from outlast.wiring.reading import open_knowledge

CHAT = DIALECTS["chat"]
_BYTES_PER_TOKEN = 4
BUSY_STATUSES = {429: RATE_LIMITED, 503: OVERLOADED, 529: OVERLOADED}


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectAsker:
    """Asks the targets of a configuration, past the gateway's policy and record: evidence is no traffic."""

    destinations: Destinations
    upstreams: Mapping[str, Upstream]
    clock: Clock
    as_recorded: frozenset[str] = frozenset()
    """Providers whose requests go as they came; everywhere else answers are streamed, so that their times are known."""

    async def ask(self, item: Item, target: str, *, adapt: bool) -> Draw:
        """One answer; an upstream's failure is a draw without an answer."""
        destination = self.destinations.open(target)
        streamed = destination.provider not in self.as_recorded
        try:
            prepared = _prepared(item, destination, adapted=adapt, streamed=streamed)
        except (MalformedRequest, Untranslatable) as error:
            return Draw(error=error.code)
        since = self.clock.monotonic_ns()
        answer: UpstreamAnswer | None = None
        try:
            answer = await destination.upstream.send(prepared.request)
            if answer.status in BUSY_STATUSES:
                return Draw(error=BUSY_STATUSES[answer.status], retry_after_s=retry_after(answer.headers))
            if answer.status >= 400:
                await answer.read()
                return Draw(error=f"status {answer.status}")
            draw = await self._received(answer, destination, prepared, since)
            return draw if streamed else msgspec.structs.replace(draw, timing=Timing())  # a file's time is no model's
        except UpstreamError as error:
            return Draw(error=error.code)
        finally:
            if answer is not None:
                answer.close()

    def expected_cost(self, item: Item, target: str, output_tokens: int) -> int | None:
        """By the catalogue's price, the prompt's length and a typical answer."""
        rates = self.destinations.open(target).tariff.rates
        if rates is None:
            return None
        usage = Usage(input_tokens=len(item.request) // _BYTES_PER_TOKEN, output_tokens=output_tokens)
        return cost(usage, rates)

    async def aclose(self) -> None:
        """Give connections back."""
        await asyncio.gather(*(upstream.aclose() for upstream in self.upstreams.values()))

    async def _received(
        self, answer: UpstreamAnswer, destination: Destination, prepared: "_Prepared", since: int
    ) -> Draw:
        if not _is_stream(answer.headers):
            body = await answer.read()
            total = (self.clock.monotonic_ns() - since) // 1000
            said, facts = prepared.read(body)
            return self._draw(destination, said, (facts.model, facts.usage), Timing(total_us=total))
        collector, reader, splitter = Collector(), prepared.reader(), Splitter()
        moments: list[int] = []
        while piece := await answer.chunk():
            moments.extend(
                (self.clock.monotonic_ns() - since) // 1000
                for event in splitter.feed(reader.feed(piece))
                if collector.event(event)
            )
            if reader.done:
                break
        for event in splitter.feed(reader.finish() + reader.held()):
            collector.event(event)
        total = (self.clock.monotonic_ns() - since) // 1000
        facts = reader.answer
        if reader.failed or not (reader.done or facts.finish):
            return Draw(error="upstream_broken", usage=facts.usage)
        answer.leave()
        return self._draw(destination, collector.said, (facts.model, facts.usage), _timing(moments, total))

    @staticmethod
    def _draw(destination: Destination, said: Said, facts: tuple[str, Usage | None], timing: Timing) -> Draw:
        answered, usage = facts
        tariff = destination.tariff_for(answered)
        return Draw(
            said=said,
            answered=answered,
            usage=usage,
            cost_pico_usd=cost(usage, tariff.rates) if usage and tariff.rates else None,
            timing=timing,
        )


def open_asker(settings: Settings, *, clock: Clock, today: Callable[[], dt.date]) -> DirectAsker:
    """Every provider of the configuration, ready to be asked.

    Raises:
        SettingsInvalid: a provider's settings cannot be meant.
    """
    knowledge = open_knowledge(settings)
    upstreams = {
        name: open_upstream(name, provider, root=settings.root, knowledge=knowledge, today=today, environ=os.environ)
        for name, provider in settings.providers.items()
    }
    destinations = Destinations(providers=settings.providers, upstreams=upstreams, knowledge=knowledge)
    as_recorded = frozenset(name for name, provider in settings.providers.items() if provider.kind == "recorded")
    return DirectAsker(destinations=destinations, upstreams=upstreams, clock=clock, as_recorded=as_recorded)


def open_evidence(settings: Settings) -> EvidenceStore:
    """The store beside the ledger."""
    return EvidenceStore(evidence_path(settings))


def evidence_path(settings: Settings) -> Path:
    """Where the evidence of a configuration lies."""
    database = database_path(settings.server.database, settings.root)
    return database.with_suffix(".evidence" + database.suffix)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A recorded request as a target takes it; recorded requests are in the dialect of chat completions."""

    request: UpstreamRequest
    translation: Translation | None

    def read(self, body: bytes) -> tuple[Said, Answer]:
        """What a plain answer says, and its facts."""
        if self.translation is None:
            return read_said(body), CHAT.read_answer(body)
        return read_said(self.translation.answer(body)), self.translation.target.read_answer(body)

    def reader(self) -> StreamReading:
        """What gives the events of chat completions."""
        return StreamReader(hide_usage=False) if self.translation is None else self.translation.stream()


def _prepared(item: Item, destination: Destination, *, adapted: bool, streamed: bool) -> _Prepared:
    """The recorded request as this target takes it.

    Raises:
        MalformedRequest: it has to be translated or adapted, and cannot be read.
        Untranslatable: the target cannot be asked this.
    """
    edits: dict[str, bytes | None] = {"model": msgspec.json.encode(destination.model)}  # an import may name none
    if streamed:
        edits["stream"] = b"true"
    asked: Asked = peek(Envelope.parse(item.request).edit(edits))
    dialect, translation = destination.dialect_for(CHAT), None
    if dialect is not CHAT:
        meant = CHAT.decode_request(asked.envelope.body, asked)
        framing = Framing(id="draw", model=destination.model, created=0, request=meant)
        translation = translate(meant, destination.model, caller=CHAT, target=dialect, framing=framing)
        asked = translation.request
    adaptation = adapt(asked, destination.profile, dialect.name) if adapted else NOTHING
    if adaptation.refusal is not None:
        raise Untranslatable(f"{destination.target}: {adaptation.refusal}")
    request = UpstreamRequest(
        target=destination.target,
        model=destination.model,
        path=dialect.endpoint(destination.model, asked.stream),
        body=asked.for_upstream(destination.model, adaptation.changes),
        stream=asked.stream,
    )
    return _Prepared(request, translation)


def retry_after(headers: Headers) -> float:
    """Seconds that a busy provider asks to be left alone; 0 where it does not say, or names a date of its own clock."""
    said = dict(headers)
    for name, unit in (("retry-after-ms", 1000), ("retry-after", 1)):
        try:
            wait = float(said.get(name, "")) / unit
        except ValueError:
            continue
        if 0 < wait < math.inf:
            return wait
    return 0.0


def _is_stream(headers: Headers) -> bool:
    return any(name == "content-type" and value.startswith("text/event-stream") for name, value in headers)


def _timing(moments: list[int], total: int) -> Timing:
    gaps = sorted(later - earlier for earlier, later in pairwise(moments))
    if not gaps:
        return Timing(first_token_us=moments[0] if moments else 0, total_us=total)
    return Timing(
        first_token_us=moments[0],
        total_us=total,
        gap_p50_us=int(statistics.median(gaps)),
        gap_p95_us=gaps[min(len(gaps) - 1, int(0.95 * len(gaps)))],
        gap_max_us=gaps[-1],
    )
