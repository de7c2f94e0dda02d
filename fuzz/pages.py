"""What a model wrote, as a page shows it: in any pieces the same, and nothing in it that loads, runs or breaks out."""

import random

from fuzz.target import Target, split
from tests.hostile_answers import active

from outlast.web.pages.render.rendering import Rendering, render

# ruff: noqa: E501 - words as bytes read best as rows
WORDS = (
    b"# ", b"\n\n", b"\n", b"- ", b"1. ", b"   ", b"    ", b"> ", b"```", b"```python\n", b"~~~", b"| a | b |\n|---|---|\n", b"|",
    b"$$", b"$", b"\\(", b"\\)", b"\\[", b"\\]", b"\\frac{a}{b}", b"\\text{&lt;script&gt;}", b"\\left(", b"\\begin{matrix}", b"{", b"}",
    b"[a](https://b.example)", b"](", b"[", b"![", b"<script>", b"</div>", b"<img src=x onerror=y>", b"javascript:", b"data:text/html,",
    b"https://example.com/", b"&lt;", b"&#x202e;", b"**", b"*", b"_", b"~~", b"`", b"\\", b"\xe2\x80\xae", b"\x1b[2J", b"\x00", b"\r\n", b"\t",
    b"\xf0\x9f\x98\x80", b"\xed\xa0\x80",
)  # fmt: skip


def check_answer(data: bytes, rng: random.Random) -> str:
    """Any text is blocks of one element each; while it grows and at its end nothing is active."""
    whole = data.decode("utf-8", "surrogateescape")
    rendering, finished = Rendering(), list[str]()
    for piece in split(data, rng) if whole.isascii() else [data]:
        grown = rendering.feed(piece.decode("utf-8", "surrogateescape"))
        assert active(grown.open) == []
        finished += grown.finished
    finished += rendering.finish().finished
    assert "".join(finished) == render(whole)
    for block in finished:
        assert block.startswith('<div class="block"')
        assert active(block) == []
    tags = ("<math", "<figure", "<table", "<li", "<a ", "<h3", "<blockquote", "formula", "<em", "<s>")
    return "".join(tag for tag in tags if any(tag in block for block in finished)) + str(min(len(finished), 6))


TARGETS = (Target("answers", check_answer, WORDS),)
