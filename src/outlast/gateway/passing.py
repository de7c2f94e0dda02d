"""Calls of which nothing is read: sent on to one provider, and the answer piece by piece to the caller.

It knows which headers pass, and that nobody may use this for whom a limit or a list of models holds. It does not know
what is asked, and therefore keeps callers apart in nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from outlast.dialects.refusals import refusal
from outlast.errors import CallNotAllowed, OutlastError, UpstreamError
from outlast.gateway.call import Call
from outlast.gateway.caller import Caller, Callers
from outlast.gateway.chat import passed_back
from outlast.gateway.place import checked_query, unknown_path
from outlast.gateway.ports import Headers, Limiter, Permit, Reply, Upstream, UpstreamAnswer, UpstreamRequest
from outlast.keys.key import NO_LIMITS

_PASSED = ("traceparent", "tracestate", "openai-beta")
"""No ``idempotency-key``: all callers share an account, and one could be answered with what another one got."""


def headers_of(call: Call) -> Headers:
    """The caller's headers that a provider sees."""
    return tuple((name, call.headers[name]) for name in _PASSED if name in call.headers)


def shown(headers: Headers, permit: Permit | None) -> Headers:
    """A provider's headers that the caller sees: of limits its own key's, not those of the account."""
    passed = passed_back(headers)
    if permit is None or not permit.said:
        return passed
    return (*(each for each in passed if not each[0].startswith("x-ratelimit-")), *permit.said)


def method_of(call: Call) -> str:
    """What a provider is asked: HEAD is a GET whose body is left out on the way back."""
    return "GET" if call.method == "HEAD" else call.method


async def relay(answer: UpstreamAnswer, headers: Headers, reply: Reply) -> None:
    """The answer as it arrives; one that breaks off breaks off for the caller too."""
    reply.begin(answer.status, headers)
    try:
        while piece := await answer.chunk():
            reply.write(piece)
            await reply.drained()
    except UpstreamError:
        reply.abort()
    else:
        reply.end()


@dataclass(frozen=True, slots=True, kw_only=True)
class Passthrough:
    """The handler of paths that nothing here answers."""

    callers: Callers
    limiter: Limiter
    provider: str
    upstreams: Mapping[str, Upstream]

    async def __call__(self, call: Call, reply: Reply) -> None:
        """Pass the call on; an error of ours is answered in OpenAI's shape."""
        permit: Permit | None = None
        try:
            caller = self.callers.identify(call.headers)
            permit = self._admit(caller)
            request = UpstreamRequest(
                target=f"{self.provider}{call.path[:100]}",
                model="",
                path=unknown_path(call.path) + checked_query(call.query),
                body=call.body,
                stream=True,
                method=method_of(call),
                content_type=call.headers.get("content-type", ""),
                headers=headers_of(call),
            )
            answer = await self.upstreams[self.provider].send(request)
            try:
                await relay(answer, shown(answer.headers, permit), reply)
            finally:
                answer.close()
        except OutlastError as error:
            said = refusal(error, request_id=call.id)
            reply.whole(said.status, said.headers, said.body)
        finally:
            if permit is not None:
                permit.settle(0, 0)

    def _admit(self, caller: Caller) -> Permit | None:
        key = caller.key
        if key is None:
            return None
        if key.models or key.allowance != NO_LIMITS:
            raise CallNotAllowed(
                f"the key {caller.name!r} has a list of models or a limit, and nothing is known of this path that "
                "could be held to either; only keys without both are passed through here"
            )
        return self.limiter.admit(key, 0)
