"""Which address of the chat does what.

It knows paths. It does not know what stands behind them.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from outlast.web.pages.chat.acts import Acts
from outlast.web.pages.chat.events import Events
from outlast.web.pages.chat.looks import Looks
from outlast.web.pages.chat.room import Room
from outlast.web.pages.chat.trials import Trials

Handlers = Mapping[str, Callable[[Request], Awaitable[Response]]]


def routes(room: Room) -> Sequence[BaseRoute]:
    """Every page and form of the chat."""
    looks, acts = Looks(room), Acts(room)
    return [*_at("GET", _looked_at(looks, Events(room))), *_at("POST", _done(acts, Trials(room)))]


def _at(method: str, handlers: Handlers) -> Iterator[Route]:
    """Fixed names stand before those that any conversation may have."""
    for path, handler in handlers.items():
        yield Route(path, handler, methods=[method])


def _looked_at(looks: Looks, events: Events) -> Handlers:
    sent = ("model", "legacy", "persona")
    return {
        "/chat": looks.new,
        "/chat/remind.ics": looks.reminder,
        **{f"/chat/{name}": looks.back for name in sent},
        "/chat/{id}": looks.conversation,
        "/chat/{id}/rename": looks.rename,
        "/chat/{id}/delete": looks.delete,
        "/chat/{id}/export.md": looks.markdown,
        "/chat/{id}/export.json": looks.json,
        **{f"/chat/{{id}}/{name}": looks.back for name in (*sent, "try")},
        "/chat/{id}/files/{file}": looks.file,
        "/chat/{id}/events/{message}": events.follow,
        "/chat/{id}/sound/{message}": looks.sound,
        "/chat/{id}/text/{message}": looks.text,
        "/chat/{id}/edit/{message}": looks.edit,
        "/chat/{id}/again/{message}": looks.again,
        "/chat/{id}/reason/{message}": looks.reason,
    }


def _done(acts: Acts, trials: Trials) -> Handlers:
    settings: Handlers = {"model": acts.model, "legacy": acts.legacy, "persona": acts.persona}
    return {
        "/chat": acts.begin,
        **{f"/chat/{name}": handler for name, handler in settings.items()},
        "/chat/{id}": acts.send,
        **{f"/chat/{{id}}/{name}": handler for name, handler in settings.items()},
        "/chat/{id}/rename": acts.rename,
        "/chat/{id}/delete": acts.delete,
        "/chat/{id}/archive": acts.archive,
        "/chat/{id}/stop": acts.stop,
        "/chat/{id}/try": trials.run,
        "/chat/{id}/edit/{message}": acts.edit,
        "/chat/{id}/again/{message}": acts.again,
        "/chat/{id}/show/{message}": acts.show,
        "/chat/{id}/prefer/{message}": acts.prefer,
        "/chat/{id}/rate/{message}": acts.rate,
    }
