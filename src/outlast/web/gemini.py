"""Google's paths: ``/v1beta/models/MODEL:verb``, where the verb says what is wanted of the model.

It knows verbs, and that these clients may put their key into the query. It does not know what a verb's handler does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

import msgspec

from outlast.dialects.gemini.asked import split_path
from outlast.errors import MalformedRequest, NoSuchRoute
from outlast.gateway.call import Call, Handler
from outlast.gateway.caller import OTHER_HEADERS
from outlast.gateway.ports import Reply
from outlast.web.answers import answer_error

_STREAM = "streamGenerateContent"
_SHOWN = 200  # characters of a path that an error repeats


@dataclass(frozen=True, slots=True)
class Verbs:
    """Answers a model's verbs, each by its own handler."""

    handlers: Mapping[str, Handler]

    async def __call__(self, call: Call, reply: Reply) -> None:
        """Hand the call on, with its key where every other client has it."""
        verb = call.path.rpartition(":")[2]
        handler = self.handlers.get(verb)
        if handler is None:
            said = f"{call.path[:_SHOWN]} does not exist here; verbs of a model: {', '.join(self.handlers)}"
            answer_error(reply, call, NoSuchRoute(said))
            return
        try:
            if verb == _STREAM:
                split_path(f"{call.path}?{call.query}")  # only here is the query still beside its path
        except MalformedRequest as error:
            answer_error(reply, call, error)
            return
        await handler(with_key(call), reply)


def with_key(call: Call) -> Call:
    """A key in the query is one in the header; where there is a header it goes first."""
    if "key=" not in call.query or any(name in call.headers for name in ("authorization", *OTHER_HEADERS)):
        return call
    keys = parse_qs(call.query).get("key", [""])
    return msgspec.structs.replace(call, headers=call.headers | {"x-goog-api-key": keys[0]})
