"""``GET /v1/models`` and ``/v1/models/{id}``: what can be called here, and how long it will live.

It knows whose client asks; ``model_shapes`` has other shapes than OpenAI's. It does not know how a standing or a chain
comes about (``catalog``). What it says holds for a day and is worked out once in it. A key is told of what it may use.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec

from outlast.catalog.claims import Standing
from outlast.catalog.models import Model
from outlast.catalog.port import Knowledge
from outlast.catalog.reference import Reference, reference
from outlast.catalog.status import GONE
from outlast.errors import CallerError, ModelNotAllowed, ModelNotFound
from outlast.gateway.call import Call
from outlast.gateway.caller import Callers
from outlast.gateway.lifecycle_headers import lifecycle_headers, own_lifecycle
from outlast.gateway.plan import World, callable_successor, plan
from outlast.gateway.ports import Reply
from outlast.gateway.routes import closest_names
from outlast.keys.key import Key
from outlast.settings import ModelSettings, Settings
from outlast.settings.built_in import is_packaged, owns_weights
from outlast.settings.vendors import catalog_of, surface_of
from outlast.web.answers import JSON, answer_error, speaker_of
from outlast.web.gemini import with_key
from outlast.web.model_shapes import (
    anthropic_list,
    anthropic_model,
    anthropic_page,
    google_list,
    google_model,
    google_page,
)
from outlast.web.offer import ModelObject, Offer

PREFIX = "/v1/models/"
GOOGLES = "/v1beta/models/"
VIRTUAL_OWNER = "outlast"
LONGEST_NAME = 512
"""Characters of a name that are looked at, and repeated in an answer; a call may name no longer one either."""
REMEMBERED = 64
"""Lists by the patterns that they were made for; past this many the memory starts anew."""


class ModelList(msgspec.Struct, frozen=True, kw_only=True):
    """OpenAI's list object."""

    object: str = "list"
    data: tuple[ModelObject, ...]


class Offers:
    """Everything that can be called, as of a day."""

    def __init__(self, settings: Settings, knowledge: Knowledge, today: Callable[[], dt.date]) -> None:
        self._settings = settings
        self._knowledge = knowledge
        self._today = today
        self._day: dt.date | None = None
        self._listed: dict[str, Offer] = {}
        self._documents: dict[tuple[str, ...], bytes] = {}

    def document(self, key: Key | None = None) -> bytes:
        """The list as JSON: virtual models as configured, then each provider's living ones; of a key, its own."""
        self._renew()
        patterns = key.models if key is not None else ()
        made = self._documents.get(patterns)
        if made is None:
            shown = (offer.shown for name, offer in self._listed.items() if key is None or key.may_use(name))
            made = msgspec.json.encode(ModelList(data=tuple(shown)))
            if len(self._documents) >= REMEMBERED:
                self._documents.clear()
            self._documents[patterns] = made
        return made

    def listed(self, key: Key | None = None) -> list[Offer]:
        """The same as offers."""
        self._renew()
        return [offer for name, offer in self._listed.items() if key is None or key.may_use(name)]

    def find(self, name: str, key: Key | None = None) -> Offer:
        """The offer of a name. A retired model is not listed, but is told of when asked for.

        Raises:
            ModelNotAllowed: the key may not use it, whether there is one or not.
            ModelNotFound: neither a virtual model nor one that the catalogue knows of a configured provider.
        """
        if key is not None and not key.may_use(name):
            raise ModelNotAllowed(f"the key {key.name!r} may not use the model {name!r}", param="model")
        self._renew()
        offer = self._listed.get(name) or self._unlisted(name)
        if offer is None:
            near = closest_names(name, self._settings.models, self._knowledge, tuple(self._settings.providers))
            near = tuple(each for each in near if key is None or key.may_use(each))
            hint = f" Closest known: {', '.join(near)}." if near else ""
            raise ModelNotFound(f"The model `{name}` is not known here.{hint}", param="model")
        return offer

    def _renew(self) -> None:
        day = self._today()
        if day == self._day:
            return
        self._day = day
        virtual = {name: self._virtual(name, model, day) for name, model in self._settings.models.items()}
        direct = {offer.shown.id: offer for offer in self._living(day)}
        self._listed = {**virtual, **{name: offer for name, offer in direct.items() if name not in virtual}}
        self._documents = {}

    def _living(self, day: dt.date) -> Iterator[Offer]:
        """Each provider's models that its surface offers on ``day``, or that nobody has dated at all.

        A snapshot that comes with Outlast stays in the list when it has been retired: it answers all the same.
        """
        models = tuple(self._knowledge.models())
        for table, provider in self._settings.providers.items():
            owner, surface = catalog_of(table, provider), surface_of(provider)
            own = owns_weights(provider)
            if own and not is_packaged(provider):
                continue  # what is in files of one's own, no catalogue knows
            for model in (each for each in models if each.provider == owner):
                status = self._knowledge.standing(model.ref, surface, day).status
                if (own or status not in GONE) and (status != "unknown" or not model.claims):
                    yield self._direct(f"{table}/{model.id}", Reference(model.ref, surface), model, day)

    def _unlisted(self, name: str) -> Offer | None:
        if self._day is None or name.partition("/")[0] not in self._settings.providers:
            return None
        behind = reference(name, self._settings.providers)
        model = self._knowledge.find(behind.ref)
        return None if model is None else self._direct(name, behind, model, self._day)

    def _virtual(self, name: str, model: ModelSettings, day: dt.date) -> Offer:
        made = plan(model, World(providers=self._settings.providers, knowledge=self._knowledge, day=day))
        lasting = made.lasting
        behind, standing = lasting.reference, lasting.standing
        entry = self._knowledge.find(behind.ref)
        shown = _shown(name, behind, entry, standing, made.successor)
        own = msgspec.structs.replace(shown, owned_by=VIRTUAL_OWNER, target=lasting.settings.to)
        headers = own_lifecycle(
            self._settings.policy.models.get(name), day, lifecycle_headers(standing, made.successor)
        )
        return Offer(own, headers, entry, standing.deprecated)

    def _direct(self, name: str, behind: Reference, model: Model, day: dt.date) -> Offer:
        standing = self._knowledge.standing(behind.ref, behind.surface, day)
        chain = self._knowledge.chain(behind.ref, behind.surface, day)
        successor = callable_successor(chain, self._settings.providers, name, behind)
        shown = _shown(name, behind, model, standing, successor)
        return Offer(shown, lifecycle_headers(standing, successor), model, standing.deprecated)


def _shown(name: str, behind: Reference, model: Model | None, standing: Standing, successor: str | None) -> ModelObject:
    return ModelObject(
        id=name,
        created=_released(model, behind.surface),
        owned_by=behind.ref.partition("/")[0],
        status=standing.status,
        surface=behind.surface,
        ends=standing.ends,
        precision=standing.precision,
        shutdown_date=standing.ends if standing.switches else None,
        successor=successor,
    )


def _released(model: Model | None, surface: str) -> int:
    days = [c.date for c in model.claims if c.event == "released" and c.surface == surface] if model else []
    return int(dt.datetime.combine(min(days), dt.time(), dt.UTC).timestamp()) if days else 0


@dataclass(frozen=True, slots=True)
class ListModels:
    """The handler of the list."""

    offers: Offers
    callers: Callers

    async def __call__(self, call: Call, reply: Reply) -> None:
        """Every model that the caller can call, as its client reads it."""
        call = with_key(call)
        try:
            key = self.callers.identify(call.headers).key
            match speaker_of(call).name:
                case "anthropic":
                    document = anthropic_list(self.offers.listed(key), anthropic_page(call.query))
                case "gemini":
                    document = google_list(self.offers.listed(key), google_page(call.query))
                case _:
                    document = self.offers.document(key)
        except CallerError as error:
            answer_error(reply, call, error)
        else:
            reply.whole(200, JSON, document)


@dataclass(frozen=True, slots=True)
class OneModel:
    """The handler of everything below ``PREFIX`` and ``GOOGLES``; ids have slashes."""

    offers: Offers
    callers: Callers

    async def __call__(self, call: Call, reply: Reply) -> None:
        """One model, with the headers of its life."""
        call = with_key(call)
        name = call.path.removeprefix(PREFIX).removeprefix(GOOGLES)[:LONGEST_NAME]
        asked = (("x-outlast-requested-model", name),)
        try:
            caller = self.callers.identify(call.headers)
            offer = self.offers.find(name, caller.key)
        except CallerError as error:
            answer_error(reply, call, error, asked)
        else:
            shape = _SHAPES.get(speaker_of(call).name)
            shown = offer.shown if shape is None else shape(offer)
            reply.whole(200, (*asked, *offer.headers, *JSON), msgspec.json.encode(shown))


_SHAPES: dict[str, Callable[[Offer], object]] = {"anthropic": anthropic_model, "gemini": google_model}
