"""The state of a conversation around one call: what went before is written out, and the answer is kept.

It knows when a response is kept and what its answer then says of it. It does not know how a call is served
(``gateway.chat``) nor where responses lie (``Responses``).
"""

from dataclasses import dataclass

from outlast.dialects.responses.asked import ResponsesRequest, peek
from outlast.dialects.responses.kept import expanded, final_response, keep, restated
from outlast.errors import LedgerUnavailable, MalformedRequest, UpstreamBroken
from outlast.gateway.ports import Clock, Responses

_NS = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """Keeps responses for their callers."""

    responses: Responses
    clock: Clock

    async def before(self, asked: ResponsesRequest, *, owner: str, provider: str) -> ResponsesRequest:
        """The request with everything that it goes on from written out; itself where it goes on from nothing.

        No provider is told an id of a response: all callers share its account, and one could name another's.

        Args:
            asked: the request as it came.
            owner: the caller's name.
            provider: the table that is asked; thoughts of another one are left out.

        Raises:
            PreviousNotFound: what it goes on from is not kept for this caller.
            MalformedRequest: it is too large to go on from, or asks for an answer in the background.
            LedgerUnavailable: what is kept cannot be read.
        """
        if asked.background:
            raise MalformedRequest(
                "'background' is not served here: send the call without it, and wait for its answer or stream it",
                param="background",
            )
        if not asked.previous:
            return asked
        chain = await self.responses.chain(asked.previous, owner)
        return peek(expanded(asked, chain, provider=provider))

    async def after(self, asked: ResponsesRequest, answer: bytes, *, owner: str, provider: str) -> bytes:
        """The bytes that the caller gets of an answer, or of a stream's held end, when it is kept or could not be.

        A response that cannot be kept is still answered, and says ``"store": false``.

        Args:
            asked: the request as it came, not written out.
            answer: a whole 200, or what a stream ends with; as the caller would get it.
            owner: the caller's name.
            provider: the table that answered.
        """
        stored = False
        if asked.store:
            claimed = restated(answer, stored=True, previous=asked.previous)
            response = claimed if claimed.lstrip().startswith(b"{") else final_response(claimed)
            stored = response is not None and await self._kept(asked, response, owner, provider)
            if stored:
                return claimed
        return restated(answer, stored=False, previous=asked.previous)

    async def _kept(self, asked: ResponsesRequest, response: bytes, owner: str, provider: str) -> bool:
        now = self.clock.unix_ns() // _NS
        try:
            await self.responses.keep(keep(asked, response, owner=owner, provider=provider, now=now))
        except (LedgerUnavailable, UpstreamBroken):
            return False  # the caller is served all the same, and told by ``store``
        return True
