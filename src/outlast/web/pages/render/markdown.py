"""One block of Markdown as HTML that needs no trust in who wrote it.

It knows which parts of Markdown are read and what each becomes. HTML in the text stays text, an image becomes a link,
and what comes out goes through ``render.wall`` all the same. It does not know how a text is cut (``render.blocks``).
"""

from collections.abc import Sequence
from functools import cache
from html import escape
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from outlast.web.pages.render import code, formulas, links
from outlast.web.pages.render.blocks import Block
from outlast.web.pages.render.mathematics import mathml
from outlast.web.pages.render.wall import clean

NESTING: Final = 20
"""Lists in quotes in lists; deeper ones are text."""
_BELOW_THE_PAGE: Final = 2
"""Levels: a page has headings of its own above those of an answer."""


def html_of(block: Block) -> str:
    """A block as one element."""
    return clean(f'<div class="block" dir="auto">{_parser().render(block.text, {"more": block.more})}</div>')


@cache
def _parser() -> MarkdownIt:
    options = {"html": False, "linkify": False, "typographer": False, "maxNesting": NESTING}
    markdown = MarkdownIt("commonmark", options, renderer_cls=_Renderer)
    # A reference would have to be found in blocks that are shown long since.
    markdown.enable(["table", "strikethrough"]).disable(["html_block", "html_inline", "reference"])
    markdown.validateLink = links.may_be_followed  # type: ignore[assignment,method-assign] # how the library is told
    formulas.find_formulas(markdown)
    markdown.core.ruler.push("addresses", _addresses)
    return markdown


def _addresses(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == "inline" and token.children:
            token.children = list(_with_links(token.children))


def _with_links(tokens: Sequence[Token]) -> Sequence[Token]:
    """Bare addresses made links; behind a link that leads elsewhere than it says, where it leads."""
    made: list[Token] = []
    said: list[str] = []
    href = ""
    for token in tokens:
        if token.type == "text" and not href:
            made += _split(token.content)
            continue
        made.append(token)
        if token.type == "link_open":
            href, said = str(token.attrGet("href") or ""), []
        elif token.type == "link_close":
            if other := links.really("".join(said), href):
                made.append(_text(f" ({other})"))
            href = ""
        elif href:
            said.append(token.content)
    return made


def _split(text: str) -> list[Token]:
    made: list[Token] = []
    at = 0
    for found in links.BARE.finditer(text):
        address = links.bare(found[0])
        if not links.may_be_followed(address):
            continue
        opening = Token("link_open", "a", 1)
        opening.attrSet("href", address)
        made += [_text(text[at : found.start()]), opening, _text(address), Token("link_close", "a", -1)]
        at = found.start() + len(address)
    return [*made, _text(text[at:])]


def _text(content: str) -> Token:
    token = Token("text", "", 0)
    token.content = content
    return token


class _Renderer(RendererHTML):
    """What each part becomes, where it is not as usual; the methods' names and parameters are the library's."""

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A link with its words: an image that is loaded by itself tells its server that it was read."""
        token = tokens[idx]
        words = self.renderInlineAsText(token.children, options, env) if token.children else ""
        source, shown = str(token.attrGet("src") or ""), escape(words or "image")
        if not links.may_be_followed(source):
            return f'<span class="image">{shown}</span>'
        return f'<a class="image" href="{escape(source)}">{shown}</a>'

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Code with its language."""
        del options
        return code.figure(tokens[idx].content, tokens[idx].info, more=bool(env.get("more")))

    def code_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Code without one."""
        del options, env
        return code.figure(tokens[idx].content, "", more=False)

    def formula_inline(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A formula in a sentence."""
        del options, env
        return mathml(tokens[idx].content, block=bool(tokens[idx].meta["block"]))

    def formula_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A formula that stands for itself; it may be wider than the page."""
        del options, env
        return f'<div class="wide" tabindex="0">{mathml(tokens[idx].content, block=True)}</div>\n'

    def heading_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A heading below those of the page."""
        del options, env
        return f"<{_heading(tokens[idx])}>"

    def heading_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Its end."""
        del options, env
        return f"</{_heading(tokens[idx])}>\n"

    def table_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A table, which may be wider than the page."""
        del tokens, idx, options, env
        return '<div class="wide" tabindex="0"><table>\n'

    def table_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Its end."""
        del tokens, idx, options, env
        return "</table></div>\n"

    def th_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """The head of a column."""
        del options, env
        return f"<th{_aligned(tokens[idx])}>"

    def td_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A cell."""
        del options, env
        return f"<td{_aligned(tokens[idx])}>"


def _heading(token: Token) -> str:
    return f"h{min(6, int(token.tag[1:]) + _BELOW_THE_PAGE)}"


def _aligned(token: Token) -> str:
    """A class, since the pages allow no style inside them."""
    side = str(token.attrGet("style") or "").removeprefix("text-align:")
    return f' class="{side}"' if side in ("right", "center") else ""
