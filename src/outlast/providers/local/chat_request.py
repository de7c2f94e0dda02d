"""A body of ``/chat/completions`` as the local engine reads it.

It knows which parameters matter, which have no effect here and which are refused, in OpenAI's words. It does not know
what is done with messages (``conversation``).
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from outlast.omni.encode import Sound
from outlast.omni.session import LONGEST_ANSWER
from outlast.providers.local.asked import not_supported, read_json
from outlast.providers.local.refused import Refused, invalid
from outlast.providers.script.refusal import Refusal, unsupported_value

SOUNDS: Final[Mapping[str, Sound]] = {
    "wav": "wav",
    "pcm16": "pcm16",
    "g711_ulaw": "pcmu",
    "g711_alaw": "pcma",
    "mp3": "mp3",
    "flac": "flac",
    "opus": "opus",
}
"""What ``audio.format`` may be, and what it is called here."""
_STREAMED: Final = ("wav", "pcm16", "g711_ulaw", "g711_alaw")
_USUAL_ANSWER: Final = LONGEST_ANSWER // 2


class ImageUrl(msgspec.Struct, frozen=True):
    """Where a picture is; only ``data:`` addresses are read."""

    url: str
    detail: str = "auto"


class InputAudio(msgspec.Struct, frozen=True):
    """A sound in base64."""

    data: str
    format: str


class Part(msgspec.Struct, frozen=True):
    """One part of a message's content."""

    type: str
    text: str | None = None
    refusal: str | None = None
    image_url: ImageUrl | None = None
    input_audio: InputAudio | None = None


class AudioRef(msgspec.Struct, frozen=True):
    """A spoken answer of the past, by its id."""

    id: str


class Message(msgspec.Struct, frozen=True):
    """One message of the conversation."""

    role: str
    content: str | tuple[Part, ...] | None = None
    refusal: str | None = None
    audio: AudioRef | None = None

    @property
    def parts(self) -> tuple[Part, ...]:
        """Its content as parts."""
        if isinstance(self.content, tuple):
            return self.content
        return () if self.content is None else (Part("text", self.content),)

    @property
    def words(self) -> str:
        """Its text, and what it refused."""
        said = [part.text or part.refusal or "" for part in self.parts]
        return "\n".join(each for each in (*said, self.refusal or "") if each)


class AudioWish(msgspec.Struct, frozen=True):
    """How an answer is to be spoken. There is one voice, whatever it is called."""

    voice: str | dict[str, str]
    format: str


class StreamOptions(msgspec.Struct, frozen=True):
    """What a stream brings beside the answer."""

    include_usage: bool | None = False
    include_obfuscation: bool | None = None


class ResponseFormat(msgspec.Struct, frozen=True):
    """Only ``text`` can be had."""

    type: str = "text"


class ChatRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The request; every member that OpenAI names is here, so that another one is a mistake."""

    model: str
    messages: tuple[Message, ...]
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    modalities: tuple[str, ...] | None = None
    audio: AudioWish | None = None
    n: int | None = 1
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    seed: int | None = None
    response_format: ResponseFormat | None = None
    tools: tuple[msgspec.Raw, ...] | None = None
    functions: tuple[msgspec.Raw, ...] | None = None
    tool_choice: msgspec.Raw = msgspec.Raw(b"null")
    function_call: msgspec.Raw = msgspec.Raw(b"null")
    stop: str | tuple[str, ...] | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    logit_bias: dict[str, float] | None = None
    web_search_options: msgspec.Raw = msgspec.Raw(b"null")
    reasoning_effort: str | None = None
    verbosity: str | None = None
    temperature: float | None = None
    top_p: float | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    prediction: msgspec.Raw = msgspec.Raw(b"null")
    parallel_tool_calls: bool | None = None
    user: str | None = None
    safety_identifier: str | None = None
    prompt_cache_key: str | None = None
    prompt_cache_retention: str | None = None
    metadata: dict[str, str] | None = None
    store: bool | None = None
    service_tier: str | None = None

    @property
    def sound(self) -> Sound | None:
        """How the answer's sound is written; None: it is not spoken."""
        if self.audio is None or "audio" not in (self.modalities or ()):
            return None
        return SOUNDS[self.audio.format]

    @property
    def wants_usage(self) -> bool:
        """The last chunk of a stream brings the usage."""
        return self.stream_options is not None and bool(self.stream_options.include_usage)

    @property
    def longest(self) -> int:
        """The most tokens of text."""
        limit = self.max_tokens if self.max_completion_tokens is None else self.max_completion_tokens
        return _USUAL_ANSWER if limit is None else min(limit, LONGEST_ANSWER)

    @property
    def unused(self) -> tuple[str, ...]:
        """Parameters that were given and change nothing: text is chosen without chance, and there is one voice."""
        chance = ("temperature", "top_p", "presence_penalty", "frequency_penalty")
        given = [name for name in chance if getattr(self, name) is not None]
        return (*given, *(("audio.voice",) if self.sound is not None else ()))


def read_chat(body: bytes) -> ChatRequest:
    """The request. Raises ``Refused`` for what cannot be answered as it was asked."""
    request = read_json(body, ChatRequest)
    if not request.messages:
        message = "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array."
        raise invalid(message, "messages", "empty_array")
    _check_numbers(request)
    _check_abilities(request)
    _check_sound(request)
    return request


def _check_numbers(request: ChatRequest) -> None:
    for name in ("max_tokens", "max_completion_tokens"):
        limit = getattr(request, name)
        if limit is not None and limit < 1:
            message = f"Invalid '{name}': integer below minimum value. Expected a value >= 1, but got {limit} instead."
            raise invalid(message, name, "integer_below_min_value")
    if request.n not in (None, 1):
        raise Refused(unsupported_value("n", request.n, " Only the default (1) value is supported."))


def _check_abilities(request: ChatRequest) -> None:
    if request.tools or request.functions:
        name = "tools" if request.tools else "functions"
        raise Refused(Refusal(400, f"{name} is not supported in this model.", param=name, code="unsupported_parameter"))
    form = request.response_format
    if form is not None and form.type != "text":
        message = f"Invalid parameter: 'response_format' of type '{form.type}' is not supported with this model."
        raise Refused(Refusal(400, message, param="response_format"))
    if request.reasoning_effort not in (None, "none"):
        raise Refused(Refusal(400, "Unrecognized request argument supplied: reasoning_effort"))
    for name in ("logprobs", "top_logprobs", "logit_bias", "stop"):
        if getattr(request, name):
            raise not_supported(name)
    for name in ("web_search_options", "prediction"):
        if bytes(getattr(request, name)) != b"null":
            raise not_supported(name)


def _check_sound(request: ChatRequest) -> None:
    wanted = request.modalities
    if wanted is None:
        return
    unknown = next((each for each in wanted if each not in ("text", "audio")), None)
    if unknown is not None or "text" not in wanted:
        message = f"Invalid value: {list(wanted)}. Supported values are: ['text'] and ['text', 'audio']."
        raise invalid(message, "modalities")
    if "audio" not in wanted:
        return
    if request.audio is None:
        message = "Missing required parameter: 'audio'. It is required when 'modalities' has 'audio'."
        raise invalid(message, "audio", "missing_required_parameter")
    form = request.audio.format
    if form not in SOUNDS:
        known = ", ".join(f"'{each}'" for each in SOUNDS)
        raise invalid(f"Invalid value: '{form}'. Supported values are: {known}.", "audio.format")
    if request.stream and form not in _STREAMED:
        known = ", ".join(f"'{each}'" for each in _STREAMED)
        allowed = f" Supported values are: {known}."
        raise Refused(unsupported_value("audio.format", f"'{form}' when stream=true", allowed))
