"""The ``scripted`` kind: SIMULATED models in this process, for rehearsals, demonstrations and tests.

It knows the order of things: is the model alive, does it take these parameters, does a fault strike, what does
it say. Each of these has a module in ``script``. It opens no socket, and every answer says that it is simulated.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable

import msgspec

from outlast.catalog.models import Model
from outlast.errors import UpstreamBroken, UpstreamTimeout
from outlast.gateway.ports import Headers, Patience, UpstreamRequest
from outlast.providers.local_answer import LocalAnswer, Pace
from outlast.providers.script.embedding import embeddings, read_embedding
from outlast.providers.script.faults import refusal, soft_gone, spoil
from outlast.providers.script.life import Stage, gone
from outlast.providers.script.model import think
from outlast.providers.script.parameters import Asked, refused
from outlast.providers.script.profile import Profile, Profiles
from outlast.providers.script.refusal import Refusal
from outlast.providers.script.request import ChatRequest, read_request
from outlast.providers.script.tokens import PrefixCache
from outlast.providers.script.wire import Completion, chunks, plain

CHAT = "/chat/completions"
EMBEDDINGS = "/embeddings"
_SIMULATED: Headers = (("x-simulated", "true"), ("openai-version", "2020-10-01"))
_TRICKLE_SECONDS = 0.05
_HEX = "0123456789abcdef"


class ScriptedUpstream:
    """One provider of ``kind = "scripted"``."""

    def __init__(
        self,
        stage: Stage,
        profiles: Profiles,
        *,
        unix_seconds: Callable[[], float],
        rng: random.Random,
        patience: Patience | None = None,
    ) -> None:
        self._stage = stage
        self._profiles = profiles
        self._unix_seconds = unix_seconds
        self._rng = rng
        self._patience = patience or Patience()
        self._cache = PrefixCache()
        self._calls: Counter[str] = Counter()

    async def send(self, request: UpstreamRequest) -> LocalAnswer:
        """Answer as the model would; raises an ``UpstreamError`` where its profile says so."""
        if request.path.endswith(EMBEDDINGS):
            return self._embed(request)
        chat = read_request(request.body)
        if isinstance(chat, Refusal):
            return self._refuse(chat)
        if not request.path.endswith(CHAT):
            return self._refuse(Refusal(404, f"Invalid URL (POST /v1{request.path})"))
        model = self._model(chat.model)
        if isinstance(model, Refusal):
            return self._refuse(model)
        profile = self._profile(chat.model)
        problem = refusal(profile) or refused(Asked(chat, model))
        if profile.fault == "gone":
            problem = gone(self._stage.provider, self._stage.surface, chat.model)
        if problem is not None:
            return self._refuse(problem)
        await self._before_answer(profile, request)
        return self._answer(chat, model, profile, request)

    async def aclose(self) -> None:
        """Nothing is held open."""

    def _embed(self, request: UpstreamRequest) -> LocalAnswer:
        asked = read_embedding(request.body)
        if isinstance(asked, Refusal):
            return self._refuse(asked)
        model = self._model(asked.model, embeds=True)
        problem = model if isinstance(model, Refusal) else refusal(self._profile(asked.model))
        if isinstance(problem, Refusal):
            return self._refuse(problem)
        return LocalAnswer(
            200, (("content-type", "application/json"), *_SIMULATED), (embeddings(asked, asked.model),)
        )  # fmt: skip

    def _model(self, name: str, *, embeds: bool = False) -> Model | Refusal:
        if self._profiles.invents(name):
            return Model(provider=self._stage.provider, id=name, name=name, kind="chat")
        return self._stage.model(name, embeds=embeds)

    def _profile(self, name: str) -> Profile:
        profile = self._profiles.of(name)
        self._calls[name] += 1
        if profile.times and self._calls[name] > profile.times:
            return msgspec.structs.replace(profile, fault="none")
        return profile

    async def _before_answer(self, profile: Profile, request: UpstreamRequest) -> None:
        target = request.target
        if profile.fault == "reset":
            raise UpstreamBroken("the simulated model closed the connection without an answer", target=target)
        if profile.fault == "hang":
            await asyncio.sleep((request.patience or self._patience).first_byte)
            raise UpstreamTimeout("the simulated model sent no answer in time", target=target)
        if profile.first_token:
            await asyncio.sleep(profile.first_token)

    def _answer(self, chat: ChatRequest, model: Model, profile: Profile, request: UpstreamRequest) -> LocalAnswer:
        if profile.fault == "soft_gone":
            profile = msgspec.structs.replace(profile, text=soft_gone(chat.model))
        thought = think(chat, model, profile, self._cache)
        completion = Completion(
            id="chatcmpl-" + "".join(self._rng.choices(_HEX, k=29)),
            created=int(self._unix_seconds()),
            model=profile.answers_as or model.points_to or model.id,
            said=thought.said,
            finish=thought.finish,
            choices=chat.choices,
            usage=None if profile.fault == "no_usage" else thought.usage,
        )
        kind, pieces = "application/json", [plain(completion)]
        if chat.stream:
            kind, pieces = "text/event-stream; charset=utf-8", list(chunks(completion, with_usage=chat.wants_usage))
        left, ending = spoil(pieces, profile, target=request.target)
        pace = self._pace(profile, request.patience or self._patience, streamed=bool(chat.stream))
        return LocalAnswer(200, (("content-type", kind), *_SIMULATED), left, pace=pace, ending=ending)

    @staticmethod
    def _pace(profile: Profile, patience: Patience, *, streamed: bool) -> Pace:
        each = profile.per_token if streamed else 0.0
        if profile.fault == "trickle":
            each = profile.per_token or _TRICKLE_SECONDS
        return Pace(each=each, ending=patience.idle if profile.fault == "stall" else 0.0)

    @staticmethod
    def _refuse(problem: Refusal) -> LocalAnswer:
        headers: Headers = (("content-type", "application/json"), *_SIMULATED)
        if problem.retry_after is not None:
            headers = (*headers, ("retry-after", f"{problem.retry_after:g}"))
        return LocalAnswer(problem.status, headers, (problem.body,))
