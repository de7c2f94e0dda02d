"""What a simulated model answers: a few skills, tried in order, and two tones of voice.

It knows the last message and what the request wants (tools, a schema). It does not know the model's abilities,
which were checked before, nor how an answer is put on the wire.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import msgspec

from outlast.providers.script.images import describe
from outlast.providers.script.request import ChatRequest, Function, Message, ToolChoice
from outlast.providers.script.sample import sample

Tone = Literal["warm", "terse"]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool that the model wants called."""

    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Said:
    """An answer before it is counted and sent: words, or tool calls."""

    text: str = ""
    calls: tuple[ToolCall, ...] = ()


_SUM = re.compile(r"(-?\d{1,9}(?:\.\d{1,6})?)\s*(\+|-|\*|x|/)\s*(-?\d{1,9}(?:\.\d{1,6})?)")
_SAY = re.compile(r"^\s*(?:please\s+)?(?:say|echo|repeat)(?:\s+exactly)?\s*:\s*(.+)$", re.IGNORECASE | re.DOTALL)
_WORDS = re.compile(r"(\d{1,6})\s+(?:words|tokens)", re.IGNORECASE)
_GREETING = re.compile(r"\b(hello|hi|hey|good (?:morning|evening|day)|how are you)\b", re.IGNORECASE)
_MOST_WORDS = 20_000
_ECHOED = 120


def answer(request: ChatRequest, tone: Tone) -> Said:
    """What the model says to the conversation."""
    last = request.messages[-1]
    words = " ".join(last.text.split())
    function = _wanted_tool(request, last)
    if function is not None:
        arguments = msgspec.json.encode(sample(function.parameters, words[:_ECHOED] or "simulated") or {})
        return Said(calls=(ToolCall(function.name, arguments.decode()),))
    wanted = request.response_format
    if wanted is not None and wanted.type == "json_schema" and wanted.json_schema is not None:
        value = sample(wanted.json_schema.definition, words[:_ECHOED] or "simulated")
        return Said(msgspec.json.encode(value).decode())
    if wanted is not None and wanted.type == "json_object":
        return Said(msgspec.json.encode({"answer": _spoken(last, words, tone)}).decode())
    return Said(_spoken(last, words, tone))


def is_exact(request: ChatRequest) -> bool:
    """Whether the words themselves were asked for: something to repeat, or a text of a length."""
    last = request.messages[-1].text
    return _SAY.match(last) is not None or _WORDS.search(last) is not None


def _wanted_tool(request: ChatRequest, last: Message) -> Function | None:
    """The forced tool; else the first whose name is spoken of, else the first; none after a tool's result."""
    functions = [tool.function for tool in request.tools or () if tool.function is not None]
    if not functions or request.tool_choice == "none" or last.role == "tool":
        return None
    if isinstance(request.tool_choice, ToolChoice):
        named = request.tool_choice.function.name
        return next((function for function in functions if function.name == named), functions[0])
    return next((function for function in functions if function.name in last.text), functions[0])


def _spoken(last: Message, words: str, tone: Tone) -> str:
    if last.role == "tool":
        return _toned(tone, f"The tool says: {words[:_ECHOED]}.")
    for skill in (_see, _say, _calculate, _write, _greet):
        if (text := skill(last, words, tone)) is not None:
            return text
    return _toned(tone, f"You said: {words[:_ECHOED]}." if words else "You said nothing.")


def _see(last: Message, _words: str, tone: Tone) -> str | None:
    if not last.images:
        return None
    return _toned(tone, f"I see {'; and '.join(describe(image.url) for image in last.images)}.")


def _say(last: Message, _words: str, _tone: Tone) -> str | None:
    found = _SAY.match(last.text)
    return found.group(1).strip() if found and not _WORDS.search(last.text) else None


def _calculate(_last: Message, words: str, tone: Tone) -> str | None:
    found = _SUM.search(words)
    if found is None:
        return None
    left, sign, right = found.groups()
    result = _OPERATIONS[sign](float(left), float(right))
    return _toned(tone, f"{left} {sign} {right} = {result:.12g}.")


def _divide(left: float, right: float) -> float:
    return left / right if right else float("nan")


_OPERATIONS: dict[str, Callable[[float, float], float]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "x": lambda left, right: left * right,
    "/": _divide,
}


def _write(_last: Message, words: str, _tone: Tone) -> str | None:
    found = _WORDS.search(words)
    if found is None:
        return None
    number = min(int(found.group(1)), _MOST_WORDS)
    return " ".join(_LONG[at % len(_LONG)] for at in range(number))


_LONG = "one after the other these words fill the page so that a long answer can be told from a short one".split()  # noqa: SIM905


def _greet(_last: Message, words: str, tone: Tone) -> str | None:
    if _GREETING.search(words) is None:
        return None
    return "Hello! It is so good to hear from you. How has your day been?" if tone == "warm" else "Hello."


def _toned(tone: Tone, text: str) -> str:
    return f"Of course, happily! {text} Is there anything else I can do for you? 😊" if tone == "warm" else text
