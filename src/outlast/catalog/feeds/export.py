"""The catalogue as a document for others: our own format, which is read back without loss, and model-eol.

It knows both shapes. What model-eol has no word for (prices, other events, floors of a month) stays behind.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence

import msgspec

from outlast.catalog.chain import recommended
from outlast.catalog.claims import Claim
from outlast.catalog.feed import Feed, FeedClaim, Listing, Quote, Successor
from outlast.catalog.feeds.model_eol import HOME
from outlast.catalog.models import Model
from outlast.catalog.status import followed
from outlast.catalog.supplement import encode_supplement
from outlast.catalog.supplied import TURNS, words_of
from outlast.errors import SettingsInvalid

SPEC = "model-eol/0.1"
UNNAMED = "outlast's catalogue"
"""Where an entry names no source of its own."""


def export_outlast(models: Sequence[Model], provider: str, today: dt.date) -> bytes:
    """The followed and disputed claims, current successors and prices, in our own format."""
    del provider
    return encode_supplement(
        Feed(
            listings=tuple(_listing(model, today) for model in models),
            claims=tuple(_claim(claim) for model in models for claim in _current(model.claims)),
            successors=tuple(said for model in models for said in _successors(model, today)),
            quotes=tuple(quote for model in models for quote in _quotes(model, today)),
        )
    )


def _source(model: Model) -> str:
    return model.sources[0] if model.sources else UNNAMED


def _listing(model: Model, today: dt.date) -> Listing:
    return Listing(
        model=model.ref,
        name=model.name if model.name != model.id else "",
        kind=model.kind,
        context_window=model.context_window or None,
        max_input_tokens=model.max_input_tokens or None,
        max_output_tokens=model.max_output_tokens or None,
        source=_source(model),
        seen=today,
    )


def _current(claims: Sequence[Claim]) -> Iterator[Claim]:
    """One followed claim an event and surface, every turn, and what is disputed beside."""
    clocks: dict[tuple[str, str], list[Claim]] = {}
    for claim in claims:
        if claim.decides and claim.event not in TURNS:
            clocks.setdefault((claim.surface, claim.event), []).append(claim)
        elif claim.disputed or (claim.decides and claim.event in TURNS):
            yield claim
    for said in clocks.values():
        if (first := followed(said, said[0].event)) is not None:
            yield first


def _claim(claim: Claim) -> FeedClaim:
    return FeedClaim(
        model=claim.model,
        surface=claim.surface,
        event=claim.event,
        date=claim.said,
        precision=claim.precision,
        note=claim.note,
        disputed=claim.disputed,
        source=claim.source,
        seen=claim.seen,
    )


def _successors(model: Model, today: dt.date) -> Iterator[Successor]:
    for each in model.recommendations:
        if each.current:
            yield Successor(
                model=model.ref,
                successor=each.model,
                surface=each.surface,
                alternative=each.alternative,
                source=each.source or _source(model),
                seen=today,
            )


def _quotes(model: Model, today: dt.date) -> Iterator[Quote]:
    if words := words_of(model.price):
        above = words_of(model.price.above) if model.price else {}
        yield Quote(
            model=model.ref,
            price=words,
            above_tokens=model.price.above_tokens if model.price and above else None,
            above=above,
            source=_source(model),
            seen=today,
        )


def export_model_eol(models: Sequence[Model], provider: str, today: dt.date) -> bytes:
    """A model-eol feed of one provider.

    Raises:
        SettingsInvalid: no provider is named; a feed has one publisher.
    """
    if not provider:
        raise SettingsInvalid("a model-eol feed is of one publisher; name it with --provider")
    feed = {
        "spec": SPEC,
        "publisher": provider,
        "generated": f"{today}T00:00:00Z",
        "models": [_eol_entry(model) for model in models],
    }
    return msgspec.json.format(msgspec.json.encode(feed), indent=2) + b"\n"


def _eol_entry(model: Model) -> dict[str, object]:
    choice = recommended(model, model.home)
    same = choice is not None and choice.model.partition("/")[0] == model.provider
    own = HOME.get(model.provider, "api")
    channels = [{"via": surface, **_eol_clock(model, surface)} for surface in model.surfaces if surface != own]
    return {
        "id": model.id,
        **({"aliases": list(model.aliases)} if model.aliases else {}),
        **_eol_clock(model, own),
        **({"replacement_options": [choice.model.partition("/")[2]]} if choice and same else {}),
        **({"distributions": channels} if channels else {}),
    }


def _eol_clock(model: Model, surface: str) -> dict[str, object]:
    claims = [claim for claim in model.claims if claim.surface == surface]
    announced, end = followed(claims, "deprecated"), followed(claims, "retired")
    clock: dict[str, object] = {}
    if announced is not None and announced.precision == "exact":
        clock["announced"] = announced.date.isoformat()
    if end is not None:
        clock["shutdown"] = end.date.isoformat()
        if end.precision != "exact":
            clock["date_precision"] = "tentative" if end.precision == "not_before" else end.precision
    return clock


EXPORTS: dict[str, Callable[[Sequence[Model], str, dt.date], bytes]] = {
    "outlast": export_outlast,
    "model-eol": export_model_eol,
}
"""Every format that can be written."""
