"""What a simulated model is on a day: alive, gone, redirected, unknown, or not for chat.

It knows the error bodies that real providers give for a retired model (observed, see the catalogue's sources).
It does not know dates: the catalogue's standing decides.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import msgspec

from outlast.catalog.models import Model
from outlast.catalog.port import Knowledge
from outlast.providers.script.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Stage:
    """Whose models are played, on which clock."""

    knowledge: Knowledge
    provider: str
    """The catalogue's provider."""
    surface: str
    today: Callable[[], date]

    def model(self, name: str, *, embeds: bool = False) -> Model | Refusal:
        """The model that answers to a name today, in a chat or with embeddings."""
        known = self.knowledge.find(f"{self.provider}/{name}")
        if known is None:
            return unknown(self.provider, name)
        standing = self.knowledge.standing(known.ref, self.surface, self.today())
        if standing.status == "redirected" and standing.redirect_to:
            return self.knowledge.find(standing.redirect_to) or known
        if standing.status == "retired" and not standing.unsure:
            return gone(self.provider, self.surface, name)
        if embeds:
            return known if known.kind in ("", "embedding") else unknown(self.provider, name)
        if known.kind == self.surface:  # of the chat-app alone; no API has it
            return known
        return _not_for_chat(known) or known


def _not_for_chat(model: Model) -> Refusal | None:
    if model.kind in ("", "chat"):
        return None
    if model.kind == "responses":
        message = "This model is only supported in v1/responses and not in v1/chat/completions."
        return Refusal(404, message, param="model")
    message = "This is not a chat model and thus not supported in the v1/chat/completions endpoint."
    return Refusal(404, f"{message} Did you mean to use v1/completions?", param="model")


def _openai(name: str) -> Refusal:
    message = f"The model `{name}` does not exist or you do not have access to it."
    return Refusal(404, message, code="model_not_found")


def _azure(name: str) -> Refusal:  # noqa: ARG001 - Azure's text names no model
    message = "The model associated with the deployment is deprecated and no longer available for use."
    error = {"code": 410, "message": message, "responseCode": "ModelDeprecated"}
    return Refusal(410, message, raw=msgspec.json.encode({"error": error}))


def _anthropic(name: str) -> Refusal:
    error = {"type": "not_found_error", "message": f"model: {name}"}
    return Refusal(404, error["message"], raw=msgspec.json.encode({"type": "error", "error": error}))


def _google(name: str) -> Refusal:
    message = (
        f"models/{name} is not found for API version v1beta, or is not supported for generateContent. "
        "Call ListModels to see the list of available models and their supported methods."
    )
    error = {"code": 404, "message": message, "status": "NOT_FOUND"}
    return Refusal(404, message, raw=msgspec.json.encode({"error": error}))


def _groq(name: str) -> Refusal:
    message = f"The model `{name}` has been decommissioned and is no longer supported."
    return Refusal(400, message, code="model_decommissioned")


def _mistral(name: str) -> Refusal:
    message = f"Invalid model: {name}"
    error = {"object": "error", "message": message, "type": "invalid_model", "param": None, "code": "1500"}
    return Refusal(400, message, raw=msgspec.json.encode(error))


def _cohere(name: str) -> Refusal:
    message = f"model '{name}' was removed. See https://docs.cohere.com/docs/models for the models that can be used."
    return Refusal(404, message, raw=msgspec.json.encode({"id": "simulated", "message": message}))


def _xai(name: str) -> Refusal:
    message = f"The model {name} does not exist or your team does not have access to it."
    error = {"code": "Some requested entity was not found", "error": message}
    return Refusal(404, message, raw=msgspec.json.encode(error))


_GONE: dict[str, Callable[[str], Refusal]] = {
    "azure": _azure, "anthropic": _anthropic, "google": _google, "groq": _groq, "mistral": _mistral,
    "cohere": _cohere, "xai": _xai,
}  # fmt: skip


def gone(provider: str, surface: str, name: str) -> Refusal:
    """What a call to a retired model is answered."""
    return _GONE.get("azure" if surface == "azure" else provider, _openai)(name)


def unknown(provider: str, name: str) -> Refusal:
    """What a call to a model that never was is answered: most providers make no difference."""
    return _openai(name) if provider in ("azure", "groq", "cohere") else gone(provider, "api", name)
