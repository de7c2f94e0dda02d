"""Facts that can be checked without knowing the world: against the incumbent, against the prompt, against a key.

It knows stated amounts and dates, names copied from the prompt, multiple choice and keys that came with a request. It
does not know what is true: an incumbent that is wrong twice in the same way is agreed with.
"""

import re
from functools import lru_cache

from outlast.checks.choices import chosen, keyed, options_of
from outlast.checks.copied import altered, source_of
from outlast.checks.draw import Draw, Item, Said
from outlast.checks.quantities import READ_UP_TO, Quantity, agrees_with_any, known, known_of, quantities
from outlast.checks.shapes import Agreement, Reason, SideCheck

_COPIED_FROM = 200
"""Characters of a prompt from which on it can be quoted."""
_NAMED = re.compile(r"\d|@|://")


@lru_cache(maxsize=256)
def _stated(prompt: str, answer: str, *, dates: bool) -> tuple[Quantity, ...]:
    """What an answer states by itself: an amount that the prompt states need not be said again."""
    stated = quantities(answer)
    if not stated:
        return ()
    asked = known_of(prompt)
    return tuple(each for each in stated if (each.unit == "date") == dates and not agrees_with_any(each, asked))


def _amounts_differ(item: Item, reference: Said, said: Said) -> Reason:
    return _amounts(item.prompt, reference.text, said.text)


@lru_cache(maxsize=256)
def _amounts(prompt: str, reference: str, answer: str) -> Reason:
    wanted, given = _stated(prompt, reference, dates=False), known_of(answer)
    missed = [each for each in wanted if not agrees_with_any(each, given)]
    if not missed:
        return ""
    if any(reading in given for each in missed for reading in each.readings):
        return "unit differs"
    before = known(wanted)
    others = (each for each in _stated(prompt, answer, dates=False) if not agrees_with_any(each, before))
    return "number differs" if any(others) else "number missing"


def _dates_differ(item: Item, reference: Said, said: Said) -> Reason:
    wanted, given = _stated(item.prompt, reference.text, dates=True), known_of(said.text)
    if all(agrees_with_any(each, given) for each in wanted):
        return ""
    return "date differs" if _stated(item.prompt, said.text, dates=True) else "date missing"


def _copyable(item: Item) -> bool:
    return len(item.prompt) >= _COPIED_FROM or _NAMED.search(item.prompt) is not None


def _copies(item: Item, draw: Draw) -> Reason:
    return _altered(item.prompt, draw.said.text) if draw.said is not None else ""


@lru_cache(maxsize=256)
def _altered(prompt: str, answer: str) -> Reason:
    return next(altered(answer, source_of(prompt)), "")


def _choice_differs(item: Item, reference: Said, said: Said) -> Reason:
    options = options_of(item.last_user)
    letter = chosen(said.text, options)
    if letter == chosen(reference.text, options):
        return ""
    return "other choice" if letter else "no choice found"


def _has_choice(item: Item, said: Said) -> bool:
    return not item.expected and bool(options := options_of(item.last_user)) and bool(chosen(said.text, options))


def _meets_key(item: Item, draw: Draw) -> Reason:
    text = draw.said.text if draw.said is not None else ""
    options = options_of(item.last_user)
    if options and (key := keyed(item.expected, options)):
        letter = chosen(text, options)
        return "" if letter == key else ("other than the key" if letter else "no choice found")
    wanted, given = quantities(item.expected), quantities(text)
    if len(wanted) == 1 and not re.search(r"[^\W\d_]{4,}", item.expected):
        return "" if any(wanted[0].agrees(each) for each in given) else "number is not the key's"
    return "" if f" {_plain(item.expected)} " in f" {_plain(text)} " else "key not found"


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text[:READ_UP_TO].casefold()))


FACTS: tuple[SideCheck | Agreement, ...] = (
    SideCheck(name="facts.key", family="facts", applies=lambda item: bool(item.expected), judge=_meets_key),
    Agreement(name="facts.choice", family="facts", applies=_has_choice, differ=_choice_differs),
    Agreement(
        name="facts.numbers",
        family="facts",
        applies=lambda item, said: bool(_stated(item.prompt, said.text, dates=False)),
        differ=_amounts_differ,
    ),
    Agreement(
        name="facts.dates",
        family="facts",
        applies=lambda item, said: bool(_stated(item.prompt, said.text, dates=True)),
        differ=_dates_differ,
    ),
    SideCheck(name="facts.copied", family="facts", applies=_copyable, judge=_copies),
)
"""In order of trust. Without A' only ``key`` and ``copied`` are there: how far two answers of one model depart
from each other in what they state is then not known, and a departure is no fault by itself."""
