"""Does an answer say that the model it was asked of is gone?

It knows the error bodies and texts of providers and proxies, as observed. It does not know the catalogue. One id
can be dead for one account and alive for another, so "not there for this account" counts as gone; a wrong key, a
limit, an unknown parameter or a page of some other server does not.
"""

import re
from typing import NamedTuple

import msgspec

from outlast.dialects.identity import same_model

__all__ = ["gone_evidence", "same_model", "says_gone"]

LARGEST_READ = 64 << 10
"""Bytes of an error body that are looked at."""
_EVIDENCE = 240
"""Characters of evidence that are kept."""
_LONGEST_MESSAGE = 2000
"""Characters of a message that are searched."""
_SHORT_ANSWER = 300
"""Characters: a longer answer talks about something; a notice in place of an answer is shorter."""

_STATUSES = frozenset({400, 404, 410, 422})
_QUOTE = "[`'\"\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}“”*]"
_FAMILY = (
    r"(?:chat)?gpt|claude|gemini|gemma|llama|mistral|mixtral|magistral|ministral|codestral|devstral|grok|command|"
    r"deepseek|qwen|kimi|glm|nova|titan|jamba|phi|o[1345]\b|text-davinci|sonnet|opus|haiku"
)
_FAMILY_ID = rf"{_QUOTE}*(?:[\w.-]+/)?(?:{_FAMILY})[\w.:@-]*(?: [\w.:@-]+){{0,4}}?{_QUOTE}*(?: model)?"
# A bare word after "model" names it, unless it names a part of the request: "the model parameter is removed".
_NAME = (
    rf"(?:{_QUOTE}+[\w./:@+ -]{{1,120}}{_QUOTE}+|{_FAMILY_ID}"
    r"|(?!(?:param|field|option|arg|type|setting|endpoint|feature|input|output)\w*\b)\S{1,120})"
)
_ENDED = (
    r"(?:deprecated|retired|decommissioned|discontinued|removed|sunset|sunsetted|shut ?down|"
    r"no longer (?:available|supported|offered|served|accessible|active|exists?))"
)
_IS = r"(?:has|have|is|are|was|were)(?: been| now| already| officially| permanently)* "

_CODES = re.compile(
    r"model_?(?:not_?found|decommissioned|deprecated|retired|shut_?down|removed|discontinued|not_?exist)"
    r"|service_?model_?deprecated|deployment_?not_?found|invalid_model",
    re.IGNORECASE,
)
_MESSAGES = re.compile(
    rf"\bmodels?(?: version)?(?: associated with the deployment)?:?(?: {_NAME})? {_IS}{_ENDED}"
    rf"|\bmodels?(?: {_NAME})? (?:does not|doesn't|do not) exist\b"
    r"|\bmodel not (?:exist|found)\b"
    rf"|\bmodels?(?: {_NAME})? (?:was|is)? ?not found\b"
    r"|\bmodels/\S{1,100} is not found for api version\b"
    r"|\bmodel version has reached the end of its life\b"
    r"|\bmodel is marked by provider as legacy and you have not been actively using\b"
    r"|\bmodel identifier is invalid\b"
    r"|\binvalid model:? \S"
    r"|\bno endpoints found for \S{1,120}\.?$"
    r"|\S{1,120} is not a valid model id\b",
    re.IGNORECASE,
)
_ANTHROPIC = re.compile(r"model: \S{1,120}")
_NO_CHANNEL = re.compile(r"\bno available channels?\b|无可用渠道", re.IGNORECASE)
_SECRETS = re.compile(
    r"\b(?:sk|pk|rk|gsk|xai|csk|key)[-_][\w-]{6,}|\bAIza[\w-]{10,}|\bBearer\s+\S+|\b(?:org|proj|user|req)[-_]\w{6,}"
    r"|(?<=[?&])\w*key=[^\s&\"']+|\b\d{12}\b|\b[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}\b|\b[A-Za-z0-9+/_]{40,}={0,2}",
    re.IGNORECASE,
)


class Said(NamedTuple):
    """What an error body says, from wherever it says it."""

    message: str
    codes: tuple[str, ...] = ()
    param: str = ""


def gone_evidence(status: int, body: bytes) -> str | None:
    """One line that shows why this error answer means "the model is gone"; None when it means something else."""
    if status not in _STATUSES and status != 503:
        return None
    said = _read(body[:LARGEST_READ])
    if said is None:
        return None
    gone = _NO_CHANNEL.search(said.message) is not None if status == 503 else _says(status, said)
    return _evidence(status, said) if gone else None


def _says(status: int, said: Said) -> bool:
    if said.param not in ("", "model"):
        return False
    if any(_CODES.fullmatch(code) for code in said.codes) or _MESSAGES.search(said.message):
        return True
    if "not_found_error" in said.codes and _ANTHROPIC.fullmatch(said.message):
        return True
    # Azure says no more than this of a deployment whose model is gone. It says the same of a wrong path: the
    # caller is better served by the next candidate in both cases, and one success withdraws the evidence.
    return status == 404 and "404" in said.codes and said.message.lower() == "resource not found"


def _read(body: bytes) -> Said | None:
    """The words of an error body: OpenAI's shape and its relatives, a list of one, JSON in a string, plain text."""
    text = body.decode(errors="replace").strip()
    if not text or text.startswith("<"):
        return None
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None if text.startswith(("{", "[", '"')) else Said(text[:_LONGEST_MESSAGE])
    if isinstance(value, str) and value.lstrip().startswith("{"):
        return _read(value.encode(errors="replace"))
    if isinstance(value, list) and value:
        value = value[0]
    return (
        _from_object(value)
        if isinstance(value, dict)
        else Said(value[:_LONGEST_MESSAGE])
        if isinstance(value, str)
        else None
    )


def _from_object(outer: dict[str, object]) -> Said:
    error = outer.get("error")
    inner = error if isinstance(error, dict) else outer
    message = next(
        (found for found in (inner.get("message"), error, outer.get("message"), outer.get("detail")) if _filled(found)),
        "",
    )
    words = [holder.get(name) for holder in (inner, outer) for name in ("code", "responseCode", "type", "__type")]
    codes = tuple(str(word) for word in words if isinstance(word, str | int))
    param = inner.get("param")
    return Said(" ".join(str(message)[:_LONGEST_MESSAGE].split()), codes, param if isinstance(param, str) else "")


def _filled(found: object) -> bool:
    return isinstance(found, str) and bool(found.strip())


def _evidence(status: int, said: Said) -> str:
    code = next((code for code in said.codes if not code.isdigit() and code != "invalid_request_error"), "")
    words = " ".join(word for word in (str(status), code, said.message) if word)
    line = _SECRETS.sub("…", "".join(letter if letter.isprintable() else " " for letter in words))
    return line if len(line) <= _EVIDENCE else line[: _EVIDENCE - 1] + "…"


_LEAD = (
    r"^(?:[\W_]*)(?:(?:error|notice|warning|sorry|we(?:'re| are) sorry|unfortunately|i'm sorry)\b[\s,.:;!-]*(?:but )?)?"
)
_THIS_MODEL = (
    r"(?:this|the (?:requested|selected|specified)|your requested) (?:ai |language )?model(?: version)?"
    rf"(?: \(?{_NAME}\)?)?"
)
_QUOTED_MODEL = rf"the model (?:{_QUOTE}+[\w./:@-]+{_QUOTE}+|{_FAMILY_ID})"
_NOTICE = re.compile(rf"{_LEAD}(?:{_THIS_MODEL}|{_QUOTED_MODEL}) {_IS}{_ENDED}", re.IGNORECASE)
_NAMED_NOTICE = re.compile(rf"{_LEAD}(?:the )?{_FAMILY_ID} {_IS}{_ENDED}", re.IGNORECASE)
_INSTRUCTION = re.compile(
    r"\bplease (?:\w+ )?(?:switch|use|select|choose|try|upgrade|migrate|move|update|pick|change)\b"
    r"|(?:^|[.!\n] *)(?:switch|upgrade|migrate) to\b",
    re.IGNORECASE,
)


_END_WORDS = ("no longer", "retired", "deprecated", "discontinued", "decommissioned", "removed", "sunset", "shut")
"""Every way to end in ``_ENDED`` holds one of these."""


def _mentions_an_end(text: str) -> bool:
    """A look that nearly every answer fails, at a tenth of the price of reading it."""
    text = text.lower()
    for word in _END_WORDS:  # noqa: SIM110 - any() makes a generator, which costs more than all the looks
        if word in text:
            return True
    return False


def says_gone(text: str) -> bool:
    """Whether the text of a 200 is a notice that the model is gone, in place of an answer.

    Strict: short, opening with the model that ended, and either speaking of "this model" or telling the reader
    to switch. An answer *about* a retired model has more to say, or tells nobody to switch.
    """
    if len(text) > _SHORT_ANSWER or not _mentions_an_end(text):
        return False
    text = text.strip()
    if _NOTICE.search(text):
        return True
    return _NAMED_NOTICE.search(text) is not None and _INSTRUCTION.search(text) is not None
