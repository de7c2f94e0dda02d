"""Checks of the user's own: what they are told of a request and its answer, and what their word counts for.

It knows outcomes. It does not run anything (``wiring.user_checks`` does), but for a JSON Schema, which needs no
running. A check that fails by itself says nothing of an answer: of the incumbent's, the pair is left out; of the
candidate's, it is unanswered.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from outlast.checks.check import Family, Measure, Outcome, Pair
from outlast.checks.draw import Said
from outlast.checks.schemas import misses_schema
from outlast.checks.shapes import PASS_FAIL
from outlast.stats.rows import Range

SCORE = Range(pass_fail=False)


@dataclass(frozen=True, slots=True)
class Word:
    """What a check says of one answer."""

    value: float | None
    """None: it failed by itself, so it says nothing."""
    reason: str = ""


Asked = Callable[[bytes], Word]
"""What a check says of one request and answer, as ``payload`` makes them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserCheck:
    """One check that the user brought."""

    name: str
    """``user.NAME``."""
    digest: str
    """SHA-256 of what it is made of: a plan that names it cannot be kept while the check changes."""
    ask: Asked
    range: Range = PASS_FAIL
    family: Family = "user"
    measure: Measure = "share"

    def compare(self, pair: Pair) -> Sequence[Outcome]:
        """One outcome wherever the check says something of the incumbent's answer."""
        if pair.incumbent.said is None:
            return ()
        ours = self.ask(payload(pair.item.request, pair.incumbent.said))
        if ours.value is None:
            return ()
        if pair.candidate.said is None:
            return (Outcome(a=ours.value, b=None, reason=pair.candidate.error),)
        theirs = self.ask(payload(pair.item.request, pair.candidate.said))
        return (Outcome(a=ours.value, b=theirs.value, reason=theirs.reason),)


class _Payload(msgspec.Struct):
    request: msgspec.Raw
    answer: Said


def payload(request: bytes, said: Said) -> bytes:
    """``{"request": …, "answer": {"text", "refusal", "tool_calls": [{"name", "arguments"}], "finish"}}``."""
    return msgspec.json.encode(_Payload(msgspec.Raw(request), said))


class _AnswerOnly(msgspec.Struct):
    answer: Said


_ANSWER = msgspec.json.Decoder(_AnswerOnly)


def schema_word(schema: bytes) -> Asked:
    """Asks whether an answer's text is JSON that meets a schema."""

    def ask(asked: bytes) -> Word:
        reason = misses_schema(_ANSWER.decode(asked).answer.text, schema)
        return Word(float(not reason), reason)

    return ask
