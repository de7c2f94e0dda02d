"""What a request is for, by simple rules over what was asked: the strata that a sample is drawn from.

It knows the request's form and cues in six languages. It does not understand: a cue in a quotation counts, and what no
rule knows is conversation. It looks at no answer. How often it is right stands in docs/capture.md.

The first rule that holds decides: tools offered, a form asked for, then words, the more particular use first.
"""

import re
from typing import Final, Literal, get_args

from outlast.checks.draw import Item

Use = Literal["tools", "extraction", "code", "rewriting", "creative", "question", "conversation"]
USES: Final[tuple[Use, ...]] = get_args(Use)

_HEAD, _TAIL = 500, 200
"""Signs of a message in which its wish is looked for: what is pasted stands between."""

_CODE: Final = re.compile(
    r"```|\bdef \w+\(|\bfunction\s*\(|console\.log|\bSELECT\b.{1,200}\bFROM\b|#include|[;{]\s*\n"
    r"|(?<![a-z])(?:python|javascript|typescript|java|rust|golang|c\+\+|c#|sql|bash|regex|html|css|git|docker)(?![a-z])"
    r"|\b(?:stack ?trace|unit ?tests?|compil\w+|refactor\w*|debug\w*|depura|\w*exception|\w+error\b(?<=[a-z]Error))"
    r"|\b(?:code|codice|código|bucle|for loop|while loop|list comprehension|type hints?)\b|quellcode|programmcode"
    r"|代码|函数|编程|报错|脚本",
    re.IGNORECASE | re.DOTALL,
)
_EXTRACTION: Final = re.compile(
    r"\b(?:extract|parse|classif\w+|categori[sz]e\w*|label (?:this|these|each|the)|pull out|tag (?:this|these|each)"
    r"|(?:as|in|into an?|to) (?:json|csv|xml|yaml|table)|positive, negative|sentiment of"
    r"|estra[ei]\w*|classific\w+|in (?:json|formato|una tabella)|extrai[sts]\w*|relève|tableau json"
    r"|extrahier\w*|klassifizier\w*|ordne .{1,80} zu\b|als json|kategorie"
    r"|extra[ei]\w*|clasific\w+|etiqu[eé]ta\w*|en json|identifica las)\b"
    r"|^\W*class(?:e|ez|er)\b"
    r"|提取|分类|识别|json格式|表格",
    re.IGNORECASE,
)
_REWRITING: Final = re.compile(
    r"\b(?:translat\w+|summari[sz]e\w*|summary of|tl;dr|gist of|re(?:write|phrase|word)\w*|paraphras\w+|proof ?read\w*"
    r"|(?:correct|fix|improve) (?:the |my |this )?(?:grammar|spelling|wording|style)|shorten"
    r"|make (?:this|it) (?:shorter|longer|more|less|sound)|more (?:polite|formal|concise)"
    r"|tradu\w+|riassum\w+|riscriv\w+|riformul\w+|corregg\w+ (?:gli errori|la grammatica|il testo)"
    r"|résume[rz]?|reformule[rz]?|réécri\w+|corrige[rz]? (?:les|la|ce|cette|l')|übersetz\w*|zusammenfass\w*"
    r"|fasse .{1,80} zusammen|formuliere|umformulier\w*|korrigier\w*|kürze"
    r"|resum[ei]\w*|resúm\w+|reescrib\w+|corrige)\b"
    r"|翻译|总结|摘要|概括|润色|改写",
    re.IGNORECASE,
)
_CREATIVE: Final = re.compile(
    r"\b(?:brainstorm\w*|ideas?|stor(?:y|ies)|poems?|limerick|haiku|slogans?|taglines?|lyrics|song|names? for|imagine"
    r"|invent|creative|opening scene|screenplay|fairy tale|fictional"
    r"|idee|idea|storia|racconto|poesia|favola|invent[aie]|idées?|histoire|conte|poème|imagine[rz]?|roman"
    r"|ideen?|geschichte|gedicht|märchen|werbespruch|denk dir"
    r"|cuento|historia|poema|inventa|ocurrencias?|personaje)\b"
    r"|创意|故事|诗|名字|点子|编一",
    re.IGNORECASE,
)
_QUESTION: Final = re.compile(
    r"[?\uff1f¿]|^\W*(?:what|when|where|who|whose|which|why|how|is|are|was|were|does|do|did|can|could|should|explain"
    r"|tell me|define|describe|compare"
    r"|che|cosa|qual\w*|chi|quando|dove|perch[eé]|come|quant\w+|spieg\w+|descriv\w+"
    r"|qu[ei]|quel\w*|quand|où|pourquoi|comment|combien|expliqu\w+|est-ce"
    r"|was|wer|wann|wo|warum|wieso|weshalb|wie|welche\w*|erklär\w*|beschreib\w*"
    r"|qué|quién|cuándo|dónde|por qué|cómo|cuánt\w+|explíca\w*|describe)\b"
    r"|什么|为什么|怎么|如何|多少|多高|谁|哪|吗|解释",
    re.IGNORECASE,
)
_TASKS: Final[tuple[tuple[Use, re.Pattern[str]], ...]] = (
    ("extraction", _EXTRACTION),
    ("rewriting", _REWRITING),
    ("code", _CODE),
    ("creative", _CREATIVE),
)


def use_of(item: Item) -> Use:
    """What one request is for."""
    if item.tools:
        return "tools"
    if item.wants_json or item.schema is not None:
        return "extraction"
    return use_said(item.last_user) or use_ordered(item) or ("question" if asks(item.last_user) else "conversation")


def use_said(text: str) -> Use | None:
    """The task that a message names; None: it names none."""
    wish = _wish(text)
    if "```" in text:
        return "code"
    return next((use for use, cues in _TASKS if cues.search(wish)), None)


def use_ordered(item: Item) -> Use | None:
    """The task that the system's words name for every message: a translator says so there."""
    system = item.prompt.removesuffix(item.last_user)
    if item.turn > 1 or not system.strip():
        return None
    found = next((use for use, cues in _TASKS if cues.search(system[:_HEAD])), None)
    return found if found in ("extraction", "rewriting") else None


def asks(text: str) -> bool:
    """Whether a message is a question, or begins like one."""
    return _QUESTION.search(_wish(text)) is not None


def _wish(text: str) -> str:
    stripped = text.strip()
    return stripped if len(stripped) <= _HEAD + _TAIL else f"{stripped[:_HEAD]}\n{stripped[-_TAIL:]}"
