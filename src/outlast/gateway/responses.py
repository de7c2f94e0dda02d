"""``/v1/responses/ID``: what a caller may do with a response that was kept for it.

It knows who calls, and what each of the four calls answers. It does not know how responses are made
(``gateway.chat``) nor where they lie. A response of somebody else is one that does not exist.
"""

from dataclasses import dataclass
from typing import NamedTuple

from outlast.dialects.refusals import refusal
from outlast.dialects.responses.kept import Kept, cancelled, deleted, page
from outlast.errors import MalformedRequest, NoSuchRoute, OutlastError, ResponseNotFound
from outlast.gateway.call import Call, Handler
from outlast.gateway.caller import Callers
from outlast.gateway.ports import Reply, Responses

BELOW = "/v1/responses/"
"""The prefix of the paths; an id follows, and for two of the calls a word."""
LONGEST_ID = 512
_JSON = (("content-type", "application/json"),)


class _Asked(NamedTuple):
    """Which response a call is about."""

    known: str
    owner: str
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfOne:
    """A handler of calls about one kept response."""

    callers: Callers
    responses: Responses

    async def __call__(self, call: Call, reply: Reply) -> None:
        """Answer the call; an error is answered in OpenAI's shape."""
        try:
            owner = self.callers.identify(call.headers).name
            body = await self.answer(_Asked(self.named(call.path), owner, call.query))
        except OutlastError as error:
            said = refusal(error, request_id=call.id)
            reply.whole(said.status, said.headers, said.body)
        else:
            reply.whole(200, _JSON, body)

    def named(self, path: str) -> str:
        """The id in a path. Raises ``ResponseNotFound`` where there can be none of that name."""
        known = path.removeprefix(BELOW).strip("/")
        if not known or "/" in known or len(known) > LONGEST_ID:
            raise ResponseNotFound(f"Response with id {known[:80]!r} not found.")
        return known

    async def answer(self, asked: _Asked) -> bytes:
        """The body of a 200."""
        raise NotImplementedError

    async def _found(self, asked: _Asked) -> Kept:
        kept = await self.responses.find(asked.known, asked.owner)
        if kept is None:
            raise not_found(asked.known)
        return kept


def not_found(known: str) -> ResponseNotFound:
    """The answer for an id that its caller has no response of."""
    return ResponseNotFound(
        f"Response with id {known[:80]!r} not found: none was stored for this key, or it was deleted or has expired."
    )


class Retrieve(_OfOne):
    """``GET /v1/responses/ID``."""

    async def answer(self, asked: _Asked) -> bytes:
        """The response as it was answered."""
        if "stream=true" in asked.query.split("&"):
            raise MalformedRequest("a kept response is complete; fetch it without 'stream'", param="stream")
        return (await self._found(asked)).response


class Delete(_OfOne):
    """``DELETE /v1/responses/ID``."""

    async def answer(self, asked: _Asked) -> bytes:
        """That it is gone."""
        if not await self.responses.delete(asked.known, asked.owner):
            raise not_found(asked.known)
        return deleted(asked.known)


class Cancel(_OfOne):
    """``POST /v1/responses/ID/cancel``."""

    def named(self, path: str) -> str:
        """The id before the word."""
        before, word, rest = path.partition("/cancel")
        if not word or rest.strip("/"):
            raise NoSuchRoute(f"POST {path[:80]} does not exist here; POST {BELOW}ID/cancel does")
        return _OfOne.named(self, before)

    async def answer(self, asked: _Asked) -> bytes:
        """The response, cancelled."""
        kept = await self._found(asked)
        after = cancelled(kept)
        if after is not kept:
            await self.responses.keep(after)
        return after.response


class InputItems(_OfOne):
    """``GET /v1/responses/ID/input_items``."""

    def named(self, path: str) -> str:
        """The id before the word."""
        return _OfOne.named(self, path.removesuffix("/input_items"))

    async def answer(self, asked: _Asked) -> bytes:
        """A page of what came with the call."""
        return page(await self._found(asked), asked.query)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """``GET`` below ``/v1/responses/``: a response, or the items that came with it."""

    response: Handler
    input_items: Handler

    async def __call__(self, call: Call, reply: Reply) -> None:
        """Answer the call."""
        handler = self.input_items if call.path.rstrip("/").endswith("/input_items") else self.response
        await handler(call, reply)
