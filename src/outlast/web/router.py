"""Which handler answers which method and path.

It knows paths, exact and by prefix. It does not know what a handler does; what no route has is answered here, in the
shape that the caller's client reads: a browser, which asks for a page, is shown one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from outlast.errors import CallerError, MethodNotAllowed, NoSuchRoute
from outlast.gateway.call import Call, Handler
from outlast.gateway.ports import Reply
from outlast.web.answers import answer_error

Methods = Mapping[str, Handler]
_SHOWN = 200  # characters of a path that an error repeats


@dataclass(slots=True)
class Router:
    """Routes by path; a path that ends in ``/`` also holds for everything below it."""

    _exact: dict[str, dict[str, Handler]] = field(default_factory=dict)
    _below: dict[str, dict[str, Handler]] = field(default_factory=dict)
    _of_people: set[str] = field(default_factory=set)
    lost: Handler | None = None
    """Answers a browser that asks for a page where nothing is. None: as a program is answered."""

    def add(self, method: str, path: str, handler: Handler, *, for_people: bool = False) -> None:
        """Answer ``method`` on ``path``; HEAD follows GET by itself. ``for_people``: no program is told of it."""
        routes = self._below if path.endswith("/") and path != "/" else self._exact  # nothing is served everywhere
        routes.setdefault(path, {})[method] = handler
        if for_people:
            self._of_people.add(path)

    def find(self, method: str, path: str) -> Handler:
        """The handler of a call; for what is not served, one that says so."""
        methods = self._exact.get(path) or self._methods_below(path)
        if methods is None:
            return _Refuser(
                NoSuchRoute(f"{path[:_SHOWN]} does not exist here; served here: {self._served()}"), lost=self.lost
            )
        handler = methods.get(method) or (methods.get("GET") if method == "HEAD" else None)
        if handler is not None:
            return handler
        allowed = sorted({*methods, *(("HEAD",) if "GET" in methods else ())})
        return _Refuser(
            MethodNotAllowed(f"{method} is not a method of {path[:_SHOWN]}; use {' or '.join(allowed)}"),
            ", ".join(allowed),
        )

    def _served(self) -> str:
        """Every route, as a program that mistyped a path needs it."""
        exact = {path: methods for path, methods in self._exact.items() if path not in self._of_people}
        below = {f"{path}NAME": methods for path, methods in self._below.items() if path not in self._of_people}
        routes = {**exact, **below}
        return ", ".join(f"{method} {path}" for path, methods in routes.items() for method in sorted(methods))

    def _methods_below(self, path: str) -> Methods | None:
        """The longest prefix wins; the prefix alone, with nothing below it, is no route."""
        prefixes = [prefix for prefix in self._below if path.startswith(prefix) and path != prefix]
        return self._below[max(prefixes, key=len)] if prefixes else None


@dataclass(frozen=True, slots=True)
class _Refuser:
    """Answers every call with one error."""

    error: CallerError
    allow: str = ""
    lost: Handler | None = None

    async def __call__(self, call: Call, reply: Reply) -> None:
        """Say what is wrong with the path or the method."""
        if self.lost is not None and _is_a_browser(call):
            await self.lost(call, reply)
            return
        answer_error(reply, call, self.error, (("allow", self.allow),) if self.allow else ())


def _is_a_browser(call: Call) -> bool:
    """Whether a page is asked for by its name; a program takes JSON, or anything."""
    return call.method in ("GET", "HEAD") and "text/html" in call.headers.get("accept", "")
