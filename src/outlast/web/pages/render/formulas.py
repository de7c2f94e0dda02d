r"""How formulas are found in Markdown: ``$…$``, ``$$…$$``, ``\(…\)`` and ``\[…\]``.

It knows delimiters and what must not be taken for them (prices, escapes). It does not know LaTeX
(``render.mathematics``).
"""

from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

from outlast.web.pages.render.blocks import formula

INLINE: Final = "formula_inline"
BLOCK: Final = "formula_block"
_PAIRS: Final = (("$$", "$$", True), ("\\[", "\\]", True), ("\\(", "\\)", False))
_LONGEST: Final = 2_000
"""Characters in which the end of a formula is looked for."""


def find_formulas(markdown: MarkdownIt) -> None:
    """Add both rules to a parser."""
    markdown.block.ruler.before("fence", BLOCK, _block, {"alt": ["paragraph", "blockquote", "list"]})
    markdown.inline.ruler.before("escape", INLINE, _inline)


def _block(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - the parser's own signature
    if state.is_code_block(start):
        return False
    first = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    begun = formula(first)
    if begun is None:
        return False
    lines, line = [first[2:]], start
    while begun.closer not in lines[-1]:
        line += 1
        if line >= end or state.isEmpty(line) or state.sCount[line] < state.blkIndent:
            return False
        lines.append(state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]])
    before, _, behind = lines[-1].partition(begun.closer)
    if behind.strip():
        return False
    if not silent:
        token = state.push(BLOCK, "", 0)
        token.content = "\n".join((*lines[:-1], before)).strip()
        token.map = [start, line + 1]
        state.line = line + 1
    return True


def _inline(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the parser's own signature
    sign = state.src[state.pos]
    if sign not in "$\\":
        return False
    source, after, block = _found(state, sign)
    if not source.strip() or after > state.posMax:
        return False
    if not silent:
        token = state.push(INLINE, "", 0)
        token.content, token.meta = source.strip(), {"block": block}
    state.pos = after
    return True


def _found(state: StateInline, sign: str) -> tuple[str, int, bool]:
    """A formula's source, where it ends, and whether it stands for itself; no source: there is none."""
    for opener, closer, block in _PAIRS:
        if state.src.startswith(opener, state.pos):
            return (*_until(state, opener, closer), block)
    return (*(_between_dollars(state) if sign == "$" else ("", 0)), False)


def _until(state: StateInline, opener: str, closer: str) -> tuple[str, int]:
    start = state.pos + len(opener)
    end = state.src.find(closer, start, start + _LONGEST)
    return ("", 0) if end < 0 else (state.src[start:end], end + len(closer))


def _between_dollars(state: StateInline) -> tuple[str, int]:
    """One dollar on each side: no space inside them, no digit behind the second, so that prices stay prices."""
    start, text = state.pos + 1, state.src
    if text[start : start + 1].isspace():
        return "", 0
    end = start
    while (end := text.find("$", end, start + _LONGEST)) >= 0:
        if text[end - 1] == "\\":
            end += 1
            continue
        if text[end - 1].isspace() or text[end + 1 : end + 2].isdigit():
            return "", 0
        return text[start:end], end + 1
    return "", 0
