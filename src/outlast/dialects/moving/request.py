"""One request, moved to another model: translated where it must be, then adapted, and what both would do to it.

It knows how a request's dialect is told from its path or its members. It does not send anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from outlast.catalog.models import Model
from outlast.dialects.adaptation import Adaptation, Fit, Profile, adapt, fits
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.envelope import Envelope
from outlast.dialects.registry import DIALECTS
from outlast.errors import MalformedRequest, Untranslatable

EMBEDDINGS = "embeddings"
_PATHS = (
    ("/chat/completions", "chat"),
    ("/completions", "completions"),
    ("/responses", "responses"),
    ("/messages", "anthropic"),
    ("/messages/count_tokens", "anthropic"),
    (":generateContent", "gemini"),
    (":streamGenerateContent", "gemini"),
    (":countTokens", "gemini"),
    ("/embeddings", EMBEDDINGS),
)
_ANTHROPICS_OWN = frozenset({"system", "stop_sequences", "thinking", "output_config", "anthropic_version"})
"""Members that tell Anthropic's messages from OpenAI's."""
_HOME = {"anthropic": "anthropic", "google": "gemini"}
_OPENAI = frozenset({"openai", "azure"})


class Sent(NamedTuple):
    """A request as a caller sent it."""

    body: bytes
    dialect: str
    path: str
    """Gemini's callers name the model there."""


class _Enveloped(NamedTuple):
    envelope: Envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What would become of one request."""

    dialect: str
    """The one that the target is asked in."""
    adaptation: Adaptation
    fit: Fit
    dropped: Mapping[str, str] = field(default_factory=dict)
    """What translation leaves out, and why."""
    untranslatable: str = ""
    """Why it cannot be translated at all."""

    @property
    def breaks(self) -> bool:
        """Sent as it is, it would not do there what it did here."""
        acted = self.adaptation.rules or self.dropped or self.untranslatable
        return bool(acted) or self.fit.verdict == "cannot fit"


def sent_of(body: bytes, path: str = "", maker: str = "") -> Sent:
    """A request whose dialect is told by its path, else by its members, else by the maker of the model it went to.

    Raises:
        MalformedRequest: it is no JSON object, or of no dialect that is known here.
    """
    path = urlsplit(path).path
    for ending, dialect in _PATHS:
        if path.endswith(ending):
            return Sent(body, dialect, path)
    fields = Envelope.parse(body).fields
    if "contents" in fields:
        return Sent(body, "gemini", "/v1beta/models/unknown:generateContent")
    if "messages" in fields:
        is_anthropic = maker == "anthropic" or bool(_ANTHROPICS_OWN.intersection(fields))
        return Sent(body, "anthropic" if is_anthropic else "chat", "")
    if "input" in fields:
        return Sent(body, EMBEDDINGS if {"dimensions", "encoding_format"} & set(fields) else "responses", "")
    if "prompt" in fields:
        return Sent(body, "completions", "")
    raise MalformedRequest("the request has neither messages, contents, input nor prompt: of no dialect known here")


def target_dialect(model: Model, caller: str) -> str:
    """The dialect that a model is asked in: its maker's; of OpenAI's two the caller's, where the model has it."""
    if caller == EMBEDDINGS:
        return EMBEDDINGS
    if model.provider not in _OPENAI:
        return _HOME.get(model.provider, "chat")
    wanted = "responses" if caller == "responses" else "chat"
    endpoints = model.abilities.get("endpoints")
    if not isinstance(endpoints, tuple):
        return wanted
    offered = {"chat": "/v1/chat/completions" in endpoints, "responses": "/v1/responses" in endpoints}
    other = "chat" if wanted == "responses" else "responses"
    return other if offered[other] and not offered[wanted] else wanted


def move(sent: Sent, model: Model, profile: Profile) -> Moved:
    """What a move to this model does to a request; ``profile`` is the model's.

    Raises:
        MalformedRequest: the request cannot be read.
    """
    dialect, losses = target_dialect(model, sent.dialect), Losses()
    try:
        body = sent.body if dialect == sent.dialect else _translated(sent, dialect, model, losses)
    except Untranslatable as error:
        nothing = Adaptation({}, ())
        fit = fits(sent.body, model)
        return Moved(dialect=dialect, adaptation=nothing, fit=fit, dropped=losses.names, untranslatable=str(error))
    adaptation = adapt(_Enveloped(Envelope.parse(body)), profile, dialect)
    return Moved(dialect=dialect, adaptation=adaptation, fit=fits(body, model), dropped=losses.names)


def _translated(sent: Sent, dialect: str, model: Model, losses: Losses) -> bytes:
    caller, target = DIALECTS[sent.dialect], DIALECTS[dialect]
    request = caller.decode_request(sent.body, caller.peek(sent.body, sent.path))
    return target.encode_request(msgspec.structs.replace(request, model=model.id), losses)
