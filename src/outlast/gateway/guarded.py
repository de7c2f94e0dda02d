"""Calls to models that name what a provider keeps: nobody has a model read somebody else's file or conversation.

It knows which words of a body can name such an object. It does not know how the call is answered (the handler behind
it). What nobody here made may be named: it was stored beside the gateway.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from outlast.dialects.dialect import Dialect
from outlast.dialects.refusals import refusal
from outlast.errors import ObjectNotFound, OutlastError
from outlast.gateway.belongings import ID, named_in_body
from outlast.gateway.call import Call, Handler
from outlast.gateway.caller import Callers
from outlast.gateway.ports import Ownership, Reply

_MAY_NAME = re.compile(rb'(?i:(?:file|vector_store|conversation|container)(?:_ids?)?"|\\u00[2-7])')
"""Few bodies have one of these, so that few are read twice. A letter may be written as an escape."""

_MOST_NAMED = 100_000  # single words in a body count too


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """A handler before another one."""

    dialect: Dialect
    handler: Handler
    callers: Callers
    owned: Ownership
    providers: Collection[str]
    """Those that keep something for callers."""

    async def __call__(self, call: Call, reply: Reply) -> None:
        """Let the call through, or refuse it in its dialect."""
        if _MAY_NAME.search(call.body) is not None and call.body.lstrip()[:1] == b"{":
            try:
                await self._check(call)
            except OutlastError as error:
                said = refusal(error, request_id=call.id, encode=self.dialect.encode_fault)
                reply.whole(said.status, said.headers, said.body)
                return
        await self.handler(call, reply)

    async def _check(self, call: Call) -> None:
        caller = self.callers.identify(call.headers).name
        named = named_in_body(call.body, most=_MOST_NAMED)
        ids = [each for each in named.needed | named.others if ID.fullmatch(each)]
        for provider in self.providers:
            owners = await self.owned.owners(provider, ids)
            strange = sorted(each for each, owner in owners.items() if owner != caller)
            if strange:
                raise ObjectNotFound(f"No such object: {strange[0][:80]!r}. No call of this key made it here.")
