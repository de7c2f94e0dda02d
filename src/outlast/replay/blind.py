"""Pairs as people see them: which answer stands on which side, and what their labels say of both models.

It knows the order and the sides, which the plan's hash alone decides, and the labels' form. It does not know how a
page looks (``report.blind_page``) nor how preferences are judged (``checks.people``).

The sides are hidden from whoever labels honestly. Somebody who reads this file and knows the plan could work them out.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Final, Literal

import msgspec

from outlast.checks.check import Pair
from outlast.checks.draw import Said
from outlast.errors import EvidenceInvalid
from outlast.replay.plan import Plan

CHECK: Final = "people"
LONGEST_LABEL: Final = 4_096
"""Bytes of one line; a label needs two hundred."""
Choice = Literal["left", "right", "tie"]


class Turn(msgspec.Struct, frozen=True):
    """One message of a conversation, as text."""

    role: str
    text: str


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One pair on the page. Nothing in it says which model is which."""

    id: str
    turns: tuple[Turn, ...]
    left: str
    right: str


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """What one person said of one pair; one line of a labels file."""

    sheet: str
    """The hash of the plan whose sheet it was."""
    id: str
    choice: Choice
    rater: str = ""
    """Whoever labelled, as a number that the page drew by lot."""
    left_ok: bool | None = None
    """Whether the left answer is acceptable by itself; None: not said."""
    right_ok: bool | None = None


class HumanLabel(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whether people accept one model's answer by itself: what corrects a judge."""

    id: str
    side: Literal["a", "b"]
    acceptable: Literal[0, 1]
    candidate: str = ""
    """Whose answer side ``b`` is."""


_LABEL: Final = msgspec.json.Decoder(Label)
_MESSAGES: Final = msgspec.json.Decoder(type=dict[str, msgspec.Raw])


def sheet_of(plan: Plan, pairs: Sequence[Pair]) -> tuple[Shown, ...]:
    """What is shown, in an order and with sides by lot; answers that are alike need nobody's eyes."""
    wanted = [pair for pair in pairs if _texts(pair) is not None and not _alike(pair)]
    wanted.sort(key=lambda pair: _lot(plan, pair.item.id, "order"))
    return tuple(_shown(plan, pair) for pair in wanted)


def incumbent_is_left(plan: Plan, item: str) -> bool:
    """On which side of a pair the incumbent stands."""
    return _lot(plan, item, "side")[0] % 2 == 0


def read_labels(lines: Iterable[bytes], plan: Plan, name: str) -> tuple[Label, ...]:
    """The labels of a file.

    Raises:
        EvidenceInvalid: a line is no label, or belongs to another sheet.
    """
    known, found = set(plan.items), []
    for number, line in enumerate(lines, 1):
        text = line.strip(b"\xef\xbb\xbf \t\r\n")
        if not text:
            continue
        if len(text) > LONGEST_LABEL:
            raise EvidenceInvalid(f"{name}:{number}: no label is longer than {LONGEST_LABEL:,} bytes")
        try:
            label = _LABEL.decode(text)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise EvidenceInvalid(f"{name}:{number}: this is no label: {error}") from None
        if label.sheet != plan.hash:
            raise EvidenceInvalid(
                f"{name}:{number}: it belongs to the sheet {label.sheet[:12]!r}, not {plan.hash[:12]}"
            )
        if label.id not in known:
            raise EvidenceInvalid(f"{name}:{number}: {label.id[:40]!r} is not on the sheet {plan.hash[:12]}")
        found.append(label)
    return tuple({(label.rater, label.id): label for label in found}.values())


def sheet_named(line: bytes) -> str:
    """The sheet that a label names; empty: it is no label."""
    try:
        return _LABEL.decode(line[:LONGEST_LABEL].strip(b"\xef\xbb\xbf \t\r\n")).sheet
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""


def votes_of(labels: Sequence[Label], plan: Plan, pairs: Sequence[Pair]) -> dict[str, int]:
    """By request: votes for the candidate minus votes for the incumbent; alike answers are a tie."""
    votes = {pair.item.id: 0 for pair in pairs if _alike(pair)}
    for label in labels:
        left = "a" if incumbent_is_left(plan, label.id) else "b"
        step = 0 if label.choice == "tie" else 1 if (label.choice == "left") == (left == "b") else -1
        votes[label.id] = votes.get(label.id, 0) + step
    return votes


def human_labels(labels: Sequence[Label], plan: Plan) -> Iterator[HumanLabel]:
    """Which answers people accept by themselves, unblinded; where they are divided evenly, none is said."""
    said: defaultdict[tuple[str, Literal["a", "b"]], list[bool]] = defaultdict(list)
    for label in labels:
        sides = (label.left_ok, label.right_ok)
        ours, theirs = sides if incumbent_is_left(plan, label.id) else sides[::-1]
        if ours is not None:
            said[label.id, "a"].append(ours)
        if theirs is not None:
            said[label.id, "b"].append(theirs)
    for (item, side), words in sorted(said.items()):
        if 2 * sum(words) != len(words):
            acceptable: Literal[0, 1] = 1 if 2 * sum(words) > len(words) else 0
            yield HumanLabel(item, side, acceptable, "" if side == "a" else plan.candidates[0])


def agreement(labels: Sequence[Label]) -> tuple[int, int]:
    """How often two people chose the same on the same pair, of how many times that two did."""
    by_item: defaultdict[str, list[Choice]] = defaultdict(list)
    for label in labels:
        by_item[label.id].append(label.choice)
    compared = Counter(one == other for choices in by_item.values() for one, other in combinations(choices, 2))
    return compared[True], compared.total()


def answer_text(said: Said) -> str:
    """Everything that an answer says: words, refusal and the tools it calls."""
    calls = [f"calls {call.name}({call.arguments})" for call in said.tool_calls]
    return "\n".join(part for part in (said.text, said.refusal, *calls) if part)


def _shown(plan: Plan, pair: Pair) -> Shown:
    ours, theirs = _texts(pair) or ("", "")
    left, right = (ours, theirs) if incumbent_is_left(plan, pair.item.id) else (theirs, ours)
    return Shown(id=pair.item.id, turns=tuple(_turns(pair.item.request)), left=left, right=right)


def _texts(pair: Pair) -> tuple[str, str] | None:
    if pair.incumbent.said is None or pair.candidate.said is None:
        return None
    return answer_text(pair.incumbent.said), answer_text(pair.candidate.said)


def _alike(pair: Pair) -> bool:
    texts = _texts(pair)
    return texts is not None and texts[0] == texts[1]


def _turns(request: bytes) -> Iterator[Turn]:
    """The conversation as text; what is no text is named."""
    messages = msgspec.json.decode(_MESSAGES.decode(request).get("messages", msgspec.Raw(b"[]")))
    for message in messages if isinstance(messages, list) else ():
        if not isinstance(message, dict):
            continue
        content = message.get("content")
        parts = content if isinstance(content, list) else [content]
        texts = [part if isinstance(part, str) else _part(part) for part in parts if part]
        calls = message.get("tool_calls")
        called = [f"[calls {call.get('function')}]" for call in calls or () if isinstance(call, dict)]
        yield Turn(str(message.get("role", "")), "\n".join([*texts, *called]))


def _part(part: object) -> str:
    if not isinstance(part, dict):
        return ""
    text = part.get("text")
    return text if isinstance(text, str) else f"[{part.get('type', 'something that is no text')}]"


def _lot(plan: Plan, item: str, what: str) -> bytes:
    return hashlib.sha256(f"{plan.hash}\0{what}\0{item}".encode("utf-8", "surrogatepass")).digest()
