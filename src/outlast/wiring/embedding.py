"""Asks the targets of a configuration for embeddings, as capture and replay ask for answers.

It knows OpenAI's ``/embeddings``: one text a call, so that each is kept by itself and none is paid twice. It does not
know what vectors are compared with (``replay.embedding``).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from outlast.catalog.prices import cost
from outlast.checks.draw import Draw, Item
from outlast.dialects.envelope import Envelope
from outlast.errors import MalformedRequest, UpstreamError
from outlast.exchange import Usage
from outlast.gateway.destination import Destination
from outlast.gateway.ports import UpstreamAnswer, UpstreamRequest
from outlast.replay.embedding import kept_vector
from outlast.wiring.asking import BUSY_STATUSES, DirectAsker, retry_after

NO_VECTOR = "no_vector"
"""The error of an answer without a usable embedding."""


class _Datum(msgspec.Struct):
    embedding: list[float]


class _Usage(msgspec.Struct):
    prompt_tokens: int = 0


class _Answer(msgspec.Struct):
    data: list[_Datum]
    model: str = ""
    usage: _Usage | None = None


_ANSWER = msgspec.json.Decoder(_Answer)


@dataclass(frozen=True, slots=True)
class EmbeddingAsker:
    """Asks through the same upstreams; ``aclose`` is the other asker's."""

    behind: DirectAsker

    async def ask(self, item: Item, target: str, *, adapt: bool) -> Draw:
        """One vector, as ``kept_vector`` writes it; an upstream's failure is a draw without one."""
        del adapt  # there is nothing in it that a target could refuse
        destination = self.behind.destinations.open(target)
        answer: UpstreamAnswer | None = None
        try:
            answer = await destination.upstream.send(_request(item, destination))
            if answer.status in BUSY_STATUSES:
                return Draw(error=BUSY_STATUSES[answer.status], retry_after_s=retry_after(answer.headers))
            body = await answer.read()
            return Draw(error=f"status {answer.status}") if answer.status >= 400 else _draw(body, destination)
        except (UpstreamError, MalformedRequest) as error:
            return Draw(error=error.code)
        finally:
            if answer is not None:
                answer.close()

    def expected_cost(self, item: Item, target: str, output_tokens: int) -> int | None:
        """An embedding has no output."""
        del output_tokens
        return self.behind.expected_cost(item, target, 0)

    async def aclose(self) -> None:
        """Connections are the other asker's."""


def _request(item: Item, destination: Destination) -> UpstreamRequest:
    edits: Mapping[str, bytes | None] = {"model": msgspec.json.encode(destination.model)}
    return UpstreamRequest(
        target=destination.target,
        model=destination.model,
        path="/embeddings",
        body=Envelope.parse(item.request).edit(edits),
        stream=False,
    )


def _draw(body: bytes, destination: Destination) -> Draw:
    """What came; whatever is no vector is an answer without one, and was paid."""
    try:
        found = _ANSWER.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Draw(error=NO_VECTOR)
    usage = None if found.usage is None else Usage(input_tokens=max(0, found.usage.prompt_tokens))
    said = kept_vector(found.data[0].embedding) if len(found.data) == 1 else None
    rates = destination.tariff_for(found.model).rates
    return Draw(
        said=said,
        error="" if said is not None else NO_VECTOR,
        answered=found.model,
        usage=usage,
        cost_pico_usd=cost(usage, rates) if usage and rates else None,
    )
