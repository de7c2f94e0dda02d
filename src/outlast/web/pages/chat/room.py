"""What the chat's pages stand on, and how each of their answers goes out.

It knows what has to be at hand. It does not know who provides it: ``wiring`` connects them.
"""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from outlast.chat.conversation import Persona
from outlast.chat.picker import Picker
from outlast.chat.ports import Chats, Person
from outlast.chat.talking import Brought, Talking
from outlast.web.pages.chat.models import Models
from outlast.web.pages.show import Show

if TYPE_CHECKING:
    from outlast.chat.trial import Trying


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What all pages of the chat are given."""

    show: Show
    talking: Talking
    trying: Callable[[], "Trying"]
    """Loaded when somebody tries something."""
    person: Callable[[Request], Person]
    picker: Callable[[], Picker]
    """Of the configuration at work."""
    instruct: Callable[[Persona], str]
    """What a model is told so that it talks like this."""
    version: str
    """Of those texts."""
    flips: Callable[[str], Awaitable[str]]
    """How often the model behind a name turns its answers, in words; empty: not measured."""
    read_file: Callable[[str, bytes], Awaitable[Brought]]
    """A file that a person brings, by name and bytes. Raises ``CallerError`` where it is not taken."""
    today: Callable[[], dt.date]
    unix_ns: Callable[[], int]

    @property
    def chats(self) -> Chats:
        """Where conversations are kept."""
        return self.talking.chats

    def models(self, request: Request) -> Models:
        """Those of the person who asks, today."""
        return Models(self.picker(), self.today(), self.person(request))


def for_script(request: Request) -> bool:
    """Whether a script of ours asks, which shows the answer itself."""
    return "application/json" in request.headers.get("accept", "")


def path_of(conversation: str) -> str:
    """The page of a conversation; of none, where one begins."""
    return f"/chat/{conversation}" if conversation else "/chat"


def done(request: Request, path: str, *, at: str = "", more: Mapping[str, str] | None = None) -> Response:
    """A form was done: go to the page that shows it, ``at`` a message; a script is told where that is."""
    if for_script(request):
        return JSONResponse({"path": path, **({"answer": at} if at else {}), **(more or {})})
    return RedirectResponse(f"{path}#m-{at}" if at else path, 303)
