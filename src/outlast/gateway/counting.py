"""How many tokens a request would have, asked of the provider that knows, else estimated and said to be.

It knows the two vendors' questions. It does not record anything: counting costs nothing and answers nobody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote

import msgspec

from outlast.dialects.dialect import Dialect
from outlast.dialects.refusals import refusal
from outlast.errors import OutlastError
from outlast.gateway.asking import passed_on
from outlast.gateway.call import Call
from outlast.gateway.caller import Callers
from outlast.gateway.chat import passed_back
from outlast.gateway.estimate import prompt_tokens
from outlast.gateway.ports import Headers, Limiter, Permit, Reply, UpstreamRequest
from outlast.gateway.routes import Attempt, Routes

ESTIMATED: Headers = (("content-type", "application/json"), ("x-outlast-estimated", "true"))


class Question(NamedTuple):
    """How one vendor is asked."""

    path: Callable[[str], str]
    """From a model's id."""
    written: Callable[[int], object]
    """The answer's document for a number of tokens."""


QUESTIONS = {
    "anthropic": Question(lambda _: "/v1/messages/count_tokens", lambda tokens: {"input_tokens": tokens}),
    "gemini": Question(
        lambda model: f"/v1beta/models/{quote(model, safe='')}:countTokens", lambda tokens: {"totalTokens": tokens}
    ),
}
"""By dialect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """The handler of one dialect's question."""

    dialect: Dialect
    question: Question
    callers: Callers
    limiter: Limiter
    routes: Routes

    async def __call__(self, call: Call, reply: Reply) -> None:
        """Answer with the vendor's own count where the target speaks this dialect, else with an estimate."""
        permit: Permit | None = None
        try:
            caller = self.callers.identify(call.headers)
            asked = self.dialect.peek(call.body, call.path)
            caller.allow(asked)
            route = self.routes.find(asked.model, caller.key)
            if not route.attempts:
                raise self.routes.retired(route)
            if caller.key is not None:
                permit = self.limiter.admit(caller.key, 0)  # it is a call, of no tokens
            attempt = route.attempts[0]
            if attempt.destination.dialect_for(self.dialect) is not self.dialect:
                document = self.question.written(prompt_tokens(call.body))
                reply.whole(200, (*attempt.said, *ESTIMATED), msgspec.json.encode(document))
                return
            await self._ask(call, attempt, asked.for_upstream(attempt.destination.model), reply)
        except OutlastError as error:
            said = refusal(error, request_id=call.id, encode=self.dialect.encode_fault)
            reply.whole(said.status, said.headers, said.body)
        finally:
            if permit is not None:
                permit.settle(0, 0)

    async def _ask(self, call: Call, attempt: Attempt, body: bytes, reply: Reply) -> None:
        destination = attempt.destination
        answer = await destination.upstream.send(
            UpstreamRequest(
                target=destination.target,
                model=destination.model,
                path=self.question.path(destination.model),
                body=body,
                stream=False,
                headers=passed_on(call.headers, "", self.dialect.passes),
                patience=destination.patience,
            )
        )
        try:
            whole = await answer.read()
            reply.whole(answer.status, (*attempt.said, *passed_back(answer.headers)), whole)
        finally:
            answer.close()
