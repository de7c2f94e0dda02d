"""Which language a text is in, where that can be told: by script, then by the words that every sentence has.

It knows the most frequent words of the languages with a lexicon here, and a few more that must not be taken for
them. It does not know dialects, and says nothing where a text is too short to tell.
"""

import re
from collections import Counter
from typing import Final

FEWEST_WORDS: Final = 3
_MARGIN: Final = 1.25
"""How much more often the best language's words must occur than the second's."""

_WORDS: Final[dict[str, frozenset[str]]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the of and to a in is that it for you with on be this are as was have not your can what i my from at or "
        "an if do how will would me please which about there they we he she but so",
        "it": "il lo la di che e un una per non sono con del della le gli dei come ma si ho mi da questo questa anche "
        "più cosa nel alla è ti tuo grazie puoi quando perché i al o se",
        "fr": "le la les de des et un une est que pour dans pas vous je il ce qui sur avec plus du au mon ma son nous "
        "mais être cette comme faire à où c'est j'ai ne se ou votre tu merci",
        "de": "der die das und ist nicht ich ein eine zu mit auf für den von sie es wie im dem auch an sich bei kann "
        "wir mir was du hat aber noch nach über dass wenn bitte oder sind",
        "es": "el los las de que y en un una por con no para es se lo su del como más pero me al si mi ya este esta "
        "qué cómo cuando muy puedes está son gracias tu yo hay la o",
        "pt": "o os as de que e em um uma por com não para é se do da no na como mais mas me ao seu sua você isso "
        "está são muito também já quando obrigado eu há",
        "nl": "de het een en van is dat niet ik je te op voor met zijn aan in er maar om wat bij ook als naar heeft "
        "kan hoe deze nog wel mijn ze dan",
    }.items()
}
_LANGUAGES: Final[dict[str, tuple[str, ...]]] = {
    word: tuple(language for language, words in _WORDS.items() if word in words)
    for word in frozenset().union(*_WORDS.values())
}
_WORD: Final = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")
_SCRIPTS: Final = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
)
"""Japanese before Chinese: it uses both its own signs and Chinese ones."""
_CODE: Final = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|https?://\S+", re.DOTALL)
_LOOKED_AT: Final = 20_000


def language_of(text: str) -> str:
    """ISO 639-1 of a text's prose; empty where it cannot be told. Code and addresses are no prose."""
    prose = _CODE.sub(" ", text[:_LOOKED_AT])
    if not prose.isascii() and (written := _by_script(prose)):
        return written
    words = [word.lower().replace("\u2019", "'") for word in _WORD.findall(prose)]
    if len(words) < FEWEST_WORDS:
        return ""
    counts = Counter(language for word in words if word in _LANGUAGES for language in _LANGUAGES[word])
    hits = sorted(((counts[language], language) for language in _WORDS), reverse=True)
    (most, best), (second, _) = hits[0], hits[1]
    return best if most >= 2 and most >= _MARGIN * second and most * 12 >= len(words) else ""


def _by_script(prose: str) -> str:
    letters = sum(map(str.isalpha, prose))
    for language, script in _SCRIPTS:
        found = len(script.findall(prose))
        # A sign of these scripts says about as much as three letters.
        if found and 3 * found >= letters - found:
            return language
    return ""
