"""A body of ``/chat/completions`` becomes a wish that one model can be asked.

It knows which parts and parameters reach an open model. It does not know how one computes.
"""

from collections.abc import Sequence
from typing import Final, Literal

from outlast.providers.local import conversation
from outlast.providers.local.chat_request import ChatRequest, Message, Part
from outlast.providers.local.pictures import read_picture
from outlast.providers.local.refused import Refused, invalid
from outlast.providers.script.refusal import Refusal, unsupported_value
from outlast.providers.transformers import port

_ROLES: Final[dict[str, Literal["system", "user", "assistant"]]] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
}
_WITHOUT_EFFECT: Final = ("presence_penalty", "frequency_penalty")
_HOTTEST: Final = 2


def wish_of(request: ChatRequest, model: port.OpenModel) -> port.Wish:
    """What is asked of the model. Raises ``Refused`` and what decoders of sound and pictures raise."""
    conversation.check(request.messages)
    _check_chance(request)
    aloud = request.sound is not None
    if aloud and not model.voices:
        raise Refused(unsupported_value("modalities", list(request.modalities or ()), " It writes and does not speak."))
    return port.Wish(
        told=_told(request.messages, model),
        aloud=aloud,
        voice=_voice(request, model) or next(iter(model.voices), ""),
        longest=request.max_tokens if request.max_completion_tokens is None else request.max_completion_tokens,
        temperature=request.temperature,
        top_p=request.top_p,
        seed=request.seed,
    )


def unused_by(request: ChatRequest, model: port.OpenModel) -> tuple[str, ...]:
    """Parameters that were given and change nothing."""
    given = [name for name in _WITHOUT_EFFECT if getattr(request, name) is not None]
    if request.sound is not None and _voice(request, model) is None:
        given.append("audio.voice")
    return tuple(given)


def _check_chance(request: ChatRequest) -> None:
    for name, highest in (("temperature", _HOTTEST), ("top_p", 1)):
        value = getattr(request, name)
        if value is not None and not 0 <= value <= highest:
            raise invalid(f"Invalid '{name}': expected a number from 0 to {highest}, but got {value} instead.", name)


def _voice(request: ChatRequest, model: port.OpenModel) -> str | None:
    asked = request.audio.voice if request.audio is not None else None
    return next((each for each in model.voices if isinstance(asked, str) and each.lower() == asked.lower()), None)


def _told(messages: Sequence[Message], model: port.OpenModel) -> tuple[port.Told, ...]:
    told, samples = [], 0
    for index, message in enumerate(messages):
        where = f"messages[{index}]"
        parts: list[port.Part] = []
        if message.role == "user":
            for place, part in enumerate(message.parts):
                read = _part(part, f"{where}.content[{place}]", model)
                samples += len(read.samples) if isinstance(read, port.Sound) else 0
                conversation.check_length(samples, where)
                parts.append(read)
        else:
            parts.append(message.words)
        told.append(port.Told(_ROLES[message.role], tuple(parts)))
    return tuple(told)


def _part(part: Part, where: str, model: port.OpenModel) -> port.Part:
    if part.type in ("text", "image_url", "input_audio") and part.type not in model.hears:
        known = ", ".join(f"'{each}'" for each in sorted(model.hears))
        message = f"Invalid value: '{part.type}'. This model takes {known}."
        raise Refused(Refusal(400, message, param=where, code="unsupported_content"))
    if part.type == "text" and part.text is not None:
        return part.text
    if part.type == "image_url" and part.image_url is not None:
        return port.Picture(read_picture(part.image_url.url, f"{where}.image_url.url"))
    if part.type == "input_audio" and part.input_audio is not None:
        return port.Sound(conversation.listen(part.input_audio, f"{where}.input_audio"))
    known = ", ".join(f"'{each}'" for each in sorted(model.hears))
    raise invalid(f"Invalid value: '{part.type}'. Supported values are: {known}, each with its member.", where)
