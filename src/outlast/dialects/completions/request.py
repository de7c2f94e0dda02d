"""The older request and the canonical one: one prompt is one turn of the user's.

It knows what of a conversation a prompt can say: words, once. Tokens and several prompts cannot be translated, nor
can several turns become a prompt: a model that completes text would see no difference between the speakers.
"""

import msgspec

from outlast.dialects.chat.asked import ChatRequest
from outlast.dialects.chat.members import UNREADABLE, Members, is_string, wrong
from outlast.dialects.chat.request_in import keep, read_sampling
from outlast.dialects.completions.asked import read
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.normal import normal
from outlast.dialects.conversation.parts import Extra, Text
from outlast.dialects.conversation.request import Message, Request, Sampling
from outlast.dialects.dialect import Asked
from outlast.errors import Untranslatable

NAME = "completions"
_STRING, _STRINGS = msgspec.json.Decoder(str), msgspec.json.Decoder(list[str])


def decode_request(body: bytes, asked: Asked) -> Request:
    """The canonical request.

    Raises:
        MalformedRequest: a member cannot be read (``param``), or the prompt is none of words.
    """
    if not isinstance(asked, ChatRequest):
        asked = read(body)
    top = Members(asked.envelope.fields)
    top.raw("model")
    top.raw("stream")
    kept: Extra = {}
    words = _prompt(top)
    request = Request(
        model=asked.model,
        messages=(Message("user", (Text(words),)),),
        stream=asked.stream,
        include_usage=asked.include_usage or not asked.stream,
        sampling=_sampling(top),
        user=top.text("user"),
    )
    options = top.inner("stream_options")
    if options is not None:
        options.flag("include_usage")
        keep(kept, "stream_options", options.rest())
    extra = {f"{NAME}:{key.partition(':')[2]}": value for key, value in {**top.rest(), **kept}.items()}
    return msgspec.structs.replace(request, extra=extra)


def _prompt(top: Members) -> str:
    raw = top.raw("prompt")
    if raw is None:
        wrong("prompt", "a string")
    try:
        if is_string(raw):
            return _STRING.decode(raw)
        several = _STRINGS.decode(raw)
    except UNREADABLE:
        wrong("prompt", "words where the model is called in another dialect", raw)
    if len(several) != 1:
        wrong("prompt", "one prompt where the model is called in another dialect", raw)
    return several[0]


def _sampling(top: Members) -> Sampling:
    """As in chat, but ``logprobs`` is how many there are for each token."""
    many = top.whole("logprobs")
    sampling = read_sampling(top)
    if many is None:
        return sampling
    return msgspec.structs.replace(sampling, logprobs=True, top_logprobs=many)


def encode_request(request: Request, losses: Losses) -> bytes:
    """The body for an upstream of this dialect.

    Raises:
        Untranslatable: the conversation is more than words of one user.
    """
    body: dict[str, object] = {"model": request.model, "prompt": _words(normal(request), losses)}
    losses.drop_extra(request.extra, NAME)
    own = {key.partition(":")[2]: msgspec.Raw(value) for key, value in request.extra.items() if key.startswith(NAME)}
    options = own.pop("stream_options", None)
    if request.stream:
        inner = msgspec.json.decode(options, type=dict[str, msgspec.Raw]) if options else {}
        body |= {"stream": True, "stream_options": {**inner, "include_usage": True}}
    for name in ("tools", "tool_choice", "reasoning", "verbosity", "voice", "service_tier"):
        if getattr(request, name):
            losses.drop(name)
    if request.format is not None and request.format.kind != "text":
        losses.drop("response_format")
    if any(each != "text" for each in request.modalities):
        losses.drop("modalities")
    if request.parallel_tool_calls is not None:
        losses.drop("parallel_tool_calls")
    if request.user:
        body["user"] = request.user
    return msgspec.json.encode({**body, **_drawn(request.sampling, losses), **own})


def _drawn(sampling: Sampling, losses: Losses) -> dict[str, object]:
    names = ("max_tokens", "temperature", "top_p", "presence_penalty", "frequency_penalty", "seed", "n")
    said: dict[str, object] = {name: getattr(sampling, name) for name in names}
    said["stop"] = sampling.stop or None
    if sampling.logprobs:
        said["logprobs"] = sampling.top_logprobs or 0
    if sampling.top_k is not None:
        losses.drop("top_k")
    return {name: value for name, value in said.items() if value is not None}


def _words(request: Request, losses: Losses) -> str:
    if any(message.name for message in request.messages):
        losses.drop("messages.name")
    if len(request.messages) != 1 or request.messages[0].role != "user":
        raise Untranslatable("the target only completes one text, and this is a conversation", param="messages")
    words: list[str] = []
    for part in request.messages[0].parts:
        if not isinstance(part, Text):
            raise Untranslatable("the target only completes one text, and this holds more than words", param="messages")
        words.append(part.text)
    return "".join(words)
