"""The ``openai`` kind: an upstream that speaks OpenAI's dialect over HTTP, Azure's two surfaces included.

It knows URLs, the key and the headers of a request. It does not know what the body says, nor how bytes travel
(``http1``, ``pool``, ``connection``).
"""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from outlast import __version__
from outlast.errors import SettingsInvalid
from outlast.gateway.ports import Headers, Patience, UpstreamRequest
from outlast.providers.http1 import Origin, open_pool, parse_origin
from outlast.providers.http_answer import HttpAnswer
from outlast.settings import ProviderSettings

DEFAULT_BASE_URL = "https://api.openai.com/v1"
_ENVIRONMENT = "env:"
_MAX_PATHS = 64
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "content-type"})
_CONTROLS = frozenset("\r\n\0")


def resolve_key(value: str | None, environ: Mapping[str, str]) -> str | None:
    """The key that ``api_key`` means; None where there is none, so that the upstream itself says 401."""
    if value is None:
        return None
    key = environ.get(value.removeprefix(_ENVIRONMENT), "") if value.startswith(_ENVIRONMENT) else value
    return key.strip() or None


def key_warning(name: str, settings: ProviderSettings, environ: Mapping[str, str]) -> str | None:
    """What to tell the operator at start about a key that cannot be found; None: all is well."""
    value = settings.api_key
    if settings.kind != "openai" or value is None or resolve_key(value, environ) is not None:
        return None
    variable = value.removeprefix(_ENVIRONMENT) if value.startswith(_ENVIRONMENT) else "api_key"
    return f"[providers.{name}]: {variable} is empty; calls go without a key and the provider will refuse them"


class OpenAIUpstream:
    """One provider of ``kind = "openai"``."""

    def __init__(self, name: str, settings: ProviderSettings, *, environ: Mapping[str, str]) -> None:
        where = f"[providers.{name}] base_url"
        self._origin = parse_origin(settings.base_url or DEFAULT_BASE_URL, where=where)
        self._deployments = settings.deployments
        self._query = f"?{urlencode(settings.query)}" if settings.query else ""
        key = resolve_key(settings.api_key, environ)
        self._static = _static_headers(name, settings, self._origin, key)
        self._key = key.encode() if key else b""
        self._heads: dict[str, bytes] = {}
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
        return f"OpenAIUpstream({self._origin})"

    @property
    def open_connections(self) -> int:
        """Connections to the provider, busy or idle."""
        return self._pool.connections

    async def send(self, request: UpstreamRequest) -> HttpAnswer:
        """Send and wait for the head."""
        head = b"%b%d\r\n%b\r\n" % (
            self._heads.get(request.path) or self._head(request),
            len(request.body),
            _passed(request.headers) if request.headers else b"",
        )
        answer = await self._pool.exchange(head, request.body, streamed=request.stream, target=request.target)
        if answer.status >= 400 and self._key:
            answer.withhold(self._key)
        return answer

    async def aclose(self) -> None:
        """Give connections back."""
        await self._pool.aclose()

    def _head(self, request: UpstreamRequest) -> bytes:
        """Everything up to the value of ``content-length``, which comes last; kept where it does not vary."""
        path = f"/openai/deployments/{quote(request.model, safe='')}" if self._deployments else ""
        line = f"POST {self._origin.path}{path}{request.path}{self._query} HTTP/1.1\r\n"
        head = line.encode("ascii") + self._static
        if not self._deployments and len(self._heads) < _MAX_PATHS:
            self._heads[request.path] = head
        return head


def _static_headers(name: str, settings: ProviderSettings, origin: Origin, key: str | None) -> bytes:
    headers = {
        "host": origin.authority,
        "user-agent": f"outlast/{__version__}",
        "accept": "application/json, text/event-stream",
        "accept-encoding": "identity",
    }
    if key is not None and settings.deployments:
        headers["api-key"] = key
    elif key is not None:
        headers["authorization"] = f"Bearer {key}"
    for given, value in settings.headers.items():
        if given.lower() in _OURS - {"host"} or not _sendable(given, value) or not given.replace("-", "").isalnum():
            raise SettingsInvalid(f"[providers.{name}] headers: {given!r} cannot be set, or its value cannot be sent")
        headers[given.lower()] = value
    if key is not None and not _sendable("", key):
        raise SettingsInvalid(f"[providers.{name}] api_key holds a character that no header can carry")
    lines = "".join(f"{header}: {value}\r\n" for header, value in headers.items())
    return f"{lines}content-type: application/json\r\ncontent-length: ".encode("latin-1")


def _sendable(name: str, value: str) -> bool:
    try:
        (name + value).encode("latin-1")
    except UnicodeEncodeError:
        return False
    return _CONTROLS.isdisjoint(name + value)


def _passed(headers: Headers) -> bytes:
    lines = [f"{name}: {value}\r\n" for name, value in headers if name not in _OURS and _sendable(name, value)]
    return "".join(lines).encode("latin-1")
