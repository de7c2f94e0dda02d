"""Which address of the chat does what.

It knows paths. It does not know what stands behind them.
"""

from collections.abc import Sequence

from starlette.routing import BaseRoute, Route

from outlast.web.pages.chat.acts import Acts
from outlast.web.pages.chat.events import Events
from outlast.web.pages.chat.looks import Looks
from outlast.web.pages.chat.room import Room
from outlast.web.pages.chat.trials import Trials


def routes(room: Room) -> Sequence[BaseRoute]:
    """Every page and form of the chat."""
    looks, acts, events, trials = Looks(room), Acts(room), Events(room), Trials(room)
    get, post = ["GET"], ["POST"]
    return [
        Route("/chat", looks.new, methods=get),
        Route("/chat", acts.begin, methods=post),
        *(
            Route(f"/chat/{name}", handler, methods=post)
            for name, handler in (("model", acts.model), ("legacy", acts.legacy), ("persona", acts.persona))
        ),
        *(Route(f"/chat/{name}", looks.back, methods=get) for name in ("model", "legacy", "persona")),
        Route("/chat/remind.ics", looks.reminder, methods=get),
        Route("/chat/{id}", looks.conversation, methods=get),
        Route("/chat/{id}", acts.send, methods=post),
        *(
            Route(f"/chat/{{id}}/{name}", handler, methods=get)
            for name, handler in (
                ("rename", looks.rename),
                ("delete", looks.delete),
                ("model", looks.back),
                ("legacy", looks.back),
                ("persona", looks.back),
                ("try", looks.back),
                ("export.md", looks.markdown),
                ("export.json", looks.json),
            )
        ),
        *(
            Route(f"/chat/{{id}}/{name}", handler, methods=post)
            for name, handler in (
                ("rename", acts.rename),
                ("delete", acts.delete),
                ("archive", acts.archive),
                ("stop", acts.stop),
                ("model", acts.model),
                ("legacy", acts.legacy),
                ("persona", acts.persona),
                ("try", trials.run),
            )
        ),
        Route("/chat/{id}/files/{file}", looks.file, methods=get),
        Route("/chat/{id}/events/{message}", events.__call__, methods=get),
        *(
            Route(f"/chat/{{id}}/{name}/{{message}}", handler, methods=get)
            for name, handler in (
                ("text", looks.text),
                ("edit", looks.edit),
                ("again", looks.again),
                ("reason", looks.reason),
            )
        ),
        *(
            Route(f"/chat/{{id}}/{name}/{{message}}", handler, methods=post)
            for name, handler in (
                ("edit", acts.edit),
                ("again", acts.again),
                ("show", acts.show),
                ("prefer", acts.prefer),
                ("rate", acts.rate),
            )
        ),
    ]
