"""The ``local`` kind as the gateway sees it: which of its calls becomes which job.

It knows paths and the bound on what is computed at a time. It does not know bodies (``chat``, ``hearing``,
``speaking``) nor how anything is computed (``omni``).
"""

import os
import random
import uuid
from collections.abc import Callable, Iterator
from typing import Final

from outlast.gateway.ports import Patience, UpstreamRequest
from outlast.providers.local import chat, hearing, speaking
from outlast.providers.local.asked import Call
from outlast.providers.local.refused import Refused
from outlast.providers.local.shelf import Shelf
from outlast.providers.local.work import Answer, Head, Pool, Stop
from outlast.providers.script.refusal import Refusal

_WAITING: Final = 8
"""Calls for each core that may wait for it."""
_JOBS: Final[dict[str, Callable[[Call, Stop], Iterator[Head | bytes]]]] = {
    "/chat/completions": chat.answer,
    "/audio/transcriptions": hearing.answer,
    "/audio/speech": speaking.answer,
}


class LocalUpstream:
    """One provider of ``kind = "local"``."""

    def __init__(
        self,
        shelf: Shelf,
        *,
        unix_seconds: Callable[[], float],
        rng: random.Random,
        patience: Patience | None = None,
        pool: Pool | None = None,
    ) -> None:
        cores = os.cpu_count() or 1
        self._shelf = shelf
        self._unix_seconds = unix_seconds
        self._rng = rng
        self._patience = patience or Patience()
        self._pool = pool or Pool(threads=cores, waiting=_WAITING * cores)

    async def send(self, request: UpstreamRequest) -> Answer:
        """Compute an answer; returns when its first piece is known. Raises ``UpstreamTimeout``."""
        path = request.path.partition("?")[0]

        def job(stop: Stop) -> Iterator[Head | bytes]:
            work = _JOBS.get(path)
            if work is None:
                message = f"Invalid URL ({request.method} /v1{path}): the local engine has {', '.join(_JOBS)}"
                raise Refused(Refusal(404, message, code="unknown_url"))
            yield from work(call, stop)

        call = Call(
            shelf=self._shelf,
            model=request.model,
            body=request.body,
            content_type=request.content_type,
            id=uuid.UUID(int=self._rng.getrandbits(128), version=4).hex,
            created=int(self._unix_seconds()),
        )
        return await self._pool.run(job, target=request.target, patience=request.patience or self._patience)

    async def aclose(self) -> None:
        """Stop what is being computed."""
        self._pool.close()
