"""Code in colours: spans with a few classes of our own, and the language's name beside it.

It knows which languages are coloured and within which bounds. It does not know the colours (``static/reading.css``).
"""

from functools import lru_cache
from html import escape
from itertools import groupby
from typing import Final

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Generic, Keyword, Name, Number, Operator, String, _TokenType

_NAMES: Final = (
    "python py python3 pycon javascript js jsx typescript ts tsx json jsonc bash sh shell console zsh powershell html "
    "css scss xml svg sql postgresql java c cpp c++ csharp c# go rust ruby php kotlin swift r yaml yml toml ini diff "
    "docker dockerfile make makefile lua scala haskell markdown md tex latex graphql nginx dart elixir julia "
    "matlab objective-c protobuf terraform"
)
LANGUAGES: Final = frozenset(_NAMES.split())
"""The names that are coloured; any other is shown as it is, since every lexer is one more thing to be misled.
Perl's takes seconds for a page of what is no Perl."""
_AS: Final = {"jsonc": "json", "svg": "xml"}
"""The library does not know these by name."""
LONGEST: Final = 30_000
LONGEST_LINE: Final = 1_000
LONGEST_NAME: Final = 30

_CLASSES: Final[tuple[tuple[_TokenType, str], ...]] = (
    (Comment, "c"),
    (Keyword, "k"),
    (Operator.Word, "k"),
    (String, "s"),
    (Number, "m"),
    (Name.Builtin, "b"),
    (Name.Function, "f"),
    (Name.Class, "f"),
    (Name.Decorator, "f"),
    (Name.Tag, "k"),
    (Name.Attribute, "b"),
    (Generic.Inserted, "i"),
    (Generic.Deleted, "d"),
    (Generic.Heading, "k"),
    (Generic.Subheading, "k"),
)
CLASSES: Final = frozenset(name for _, name in _CLASSES)


def figure(source: str, info: str, *, more: bool) -> str:
    """A block of code. ``more``: it goes on with the one before."""
    language = info.split(maxsplit=1)[0].lower()[:LONGEST_NAME] if info.strip() else ""
    label = f"<figcaption>{escape(language)}</figcaption>" if language and not more else ""
    kind = "code more" if more else "code"
    return (
        f'<figure class="{kind}">{label}<pre tabindex="0"><code>{_coloured(source, language)}</code></pre></figure>\n'
    )


def _coloured(source: str, language: str) -> str:
    lexer = _lexer(language)
    if lexer is None or len(source) > LONGEST or max(map(len, source.split("\n"))) > LONGEST_LINE:
        return escape(source)
    tokens = ((_class(kind), text) for kind, text in lexer.get_tokens(source))
    pieces: list[str] = []
    for name, group in groupby(tokens, key=lambda token: token[0]):
        text = escape("".join(text for _, text in group))
        pieces.append(f'<span class="{name}">{text}</span>' if name and text.strip() else text)
    return "".join(pieces)


@lru_cache(maxsize=len(LANGUAGES))
def _lexer(language: str) -> Lexer | None:
    return (
        get_lexer_by_name(_AS.get(language, language), stripnl=False, ensurenl=False) if language in LANGUAGES else None
    )


@lru_cache(maxsize=256)
def _class(kind: _TokenType) -> str:
    return next((name for group, name in _CLASSES if kind in group), "")
