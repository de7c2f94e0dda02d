"""A model's Markdown as HTML: nothing active, nothing lost, the same however it arrives, and work that stays linear."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from tests.hostile_answers import ATTACKS, SMALL, Attack, active

from outlast.web.pages.render.blocks import ENOUGH, LONGEST_LINE, MOST, Blocks
from outlast.web.pages.render.code import LANGUAGES
from outlast.web.pages.render.mathematics import mathml
from outlast.web.pages.render.rendering import LONGEST, MOST_SECONDS, Rendering, render

FENCE = "```"
ANSWER = f"""\
# How it is done

Some **bold** words, a price of $5 or $6, $a_1 + b^2$ and `code`.
Second line.

1. First

   {FENCE}python
   def f(x):
       return "a"
   {FENCE}

2. Second
   - inner
   - inner

| a | b |
|---|--:|
| 1 | 2 |

> quoted
still quoted

$$
a
= b
- c
$$

{FENCE}sql
select 1

-- two
{FENCE}
The end: https://example.com/a_(b).
"""
PIECES = st.sampled_from(
    [
        *ANSWER.splitlines(keepends=True),
        *("\n", "\n\n", " ", "- x\n", "   y\n", "    z\n", "1. a\n", "***\n", "---\n", "\r\n"),
        *(FENCE, "~~~\n", "$$", "\\[", "\\]", "\\(", "|", "> ", "\u202e", "<b>", "[a](https://b.example)", "&lt;"),
    ]
)
TEXTS = st.lists(PIECES, max_size=30).map("".join)


def grown(text: str, cuts: list[int]) -> Rendering:
    """A text fed in pieces; the rendering carries what came out of it."""
    rendering = Rendering()
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    finished: list[str] = []
    for start, end in pairwise(places):
        finished += rendering.feed(text[start:end]).finished
    finished += rendering.finish().finished
    assert "".join(finished) == render(text)
    return rendering


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_nothing_that_a_model_says_is_active(attack: Attack) -> None:
    assert active(render(attack.text)) == []


@pytest.mark.parametrize("attack", SMALL, ids=lambda attack: attack.name)
def test_nothing_is_active_while_it_is_being_written(attack: Attack) -> None:
    rendering = Rendering()
    for sign in attack.text:
        assert active(rendering.feed(sign).open) == []


def test_the_search_for_what_is_active_finds_it() -> None:
    assert active("<img src=x>") == ["<img>", "<img src>", "<img> that never ends"]
    assert active('<a href="javascript:x">x</a>') == ["a link to javascript:x"]
    assert active("<p onclick=x>x</p></div>") == ["<p onclick>", "</div> that ends something else"]
    assert active("<p>\u202e</p>") != []


@given(TEXTS, st.lists(st.integers(0, 600), max_size=12))
def test_a_text_in_any_pieces_is_the_text_as_a_whole(text: str, cuts: list[int]) -> None:
    grown(text, cuts)


@given(TEXTS)
def test_whatever_is_written_nothing_is_active(text: str) -> None:
    assert active(render(text)) == []


@given(TEXTS)
def test_every_block_is_one_element(text: str) -> None:
    for block in Rendering().whole(text):
        assert block.startswith('<div class="block"')
        assert block.endswith("</div>")
        assert active(block) == []


@pytest.mark.parametrize("change", [("", ""), ("\n\n", "\n \n"), ("\n", "\r\n"), ("\n   ", "\n      ")])
def test_cut_into_blocks_a_text_says_what_it_says_in_one_piece(change: tuple[str, str]) -> None:
    whole = MarkdownIt("commonmark").enable("table")
    text = (ANSWER.replace("$$\na\n= b\n- c\n$$\n\n", "") * 2).replace(*change)
    blocks = Blocks()
    cut = [*blocks.feed(text), *blocks.finish()]
    assert len(cut) >= 14
    assert "".join(whole.render(block.text) for block in cut) == whole.render(text)


def test_a_list_goes_on_over_blank_lines_and_a_paragraph_ends_it() -> None:
    blocks = Blocks()
    found = [*blocks.feed("- a\n\n- b\n\n  more\n\nend\n"), *blocks.finish()]
    assert [block.text for block in found] == ["- a\n\n- b\n\n  more\n\n", "end\n"]


@pytest.mark.parametrize("size", [1, 7, 400])
@pytest.mark.parametrize(
    "text",
    [ANSWER * 8, "word " * 1_600, FENCE + "python\n" + "x = 1\n" * 1_100, "- item\n" * 1_000, "x" * 9_000],
    ids=["an answer", "a paragraph", "code", "a list", "a word"],
)
def test_the_work_grows_with_the_text_and_not_with_its_square(text: str, size: int) -> None:
    rendering = Rendering()
    for at in range(0, len(text), size):
        rendering.feed(text[at : at + size])
    rendering.finish()
    half = Rendering()
    for at in range(0, len(text) // 2, size):
        half.feed(text[at : at + size])
    assert rendering.work <= 24 * len(text)
    assert rendering.work <= 2.6 * half.work + 30 * ENOUGH


def test_no_block_is_larger_than_a_bound() -> None:
    for sign in ("x", "x ", "x\n", "- x\n", "> x\n", "    x\n", "| x |\n", "$$\n"):
        for opening in ("", FENCE + "\n", "| a |\n|---|\n", "$$\n", "1. x\n"):
            blocks = Blocks()
            found = blocks.feed(opening + sign * (80_000 // len(sign)))
            assert max(len(block.text) for block in found) <= MOST + 2 * LONGEST_LINE
            assert "".join(block.text for block in found).count("x") >= 1_000 or sign == "$$\n"


def test_a_line_of_ten_megabytes_is_shown_as_far_as_is_shown_and_the_rest_is_said() -> None:
    html = render("y" * 10_000_000)
    assert html.count("y") == LONGEST
    assert "9,700,000 characters more" in html


def test_a_long_table_and_long_code_go_on_as_what_they_are() -> None:
    table = Rendering().whole("| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 2_000)
    assert len(table) > 2
    assert all("<th>a</th>" in block for block in table)
    code = Rendering().whole(f"{FENCE}python\n" + "x = 1\n" * 2_000 + FENCE)
    assert len(code) > 2
    assert ['class="code more"' in block for block in code] == [False] + [True] * (len(code) - 1)
    text = re.sub("<[^>]*>", "", "".join(code))
    assert text.replace("\n", "") == "python" + "x = 1" * 2_000


def test_an_image_is_a_link_with_its_words_and_is_never_loaded() -> None:
    html = render("![a cat](https://example.com/cat.png)")
    assert '<a class="image" href="https://example.com/cat.png"' in html
    assert ">a cat</a>" in html
    assert "<img" not in html


def test_a_link_says_where_it_leads_when_its_words_say_something_else() -> None:
    assert "(evil.example)" in render("[https://bank.example](https://evil.example)")
    assert "(example.com)" not in render("[https://www.example.com/a](https://example.com)")
    assert "nofollow noopener noreferrer" in render("<https://example.com>")


def test_code_is_coloured_and_its_language_said() -> None:
    html = render(f"{FENCE}python\nif True: pass\n{FENCE}")
    assert "<figcaption>python</figcaption>" in html
    assert '<span class="k">if</span>' in html
    assert "<span" not in render(f"{FENCE}klingon\nif True: pass\n{FENCE}")


def test_formulas_are_mathml_and_prices_stay_prices() -> None:
    assert "<mfrac>" in render(r"So \(\frac{a}{b}\) it is.")
    assert 'display="block"' in render("$$x$$")
    assert 'display="block"' in render("\\[\nx\n= y\n\\]")
    assert "<math" not in render("It costs $5 or $6, in all $11.")
    assert "<math" not in render(r"\$x\$ and `$x$`")


@pytest.mark.parametrize(
    "source", ["\\left(x", "\\sqrt", "\\frac{", "x" * 3_000, "{" * 30 + "}" * 30, "\\def\\a{\\a}\\a"]
)
def test_what_is_no_formula_within_the_bounds_stays_as_it_was_written(source: str) -> None:
    assert mathml(source, block=False).startswith('<code class="formula">')


def test_headings_stand_below_those_of_the_page() -> None:
    assert render("# a\n\n###### b") == (
        '<div class="block" dir="auto"><h3>a</h3>\n</div><div class="block" dir="auto"><h6>b</h6>\n</div>'
    )


def test_letters_shown_at_the_end_of_what_is_open_stand_inside_it() -> None:
    rendering = Rendering()
    rendering.feed("- one\n- two " + "and more words " * 20)
    assert rendering.feed("x<").open.endswith("x&lt;</li>\n</ul>\n</div>")


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_code_in_every_language_that_is_coloured_is_shown(language: str) -> None:
    shown = render(f"{FENCE}{language}\nwords\n{FENCE}\n")
    assert f"<figcaption>{language}</figcaption>" in shown
    assert "words" in shown


def test_a_text_that_costs_too_much_is_shown_as_it_was_written_from_there_on() -> None:
    seconds = iter(range(100))
    rendering = Rendering(busy_s=lambda: next(seconds) * (MOST_SECONDS * 0.7))
    first, second, third = rendering.whole("**a**\n\n**b**\n\n**c** <script>\n")
    assert "<strong>a</strong>" in first
    assert "<strong>b</strong>" in second
    assert third.startswith('<div class="block" dir="auto"><pre tabindex="0"><code>**c** &lt;script&gt;')
