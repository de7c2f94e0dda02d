"""Every upstream over HTTP: OpenAI and its likes, Azure's two surfaces, Anthropic, Gemini on both of Google's.

It knows URLs, the keys and the headers of a request, from the vendor's row (``settings.vendors``). It does not know
what the body says, nor how bytes travel (``http1``, ``pool``, ``connection``).
"""

import time
from collections.abc import Callable, Mapping
from urllib.parse import quote, urlencode

from outlast import __version__
from outlast.errors import ModelNotFound, SettingsInvalid
from outlast.gateway.ports import Headers, Patience, UpstreamRequest
from outlast.providers.http1 import Origin, open_pool, parse_origin
from outlast.providers.http_answer import HttpAnswer
from outlast.providers.rotation import RESTED, Rotation, rest_seconds
from outlast.settings import ProviderSettings
from outlast.settings.vendors import VERTEX, base_url_of, vendor_of

HTTP_KINDS = frozenset({"openai", "anthropic", "gemini"})
"""The kinds that this module serves."""
_ENVIRONMENT = "env:"
_MAX_PATHS = 64
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "content-type"})
_CLIMBING = frozenset({".", ".."})
"""No quoting takes their meaning from these as segments of a path."""
_CONTROLS = frozenset("\r\n\0")
_JSON = "application/json"
_BODY_FOLLOWS = b"content-type: application/json\r\ncontent-length: "


def resolve_key(value: str | None, environ: Mapping[str, str]) -> str | None:
    """The key that ``api_key`` means; None where there is none, so that the upstream itself says 401."""
    if value is None:
        return None
    key = environ.get(value.removeprefix(_ENVIRONMENT), "") if value.startswith(_ENVIRONMENT) else value
    return key.strip() or None


def key_warning(name: str, settings: ProviderSettings, environ: Mapping[str, str]) -> str | None:
    """What to tell the operator at start about a key that cannot be found; None: all is well."""
    values = _key_values(settings)
    missing = [value for value in values if resolve_key(value, environ) is None]
    if settings.kind not in HTTP_KINDS or not missing:
        return None
    word = "api_keys" if settings.api_keys else "api_key"
    variables = [value.removeprefix(_ENVIRONMENT) if value.startswith(_ENVIRONMENT) else word for value in missing]
    said = f"[providers.{name}]: {', '.join(variables)} {'is' if len(missing) == 1 else 'are'} empty; "
    if len(missing) < len(values):
        return f"{said}calls go with the other {len(values) - len(missing)} of {len(values)} keys"
    return f"{said}calls go without a key and the provider will refuse them"


def resolve_keys(settings: ProviderSettings, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Every key that can be found, in the order of the configuration."""
    found = (resolve_key(value, environ) for value in _key_values(settings))
    return tuple(key for key in found if key is not None)


def _key_values(settings: ProviderSettings) -> tuple[str, ...]:
    return settings.api_keys or (() if settings.api_key is None else (settings.api_key,))


class VendorUpstream:
    """One provider that is reached over HTTP."""

    def __init__(
        self,
        name: str,
        settings: ProviderSettings,
        *,
        environ: Mapping[str, str],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        where = f"[providers.{name}] base_url"
        self._origin = parse_origin(base_url_of(settings), where=where)
        self._deployments = settings.deployments
        self._vendor = vendor = vendor_of(settings)
        self._place = _vertex_place(settings) if vendor is VERTEX else ""
        self._defaults = tuple(
            (header, value) for header, value in vendor.headers.items() if header not in _lower(settings)
        )
        self._query = f"?{urlencode(settings.query)}" if settings.query else ""
        keys = resolve_keys(settings, environ)
        self._keys = tuple(key.encode() for key in keys)
        auth = "api-key" if settings.deployments else vendor.auth
        self._statics = tuple(
            _static_headers(name, settings, self._origin, auth=auth, key=key) for key in keys or (None,)
        )
        self._heads: dict[tuple[str, int], bytes] = {}
        self._rotation = Rotation(len(keys)) if len(keys) > 1 else None
        self._monotonic = monotonic
        self._pool = open_pool(
            self._origin,
            Patience(
                connect=settings.connect_timeout, first_byte=settings.first_byte_timeout, idle=settings.idle_timeout
            ),
            max_connections=settings.max_connections,
            label=f"{name} ({self._origin})",
            environ=environ,
        )

    def __repr__(self) -> str:
        return f"VendorUpstream({self._origin})"

    @property
    def keys(self) -> int:
        """How many keys it has; 1 where it goes without."""
        return len(self._statics)

    @property
    def open_connections(self) -> int:
        """Connections to the provider, busy or idle."""
        return self._pool.connections

    @property
    def resting(self) -> str:
        """Which of several keys rest, by their place; empty where none does."""
        return "" if self._rotation is None else self._rotation.in_words(self._monotonic())

    async def send(self, request: UpstreamRequest) -> HttpAnswer:
        """Send and wait for the head; a key that is refused or limited gives way to another one at once."""
        rotation = self._rotation
        if rotation is None:
            return await self._send(request, 0)
        for _ in self._keys[1:]:
            answer, another = await self._tried(request, rotation)
            if not another:
                return answer
            answer.leave()
        return (await self._tried(request, rotation))[0]

    async def _tried(self, request: UpstreamRequest, rotation: Rotation) -> tuple[HttpAnswer, bool]:
        """The answer to the key whose turn it is, and whether another key would do better."""
        place = rotation.take(self._monotonic())
        answer = await self._send(request, place)
        if answer.status not in RESTED:
            return answer, False
        now = self._monotonic()
        rotation.rest(place, answer.status, rest_seconds(answer.status, answer.headers), now)
        return answer, rotation.awake(now)

    async def _send(self, request: UpstreamRequest, place: int) -> HttpAnswer:
        """Send with the key at this place."""
        headers = _with_defaults(request.headers, self._defaults) if self._defaults else request.headers
        plain = request.method == "POST" and request.content_type == _JSON
        head = b"%b%d\r\n%b\r\n" % (
            (plain and self._heads.get((request.path, place))) or self._head(request, place),
            len(request.body),
            _passed(headers) if headers else b"",
        )
        answer = await self._pool.exchange(
            head, request.body, streamed=request.stream, target=request.target, patience=request.patience
        )
        if answer.status >= 400 and self._keys:
            answer.withhold(self._keys[place])
        return answer

    async def look(self, place: int, patience: Patience) -> HttpAnswer:
        """``GET /models`` with the key at this place: the cheapest question that shows whether it is good.

        Raises:
            UpstreamError: no answer came.
        """
        models = self._vendor.models_path or self._place
        path = f"{self._origin.path}{'/openai' if self._deployments else ''}{models}{self._query}"
        line = f"GET {path} HTTP/1.1\r\n".encode("ascii")
        head = line + self._statics[place].removesuffix(_BODY_FOLLOWS) + _passed(self._defaults) + b"\r\n"
        return await self._pool.exchange(head, b"", streamed=False, target=path, patience=patience)

    async def aclose(self) -> None:
        """Give connections back."""
        await self._pool.aclose()

    def _head(self, request: UpstreamRequest, place: int) -> bytes:
        """Everything up to the value of ``content-length``, which comes last; kept where it does not vary."""
        if self._deployments and request.model in _CLIMBING:
            raise ModelNotFound(f"no deployment can be called {request.model!r}", param="model")
        path = f"/openai/deployments/{quote(request.model, safe='')}" if self._deployments else ""
        line = f"{request.method} {self._origin.path}{path}{self._where(request.path)} HTTP/1.1\r\n"
        statics = self._statics[place]
        if (request.method, request.content_type) != ("POST", _JSON):
            said = request.content_type
            kind = f"content-type: {said}\r\n" if said and _sendable("", said) else ""
            return line.encode("ascii") + statics.removesuffix(_BODY_FOLLOWS) + kind.encode() + b"content-length: "
        head = line.encode("ascii") + statics
        repeats = request.model and not self._deployments  # a path without a model has ids in it
        if repeats and len(self._heads) < _MAX_PATHS:
            self._heads[request.path, place] = head
        return head

    def _where(self, path: str) -> str:
        """The path of an endpoint here, with what the configuration appends to every URL."""
        if self._place:
            path = self._place + path.removeprefix("/v1beta")
        query = self._query
        return f"{path}&{query[1:]}" if query and "?" in path else path + query


def _vertex_place(settings: ProviderSettings) -> str:
    project, location = quote(settings.project or "", safe=""), quote(settings.location, safe="")
    return f"/v1beta1/projects/{project}/locations/{location}/publishers/google"


def _lower(settings: ProviderSettings) -> frozenset[str]:
    return frozenset(name.lower() for name in settings.headers)


def _with_defaults(headers: Headers, defaults: Headers) -> Headers:
    """The caller's headers, and what the vendor needs where the caller does not say it."""
    said = {name for name, _ in headers}
    return (*headers, *(default for default in defaults if default[0] not in said))


def _static_headers(name: str, settings: ProviderSettings, origin: Origin, *, auth: str, key: str | None) -> bytes:
    headers = {
        "host": origin.authority,
        "user-agent": f"outlast/{__version__}",
        "accept": "application/json, text/event-stream",
        "accept-encoding": "identity",
    }
    if key is not None and auth == "bearer":
        headers["authorization"] = f"Bearer {key}"
    elif key is not None:
        headers[auth] = key
    for given, value in settings.headers.items():
        if given.lower() in _OURS - {"host"} or not _sendable(given, value) or not given.replace("-", "").isalnum():
            raise SettingsInvalid(f"[providers.{name}] headers: {given!r} cannot be set, or its value cannot be sent")
        headers[given.lower()] = value
    if key is not None and not _sendable("", key):
        raise SettingsInvalid(f"[providers.{name}] a key holds a character that no header can carry")
    lines = "".join(f"{header}: {value}\r\n" for header, value in headers.items())
    return lines.encode("latin-1") + _BODY_FOLLOWS


def _sendable(name: str, value: str) -> bool:
    try:
        (name + value).encode("latin-1")
    except UnicodeEncodeError:
        return False
    return _CONTROLS.isdisjoint(name + value)


def _passed(headers: Headers) -> bytes:
    lines = [f"{name}: {value}\r\n" for name, value in headers if name not in _OURS and _sendable(name, value)]
    return "".join(lines).encode("latin-1")
