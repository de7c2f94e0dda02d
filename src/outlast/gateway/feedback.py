"""What people say of an answer, taken in for the rollout that it belongs to: ``POST /v1/outlast/feedback``.

It knows how it is said: the model's name, the conversation as its calls named it, good or bad. It does not know what it
counts for (``wiring.rollouts``). Whoever holds another key speaks of another conversation, whatever it is called.
"""

from dataclasses import dataclass
from typing import Final, Literal, Protocol

import msgspec

from outlast.dialects.refusals import refusal
from outlast.dialects.registry import DIALECTS
from outlast.errors import MalformedRequest, OutlastError
from outlast.gateway.call import Call
from outlast.gateway.caller import Callers
from outlast.gateway.ports import Reply

PATH: Final = "/v1/outlast/feedback"
_JSON = (("content-type", "application/json"),)


class Opinion(msgspec.Struct, frozen=True, kw_only=True):
    """One opinion of one answer."""

    model: str
    """As it was asked for: a virtual model's name."""
    conversation: str
    """What ``x-outlast-conversation`` of its calls said."""
    rating: Literal["good", "bad"]
    user: str = ""
    """As the calls named it; needed where users are drawn."""


class Opinions(Protocol):
    """Whoever counts opinions."""

    async def heard(self, opinion: Opinion, key: str) -> bool:
        """Whether it counts for a rollout that is under way: it asks for feedback, and chance chose the model."""
        ...


_OPINION = msgspec.json.Decoder(Opinion)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """The handler."""

    callers: Callers
    opinions: Opinions

    async def __call__(self, call: Call, reply: Reply) -> None:
        """Say whether it was counted; one that is not is no error."""
        try:
            caller = self.callers.identify(call.headers)
            counted = await self.opinions.heard(_read(call.body), caller.name)
        except OutlastError as error:
            said = refusal(error, request_id=call.id, encode=DIALECTS["chat"].encode_fault)
            reply.whole(said.status, said.headers, said.body)
        else:
            reply.whole(200, _JSON, msgspec.json.encode({"counted": counted}))


def _read(body: bytes) -> Opinion:
    try:
        return _OPINION.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedRequest(
            f"this is no feedback: {error}; send "
            '{"model": "support", "conversation": "c-17", "rating": "bad"}, with the conversation as its calls named it'
        ) from error
