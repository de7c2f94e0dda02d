"""How likely tokens were: Google's lists beside OpenAI's, both ways.

It knows that Google writes the chosen tokens and their rivals in two lists, OpenAI in one. Ids of tokens are lost.
"""

import msgspec

from outlast.dialects.conversation.parts import Json
from outlast.dialects.gemini.wire import LogprobsResult, Token

_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class _Rival(msgspec.Struct):
    token: str
    logprob: float
    bytes: list[int] | None = None


class _Token(msgspec.Struct):
    token: str
    logprob: float
    bytes: list[int] | None = None
    top_logprobs: list[_Rival] = []


class _Logprobs(msgspec.Struct):
    content: list[_Token] | None = None
    refusal: list[_Token] | None = None


def read_odds(result: LogprobsResult | None) -> Json:
    """OpenAI's shape; empty when nothing was reported."""
    if result is None or not result.chosen_candidates:
        return b""
    tops = result.top_candidates or []
    content = []
    for place, chosen in enumerate(result.chosen_candidates):
        rivals = (tops[place].candidates or []) if place < len(tops) else []
        content.append(_Token(*_token(chosen), [_Rival(*_token(rival)) for rival in rivals]))
    return msgspec.json.encode(_Logprobs(content))


def write_odds(logprobs: Json) -> dict[str, object] | None:
    """Google's ``logprobsResult``; None when there is nothing to say."""
    if not logprobs:
        return None
    try:
        content = msgspec.json.decode(logprobs, type=_Logprobs).content
    except _UNREADABLE:
        return None
    if not content:
        return None
    return {
        "chosenCandidates": [{"token": each.token, "logProbability": each.logprob} for each in content],
        "topCandidates": [
            {"candidates": [{"token": rival.token, "logProbability": rival.logprob} for rival in each.top_logprobs]}
            for each in content
        ],
    }


def _token(token: Token) -> tuple[str, float, list[int]]:
    text = token.token or ""
    return text, token.log_probability or 0.0, list(text.encode(errors="replace"))
