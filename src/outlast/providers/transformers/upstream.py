"""The ``transformers`` kind as the gateway sees it: chat completions, one at a time, in one thread.

It knows the call and the bound on what waits. It does not know bodies (``reading``) nor models (``shelf``).
"""

import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from outlast.errors import OperatorError, UpstreamError
from outlast.gateway.ports import Patience, UpstreamRequest
from outlast.omni.encode import Encoder
from outlast.providers.local.asked import unused_header
from outlast.providers.local.chat_request import read_chat
from outlast.providers.local.chat_wire import Known
from outlast.providers.local.giving import Given
from outlast.providers.local.refused import Refused, unreadable
from outlast.providers.local.work import Answer, Head, Pool, Stop
from outlast.providers.script.refusal import Refusal
from outlast.providers.transformers.port import OpenModel
from outlast.providers.transformers.reading import unused_by, wish_of
from outlast.providers.transformers.shelf import Shelf

_PATH: Final = "/chat/completions"
_WAITING: Final = 8
_BUSY: Final = Refusal(
    503,
    "The engine is currently overloaded, please try again later: one answer is computed at a time and others wait.",
    code="engine_overloaded",
    type="server_error",
    retry_after=1,
)


class TransformersUpstream:
    """One provider of ``kind = "transformers"``."""

    def __init__(
        self,
        shelf: Shelf,
        *,
        unix_seconds: Callable[[], float],
        rng: random.Random,
        patience: Patience | None = None,
        pool: Pool | None = None,
    ) -> None:
        self._shelf = shelf
        self._unix_seconds = unix_seconds
        self._rng = rng
        self._patience = patience or Patience()
        self._pool = pool or Pool(threads=1, waiting=_WAITING, busy=_BUSY)

    async def send(self, request: UpstreamRequest) -> Answer:
        """Compute an answer; returns when its first piece is known. Raises an ``UpstreamError``."""
        call = Call(
            shelf=self._shelf,
            request=request,
            id=uuid.UUID(int=self._rng.getrandbits(128), version=4).hex,
            created=int(self._unix_seconds()),
        )
        return await self._pool.run(call.job, target=request.target, patience=request.patience or self._patience)

    async def aclose(self) -> None:
        """Stop what is being computed."""
        self._pool.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of the gateway."""

    shelf: Shelf
    request: UpstreamRequest
    id: str
    created: int
    """Unix seconds."""

    def job(self, stop: Stop) -> Iterator[Head | bytes]:
        """Its answer; runs in the pool's thread."""
        path = self.request.path.partition("?")[0]
        if path != _PATH:
            message = f"Invalid URL ({self.request.method} /v1{path}): open models in this process have {_PATH} alone"
            raise Refused(Refusal(404, message, code="unknown_url"))
        asked = read_chat(self.request.body)
        name = self.shelf.name(self.request.model)
        stop.check()
        model = self._model(name)
        wish = wish_of(asked, model)
        encoder = None if asked.sound is None else Encoder(asked.sound, model.hertz)
        given = Given(
            known=Known(id=self.id, created=self.created, model=name),
            encoder=encoder,
            headers=unused_header(unused_by(asked, model)),
            stream=bool(asked.stream),
            with_usage=asked.wants_usage,
        )
        try:
            yield from given.of(model.answer(wish, stop))
        except UpstreamError as error:
            error.target = self.request.target
            raise

    def _model(self, name: str) -> OpenModel:
        try:
            return self.shelf.model(name)
        except (
            OperatorError,
            ImportError,
            OSError,
            RuntimeError,
        ) as error:  # RuntimeError: memory is full, among others
            raise unreadable(name, error) from error
