"""A chat request as a simulated model reads it.

It knows the members that change an answer. It does not know which of them a model refuses (``parameters``), and
lets every other member pass unseen.
"""

from typing import Any

import msgspec

from outlast.providers.script.refusal import Refusal

Json = Any
"""A JSON value that is only looked at, never kept: schemas and arguments."""


class ImageUrl(msgspec.Struct, frozen=True):
    """Where an image is: a ``data:`` address or a link."""

    url: str
    detail: str = "auto"


class Part(msgspec.Struct, frozen=True):
    """One part of a message's content."""

    type: str
    text: str = ""
    image_url: ImageUrl | None = None


class Message(msgspec.Struct, frozen=True):
    """One message of the conversation."""

    role: str
    content: str | tuple[Part, ...] | None = None
    name: str | None = None
    tool_call_id: str | None = None
    tool_calls: msgspec.Raw = msgspec.Raw(b"")

    @property
    def text(self) -> str:
        """The words of the message."""
        if isinstance(self.content, str):
            return self.content
        return "\n".join(part.text for part in self.content or () if part.text)

    @property
    def images(self) -> tuple[ImageUrl, ...]:
        """The images of the message."""
        if not isinstance(self.content, tuple):
            return ()
        return tuple(part.image_url for part in self.content if part.image_url is not None)


class Function(msgspec.Struct, frozen=True):
    """What a tool is called and takes."""

    name: str
    description: str | None = ""
    parameters: Json = None


class Tool(msgspec.Struct, frozen=True):
    """A tool that the model may call."""

    type: str
    function: Function | None = None


class NamedFunction(msgspec.Struct, frozen=True):
    """The name inside a forced choice."""

    name: str = ""


class ToolChoice(msgspec.Struct, frozen=True):
    """A forced call of one tool."""

    type: str = "function"
    function: NamedFunction = NamedFunction()


class JsonSchema(msgspec.Struct, frozen=True, rename={"definition": "schema"}):
    """A structured answer's shape."""

    name: str = ""
    definition: Json = None


class ResponseFormat(msgspec.Struct, frozen=True):
    """``text``, ``json_object`` or ``json_schema``."""

    type: str = "text"
    json_schema: JsonSchema | None = None


class StreamOptions(msgspec.Struct, frozen=True):
    """What a stream brings beside the answer."""

    include_usage: bool | None = False


class ChatRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The request."""

    model: str
    messages: tuple[Message, ...]
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: int | None = 1
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    logit_bias: dict[str, float] | None = None
    stop: str | tuple[str, ...] | None = None
    seed: int | None = None
    reasoning_effort: str | None = None
    verbosity: str | None = None
    tools: tuple[Tool, ...] | None = None
    tool_choice: str | ToolChoice | None = None
    response_format: ResponseFormat | None = None

    @property
    def wants_usage(self) -> bool:
        """The last chunk of a stream brings the usage."""
        return self.stream_options is not None and bool(self.stream_options.include_usage)

    @property
    def limit(self) -> int | None:
        """The most tokens that may be made, reasoning included."""
        return self.max_completion_tokens if self.max_completion_tokens is not None else self.max_tokens

    @property
    def choices(self) -> int:
        """How many answers are wanted."""
        return 1 if self.n is None else self.n


_DECODER = msgspec.json.Decoder(ChatRequest)
_MOST_CHOICES = 128


def read_request(body: bytes) -> ChatRequest | Refusal:
    """The request, or what a real model says to a body that is none."""
    try:
        request = _DECODER.decode(body)
    except msgspec.ValidationError as error:
        return _wrong_type(str(error))
    except (msgspec.DecodeError, RecursionError):
        return Refusal(400, "We could not parse the JSON body of your request.")
    if not request.messages:
        message = "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array."
        return Refusal(400, message, param="messages", code="empty_array")
    if not 1 <= request.choices <= _MOST_CHOICES:
        message = f"Invalid 'n': expected a value between 1 and {_MOST_CHOICES}, but got {request.n} instead."
        return Refusal(400, message, param="n", code="integer_out_of_range")
    return request


def _wrong_type(problem: str) -> Refusal:
    """``problem`` reads ``Object missing required field `messages` `` or ``Expected `int`, got `str` - at `$.n` ``."""
    what, _, place = problem.partition(" - at ")
    place = place.strip("`").removeprefix("$").removeprefix(".")
    if "missing required field" in what:
        name = what.rpartition(" `")[2].strip("`")
        param = f"{place}.{name}" if place else name
        if param == "model":
            return Refusal(400, "you must provide a model parameter")
        message = f"Missing required parameter: '{param}'."
        return Refusal(400, message, param=param, code="missing_required_parameter")
    return Refusal(400, f"Invalid type for '{place}': {what}.", param=place or None, code="invalid_type")
