"""Multiple choice: the options of a question, and the letter that an answer chooses in whatever words.

It knows lettered options and the ways of answering them in six languages. It does not know which is right. Where an
answer names several letters and declares none, it has chosen none.
"""

import re
from functools import lru_cache
from typing import Final

LETTERS: Final = "ABCDEFGHIJ"
_READ_UP_TO: Final = 20_000
_OPTION = re.compile(r"^[ \t>*_-]{0,8}[(\[]?([A-J])[)\].:\uff09\u3001][*_]{0,2}[ \t]*(\S.{0,500})$", re.MULTILINE)
_INLINE = re.compile(r"(?<![A-Za-z])\(?([A-J])\)[ \t]*([^()\n]{1,200}?)(?=[ \t;,]*(?:\(?[A-J]\)|\n|$))")
_CUES = (
    "answer|answers|choice|option|choose|pick|select|correct|"
    "risposta|opzione|scelta|scelgo|corretta|réponse|option correcte|choix|choisis|bonne|"
    "antwort|auswahl|wähle|richtig|respuesta|opción|elección|elijo|correcta|"
    "答案|选项|选择|正确|选"
)
_IS = r"is|are|would be|è|sarebbe|est|serait|ist|lautet|wäre|es|sería|la|le|il|die|option|letter|:|=|是|为|选|应为"
_HOLDS = (
    "it is|it's|stay with|stand by|stick with|should be|must be|is actually|è la|resta la|rimane la|confermo(?: la)?|"
    "c'est(?: bien)?(?: la)?|je maintiens(?: la)?|je confirme(?: la)?|es ist|es bleibt bei|ich bleibe bei|"
    "es la|mantengo(?: la)?|confirmo(?: la)?|sigue siendo(?: la)?|应该是|坚持|还是|仍然是"
)
"""What declares an answer without calling it one."""
_INTRODUCED = (
    rf"(?:(?:{_CUES})[\s*_\"'\u201c:\uff1a]{{0,4}}(?:(?:{_IS})[\s*_\"'\u201c:\uff1a]{{0,4}}){{0,4}}"
    rf"|(?:{_HOLDS})[\s*_\"'\u201c:\uff1a]{{0,4}})"
)
_DECLARED = re.compile(rf"{_INTRODUCED}[(\[{{]?([A-J])(?![A-Za-z\u00c0-\u024f'\u2019\-])", re.IGNORECASE)
_BOXED = re.compile(r"\\boxed\{\s*(?:\\text\{)?\(?([A-J])\)?\}")
_IN_JSON = re.compile(
    r"\"(?:answer|choice|option|letter)\"\s*:\s*\"\(?([A-J])\)?(?:[).:][^\"]{0,200})?\"", re.IGNORECASE
)
_ALONE = re.compile(r"[\s*_`\"'(\[]{0,6}([A-J])[\s*_`\"')\].:]{0,6}")
_LEADING = re.compile(r"^[\s*_`>(\[]{0,8}([A-J])(?:[).:\]\uff09]|[ \t]+[-\u2013\u2014][ \t])", re.MULTILINE)
_BOLD = re.compile(r"\*\*\(?([A-J])(?:[).:][^*\n]{0,200})?\)?\*\*")
_STANDING = re.compile(
    r"(?<![A-Za-z\u00c0-\u024f'\u2019.])(?:([B-HJ])(?![A-Za-z\u00c0-\u024f'\u2019])|([AI])(?=[.):*\"\]]|$))",
    re.MULTILINE,
)
"""Letters as such; A and I are words, too."""


@lru_cache(maxsize=256)
def options_of(question: str) -> tuple[tuple[str, str], ...]:
    """Letters with their texts, from A on without a gap; nothing where the question offers none."""
    if "A" not in question or "B" not in question:
        return ()
    return _run(_OPTION.findall(question[-_READ_UP_TO:])) or _run(_INLINE.findall(question[-_READ_UP_TO:]))


def _run(found: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The last run of letters that begins with A: a question may come after worked examples."""
    starts = [place for place, (letter, _) in enumerate(found) if letter == "A"]
    if not starts:
        return ()
    options = []
    for wanted, (letter, text) in zip(LETTERS, found[starts[-1] :], strict=False):
        if letter != wanted:
            break
        options.append((letter, text.strip(" \t*_")))
    return tuple(options) if len(options) > 1 else ()


def chosen(answer: str, options: tuple[tuple[str, str], ...]) -> str:
    """The letter that the answer chooses; empty: none can be told."""
    text = answer[-_READ_UP_TO:].strip()
    offered = {letter for letter, _ in options}
    for pattern in (_BOXED, _IN_JSON):
        if letters := [letter.upper() for letter in pattern.findall(text)]:
            return letters[-1] if letters[-1] in offered else ""
    if (alone := _ALONE.fullmatch(text)) and alone[1] in offered:
        return alone[1]
    declared = [match[1] for match in _DECLARED.finditer(text) if match[1].isupper() and match[1] in offered]
    if told := declared[-1] if declared else _worded(text, options):
        return told
    for pattern in (_LEADING, _BOLD, _STANDING):
        named = {match.group(match.lastindex or 0) for match in pattern.finditer(text)} & offered
        if len(named) == 1:
            return named.pop()
        if named:
            return ""
    return _by_text(text, options)


def keyed(expected: str, options: tuple[tuple[str, str], ...]) -> str:
    """The letter that a key means: a letter itself, or an option's text."""
    plain = expected.strip()
    letter = plain.strip("()[]. ").upper()
    if len(letter) == 1 and letter in {each for each, _ in options}:
        return letter
    return next((each for each, text in options if text.casefold() == plain.casefold()), "")


def _worded(answer: str, options: tuple[tuple[str, str], ...]) -> str:
    """The option whose words the last declaration introduces: ``it is Sydney, not Perth``."""
    if not (said := _declaration(options).findall(answer)):
        return ""
    return next((letter for letter, text in options if text.casefold() == said[-1].casefold()), "")


@lru_cache(maxsize=1024)
def _declaration(options: tuple[tuple[str, str], ...]) -> re.Pattern[str]:
    names = "|".join(re.escape(text) for _, text in sorted(options, key=lambda option: -len(option[1])) if text)
    return re.compile(
        rf"{_INTRODUCED}[(\[\u201c\"*_]{{0,3}}({names or '(?!)'})(?![A-Za-z\u00c0-\u024f])", re.IGNORECASE
    )


def _by_text(answer: str, options: tuple[tuple[str, str], ...]) -> str:
    """The only option whose text the answer repeats; an option inside another one's text does not count twice."""
    said = answer.casefold()
    found = [(letter, text.casefold()) for letter, text in options if text and text.casefold().rstrip(".") in said]
    longest = [
        (letter, text) for letter, text in found if not any(text != other and text in other for _, other in found)
    ]
    return longest[0][0] if len(longest) == 1 else ""
