"""The list of models as Anthropic's and Google's clients read it, page by page.

It knows both vendors' model objects and how their clients ask for pages. It does not know what is offered
(``web.models``). Who asks for no page gets everything at once.
"""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import parse_qsl

import msgspec

from outlast.catalog.models import Model
from outlast.catalog.status import GONE
from outlast.errors import MalformedRequest
from outlast.web.offer import ModelObject, Offer

_NAMED = "models/"
_MOST = 1000
_ANSWERS = ("generateContent", "countTokens")
_METHODS = {
    **dict.fromkeys(("chat", "responses", "completion", ""), _ANSWERS),
    "embedding": ("embedContent", "batchEmbedContents"),
}
"""By the catalogue's kind of a model."""


class AnthropicModel(msgspec.Struct, frozen=True, kw_only=True, tag="model", tag_field="type"):
    """One model as Anthropic's clients read it, with the life-cycle fields that they know."""

    id: str
    display_name: str
    created_at: str
    lifecycle: str
    deprecated_at: str | None
    retires_at: str | None
    """Only of an end that is exact."""
    max_input_tokens: int | None
    max_tokens: int | None
    capabilities: None = None
    line: None = None
    successor: str | None = None
    """Not of Anthropic's: what takes over here."""


class GoogleModel(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One model as Google's clients read it, who have no place for a life but the description."""

    name: str
    version: str
    display_name: str
    description: str
    input_token_limit: int | None = None
    output_token_limit: int | None = None
    supported_generation_methods: tuple[str, ...] = ()


class Wanted(NamedTuple):
    """A page: so many, after or before one of a name."""

    most: int | None = None
    after: str = ""
    before: str = ""


def anthropic_page(query: str) -> Wanted:
    """What a query of Anthropic's client asks for. Raises ``MalformedRequest``."""
    said = dict(parse_qsl(query))
    return Wanted(_count(said.get("limit"), "limit"), said.get("after_id", ""), said.get("before_id", ""))


def google_page(query: str) -> Wanted:
    """The same of Google's, whose token for the next page is here the last model's id."""
    said = dict(parse_qsl(query))
    return Wanted(_count(said.get("pageSize"), "pageSize"), said.get("pageToken", ""))


def anthropic_list(offers: Sequence[Offer], wanted: Wanted) -> bytes:
    """A page of Anthropic's list."""
    shown, more = _cut(offers, wanted)
    ids = [offer.shown.id for offer in shown]
    first, last = (ids[0], ids[-1]) if ids else (None, None)
    document = {"data": list(map(anthropic_model, shown)), "has_more": more, "first_id": first, "last_id": last}
    return msgspec.json.encode(document)


def google_list(offers: Sequence[Offer], wanted: Wanted) -> bytes:
    """A page of Google's list."""
    shown, more = _cut(offers, wanted)
    after = {"nextPageToken": shown[-1].shown.id} if more else {}
    return msgspec.json.encode({"models": list(map(google_model, shown)), **after})


def anthropic_model(offer: Offer) -> AnthropicModel:
    """One model in Anthropic's words."""
    shown, model = offer.shown, offer.model
    return AnthropicModel(
        id=shown.id,
        display_name=_display_name(shown, model),
        created_at=_instant(dt.datetime.fromtimestamp(shown.created, dt.UTC)),
        lifecycle=_lifecycle(shown.status),
        deprecated_at=_day(offer.deprecated if _lifecycle(shown.status) != "active" else None),
        retires_at=_day(shown.shutdown_date),
        max_input_tokens=(model.max_input_tokens or model.context_window) if model else None,
        max_tokens=model.max_output_tokens if model else None,
        successor=shown.successor,
    )


def google_model(offer: Offer) -> GoogleModel:
    """One model in Google's words."""
    shown, model = offer.shown, offer.model
    life = f"{shown.status}; ends {shown.ends} ({shown.precision})" if shown.ends else shown.status
    return GoogleModel(
        name=_NAMED + shown.id,
        version="",
        display_name=_display_name(shown, model),
        description=f"{life}; {shown.successor} takes over" if shown.successor else life,
        input_token_limit=(model.max_input_tokens or model.context_window) if model else None,
        output_token_limit=model.max_output_tokens if model else None,
        supported_generation_methods=_METHODS.get(model.kind, ()) if model else _ANSWERS,
    )


def _cut(offers: Sequence[Offer], wanted: Wanted) -> tuple[Sequence[Offer], bool]:
    """The offers of a page, and whether there are more in its direction. A name that is not there cuts nothing."""
    places = {offer.shown.id: place for place, offer in enumerate(offers)}
    if wanted.before in places:
        offers = offers[: places[wanted.before]]
        first = max(0, len(offers) - (wanted.most or len(offers)))
        return offers[first:], first > 0
    offers = offers[places.get(wanted.after, -1) + 1 :]
    return offers[: wanted.most], wanted.most is not None and len(offers) > wanted.most


def _count(said: str | None, name: str) -> int | None:
    if said is None:
        return None
    if not (said.isascii() and said.isdigit() and 1 <= int(said[:5]) <= _MOST):
        raise MalformedRequest(f"{name!r} must be a number from 1 to {_MOST}, not {said[:20]!r}", param=name)
    return int(said[:5])


def _display_name(shown: ModelObject, model: Model | None) -> str:
    return model.name if model is not None and shown.target is None and model.name else shown.id


def _lifecycle(status: str) -> str:
    if status in GONE:
        return "retired"
    return "deprecated" if status in ("deprecated", "extended") else "active"


def _day(day: dt.date | None) -> str | None:
    return None if day is None else _instant(dt.datetime.combine(day, dt.time(), dt.UTC))


def _instant(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}Z"
