"""``/v1/files``, ``/v1/batches`` …: what a provider keeps for its callers, passed through and kept apart by caller.

All callers share the provider's account, so each id belongs to whose call made it, and nobody else finds it. It does
not know OpenAI's spellings (``gateway.belongings``), the paths (``gateway.place``) nor where owners are kept.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from outlast.dialects.refusals import refusal
from outlast.errors import (
    CallNotAllowed,
    LedgerUnavailable,
    MalformedRequest,
    MethodNotAllowed,
    NoSuchRoute,
    ObjectNotFound,
    OutlastError,
)
from outlast.gateway.belongings import (
    ID,
    Named,
    Page,
    following,
    foreign,
    goes_backwards,
    limit_of,
    made_by,
    named_in_body,
    named_in_query,
    read_page,
)
from outlast.gateway.call import Call
from outlast.gateway.caller import Caller, Callers
from outlast.gateway.passing import headers_of, method_of, relay, shown
from outlast.gateway.place import Place, checked_query, place_of
from outlast.gateway.ports import (
    Headers,
    Limiter,
    Ownership,
    Permit,
    Reply,
    Upstream,
    UpstreamAnswer,
    UpstreamRequest,
)
from outlast.keys.key import NO_LIMITS

MOST_PAGES = 20
"""Pages that one call for a list looks through when it finds nothing of its caller's."""
_LARGEST_PAGE = {"files": 10_000}
_LARGE_PAGE = 100
_JSON = "application/json"
_FORM = "multipart/form-data"
_FORMS = frozenset({("files", ""), ("uploads", "parts")})
"""Where bytes are sent in a form."""
_FINAL: Headers = (("x-should-retry", "false"),)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One call, understood."""

    call: Call
    place: Place
    provider: str
    owner: str
    upstream: Upstream
    permit: Permit | None

    async def send(self, query: str) -> UpstreamAnswer:
        """Ask the provider."""
        return await self.upstream.send(
            UpstreamRequest(
                target=f"{self.provider}/{self.place.kind}",
                model="",
                path=self.place.path + checked_query(query),
                body=self.call.body,
                stream=self.place.word == "content",
                method=method_of(self.call),
                content_type=_content_type(self.call, self.place),
                headers=headers_of(self.call),
            )
        )

    async def whole(self, query: str) -> tuple[int, Headers, bytes]:
        """Ask, and wait for the whole answer."""
        answer = await self.send(query)
        try:
            return answer.status, shown(answer.headers, self.permit), await answer.read()
        finally:
            answer.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """The handler of all calls to what providers keep."""

    callers: Callers
    limiter: Limiter
    owned: Ownership
    providers: Mapping[str, str]
    """Which provider keeps what, by the first segment of the path."""
    upstreams: Mapping[str, Upstream]

    async def __call__(self, call: Call, reply: Reply) -> None:
        """Answer the call; an error of ours is answered in OpenAI's shape."""
        permit: Permit | None = None
        try:
            caller = self.callers.identify(call.headers)
            place = place_of(call.path)
            if call.method == "DELETE" and not place.ids:
                raise MethodNotAllowed(f"DELETE {call.path} would be of everybody's objects; name one: {call.path}/ID")
            provider = self._provider(place)
            _check_key(caller, place, provider, call.method)
            permit = None if caller.key is None else self.limiter.admit(caller.key, 0)
            asked = _Asked(call, place, provider, caller.name, self.upstreams[provider], permit)
            await self._check_ids(asked)
            await self._answer(asked, reply)
        except OutlastError as error:
            said = refusal(error, request_id=call.id)
            # A client that tries again by itself would make once more what was made and could not be kept as its own.
            last = _FINAL if call.method == "POST" and isinstance(error, LedgerUnavailable) else ()
            reply.whole(said.status, (*said.headers, *last), said.body)
        finally:
            if permit is not None:
                permit.settle(0, 0)

    def _provider(self, place: Place) -> str:
        provider = self.providers.get(place.kind)
        if provider is None:
            raise NoSuchRoute(
                f'/v1/{place.kind} is not served here; [server] stored = "PROVIDER" names the provider that keeps it'
            )
        return provider

    async def _check_ids(self, asked: _Asked) -> None:
        """Everything that the call names is the caller's own, or belongs to what is."""
        form = _content_type(asked.call, asked.place).startswith(_FORM)
        body = named_in_body(b"" if form else asked.call.body)
        query = named_in_query(asked.call.query)
        own, below = frozenset(asked.place.ids[:1]), frozenset(asked.place.ids[1:])
        if own:  # places in a list below an object are the object's
            query = Named(frozenset(), query.needed | query.others)
        named = Named(own | body.needed | query.needed, below | body.others | query.others)
        ids = [each for each in named.needed | named.others if ID.fullmatch(each)]
        strange = foreign(await self.owned.owners(asked.provider, ids), named, asked.owner)
        if strange:
            shown_id = next((each for each in asked.place.ids if each in strange), min(strange))
            raise ObjectNotFound(
                f"No such object: {shown_id[:80]!r}. No call of this key made it here, or it was deleted.", param="id"
            )

    async def _answer(self, asked: _Asked, reply: Reply) -> None:
        call, place = asked.call, asked.place
        if place.word == "content":
            answer = await asked.send(call.query)
            try:
                await relay(answer, shown(answer.headers, asked.permit), reply)
            finally:
                answer.close()
        elif not place.ids and method_of(call) == "GET":
            reply.whole(*await self._listed(asked))
        else:
            status, headers, body = await asked.whole(call.query)
            if status < 300:
                await self._settle(asked, body)
            reply.whole(status, headers, body)

    async def _settle(self, asked: _Asked, body: bytes) -> None:
        """What the call made is the caller's, before it is told so; what it deleted is nobody's."""
        if asked.call.method == "DELETE":
            if asked.place.whole:
                await self.owned.disown(asked.provider, asked.place.ids[0], asked.owner)
            return
        made = made_by(body, new=asked.call.method == "POST" and asked.place.collection)
        try:
            await asyncio.shield(self.owned.claim(asked.provider, made, asked.owner))
        except LedgerUnavailable as error:
            raise LedgerUnavailable(
                f"{', '.join(made)} was made and cannot be kept as the caller's: {error}"
            ) from error

    async def _listed(self, asked: _Asked) -> tuple[int, Headers, bytes]:
        """The first page that has something of the caller's, without what is others'."""
        query, limit = asked.call.query, limit_of(asked.call.query)
        most = max(limit or 0, _LARGEST_PAGE.get(asked.place.kind, _LARGE_PAGE))
        for _ in range(MOST_PAGES):
            status, headers, body = await asked.whole(query)
            if status >= 300:
                return status, headers, body
            page = read_page(body, target=f"{asked.provider}/{asked.place.kind}")
            own = await self._own(asked, page, limit)
            if own.entries or not (page.more and page.entries) or goes_backwards(query):
                return status, headers, own.written()
            query = following(query, page.ids[-1], most)
        raise MalformedRequest(
            f"the list begins with {MOST_PAGES} pages of other callers' objects; go on after one of yours: ?after=ID",
            param="after",
        )

    async def _own(self, asked: _Asked, page: Page, limit: int | None) -> Page:
        owners = await self.owned.owners(asked.provider, page.ids)
        own = page.only(lambda each: owners.get(each) == asked.owner, limit)
        made = [each for _, entry in own.entries for each in made_by(entry, new=False)]
        await self.owned.claim(asked.provider, made, asked.owner)
        return own


def _check_key(caller: Caller, place: Place, provider: str, method: str) -> None:
    key = caller.key
    if key is None:
        return
    name = f"{provider}/{place.kind}"
    if not key.may_use(name):
        raise CallNotAllowed(f"the key {caller.name!r} may not use {name!r}; its list of models would have to name it")
    if key.allowance != NO_LIMITS and place.costs_unseen(method):
        raise CallNotAllowed(
            f"the key {caller.name!r} has limits, and what this call to /v1/{place.kind} will cost is not seen here; "
            "only keys without limits may make it"
        )


def _content_type(call: Call, place: Place) -> str:
    """Of the body; JSON that is called something else would be read by the provider and not here.

    Raises:
        MalformedRequest: the path takes no such body.
    """
    if not call.body:
        return ""
    said = call.headers.get("content-type", _JSON)
    kind = said.partition(";")[0].strip().lower()
    if kind == _JSON:
        return _JSON
    if kind == _FORM and call.method == "POST" and (place.kind, place.word) in _FORMS:
        return said
    raise MalformedRequest(f"a body of the type {kind[:80]!r} cannot be sent to {call.path[:80]}; send JSON")
