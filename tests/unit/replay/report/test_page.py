"""The page: whole, small, and dead to whatever a model says."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from itertools import pairwise

import msgspec
import pytest
from tests.unit.replay.report.results import A, B, candidate, check, ratio, report

from outlast.replay.report.page import LARGEST, html
from outlast.replay.result import CheckResult

HOSTILE = (
    '<script>alert(1)</script><img src=x onerror=alert(2)><a href="javascript:alert(3)">x</a>',
    '"><svg onload=alert(4)>',
    "' autofocus onfocus=alert(5) x='",
    "</style></pre></details></table><iframe src=data:text/html,x>",
    "<meta http-equiv=refresh content='0;url=https://example.org'><base href=//example.org/>",
    "{{ 7 * 7 }}{% raw %}",
    "<!-- --><![CDATA[ ]]><?php ?>",
    "\u202e\x1b[31m\x00<link rel=stylesheet href=//example.org>",
    "\ud800 &lt;script&gt; &#x3c;b&#x3e;",
)
TAGS = {
    "a", "article", "b", "body", "caption", "circle", "details", "div", "figcaption", "figure", "footer", "h1", "h2",
    "h3", "h4", "head", "header", "html", "li", "line", "main", "meta", "nav", "p", "pre", "rect", "section", "span",
    "style", "summary", "svg", "table", "tbody", "td", "text", "th", "thead", "title", "tr", "ul",
}  # fmt: skip


class Seen(HTMLParser):
    """Every tag, attribute and text of a page, as a parser reads it."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(self.texts)

    def count(self, tag: str) -> int:
        return sum(each == tag for each, _ in self.tags)


def page_of(*checks: CheckResult, said: str = "words") -> str:
    return html(report(candidate(*(checks or (check(),))), said=said), version="1")


def hostile_page(said: str) -> str:
    """A page in which everything that others may write is this text."""
    name = said.replace("\ud800", "")  # a name of the configuration is UTF-8
    part = msgspec.structs.replace(candidate(check()).slices[0], value=said)
    one = candidate(check(f"user.{name}", reasons=((said, 3),), method=said), target=name, slices=(part,))
    return html(report(one, gates=(f"user.{name}", name), said=said), version="1")


@pytest.mark.parametrize("said", HOSTILE)
def test_nothing_that_a_model_said_becomes_active(said: str) -> None:
    seen = Seen(hostile_page(said))
    assert {tag for tag, _ in seen.tags} <= TAGS
    for _, attributes in seen.tags:
        assert not any(name.startswith("on") or name in ("style", "src", "srcdoc", "action") for name in attributes)
        assert (attributes.get("href") or "#").startswith("#")
    assert [tag for tag, _ in seen.tags] == [tag for tag, _ in Seen(hostile_page("x")).tags]


def test_what_a_model_said_is_there_to_read() -> None:
    assert HOSTILE[0] in Seen(page_of(said=HOSTILE[0])).text


def test_the_policy_allows_the_pages_own_style_and_nothing_else() -> None:
    page = page_of()
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    [policy] = [each["content"] for _, each in Seen(page).tags if each.get("http-equiv") == "Content-Security-Policy"]
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def test_every_gate_stands_there_with_bound_margin_and_number() -> None:
    gates = [check("contract"), check("facts", n=123, lower=-0.033), ratio("cost.total")]
    text = Seen(page_of(*gates)).text
    for each in ("-4.0 to +2.0 points", "-3.3 to +2.0 points", "0.70 to 1.10 times", "123 in 180", "1.20 times"):
        assert each in text


def test_the_verdict_comes_before_everything_it_rests_on() -> None:
    text = Seen(page_of(check("contract", "FAIL"))).text
    assert text.index("not shown worse") < text.index("Checks") < text.index("Worst disagreements")


def test_every_percentage_of_pairs_stands_beside_its_number() -> None:
    page = page_of()
    cells = re.findall(r"<td[^>]*>([^<]*\d %[^<]*)</td>", page)
    assert len(cells) > 3
    assert all(re.search(r"\d+ of \d+|of \d+ pairs|on \d+ prompts", cell) for cell in cells)


def test_every_table_has_a_caption_and_every_heading_cell_a_scope() -> None:
    seen = Seen(page_of())
    assert seen.count("table") == seen.count("caption") > 5
    assert all("scope" in attributes for tag, attributes in seen.tags if tag == "th")


def test_every_picture_is_told_in_words() -> None:
    pictures = [attributes for tag, attributes in Seen(page_of(check(), ratio())).tags if tag == "svg"]
    told = [each for each in pictures if each.get("role") == "img" and each.get("aria-label")]
    axes = len(pictures) - len(told)
    assert len(told) > axes > 0


def test_headings_leave_out_no_level() -> None:
    levels = [int(tag[1]) for tag, _ in Seen(page_of()).tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_several_candidates_stand_side_by_side() -> None:
    made = report(candidate(check()), candidate(check("contract", "FAIL"), target="openai/other", verdict="FAIL"))
    text = Seen(html(made, version="1")).text
    assert f"Candidates against {A}" in text
    assert text.count("is not shown worse than") == text.count("is shown worse than") == 1
    assert B in text


@pytest.mark.parametrize("sign", ["x", "<", "\u202e", "語"])
def test_a_page_is_never_larger_than_it_may_be(sign: str) -> None:
    made = report(*(candidate(check(), target=f"openai/new{number}") for number in range(8)), said=sign * 200_000)
    made = msgspec.structs.replace(made, cases={name: cases * 12 for name, cases in made.cases.items()})
    page = html(made, version="1")
    assert len(page.encode()) <= LARGEST
    assert "more signs are not shown" in page


def _palette(css: str) -> list[dict[str, str]]:
    return [
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
        for block in re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    ]


def _light(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_light(one), _light(other)))
    return (high + 0.05) / (low + 0.05)


def test_every_colour_of_text_and_pictures_has_the_contrast_of_aa() -> None:
    light, dark, *_ = _palette(page_of())
    for palette in (light, dark):
        for paper in ("paper", "raised"):
            for ink in ("ink", "soft", "good", "bad", "open", "link", "a", "b"):
                assert _contrast(palette[ink], palette[paper]) >= 4.5, (ink, paper)
