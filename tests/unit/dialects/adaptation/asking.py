"""What the tests of adaptation share: a request of any dialect, and what became of it."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from outlast.catalog.models import Ability, Model
from outlast.catalog.store import Catalog, open_catalog
from outlast.dialects.adaptation import Adaptation, Profile, adapt, profile
from outlast.dialects.envelope import Envelope

USER = {"role": "user", "content": "Hello"}
BASE: dict[str, dict[str, Any]] = {
    "chat": {"messages": [USER]},
    "responses": {"input": [USER]},
    "anthropic": {"max_tokens": 4096, "messages": [USER]},
    "gemini": {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]},
    "embeddings": {"input": "Hello"},
}
MAKERS = {"chat": "openai", "responses": "openai", "anthropic": "anthropic", "gemini": "google", "embeddings": "openai"}


class Asked(NamedTuple):
    envelope: Envelope


@cache
def catalog() -> Catalog:
    return open_catalog()


def target(ref: str) -> Model:
    found = catalog().find(ref)
    assert found is not None, ref
    return found


def invented(dialect: str, abilities: Mapping[str, Ability]) -> Model:
    return Model(provider=MAKERS[dialect], id="model-x", name="", kind="chat", abilities=dict(abilities))


def outcome(body: Mapping[str, object], known: Profile, dialect: str) -> tuple[dict[str, Any], Adaptation]:
    """The body as the target would receive it, and what was done."""
    envelope = Envelope.parse(json.dumps(body).encode())
    adaptation = adapt(Asked(envelope), known, dialect)
    return json.loads(envelope.edit(adaptation.changes)), adaptation


def asked(ref: str, dialect: str, **members: object) -> tuple[dict[str, Any], Adaptation]:
    """The same for a model of the catalogue and members beside those that every request has."""
    return outcome(BASE[dialect] | members, profile(target(ref)), dialect)
