"""Every rule of adaptation in one table, and the page that is printed from it.

It knows all rows and their order. It does not know any request. The examples are tests; ``python -m
outlast.dialects.adaptation.rulebook`` prints ``docs/adaptation.md``.
"""

import sys
from collections.abc import Iterator

from outlast.dialects.adaptation.rule import Example, Rule
from outlast.dialects.adaptation.rules import anthropic, embeddings, everyone, gemini, openai

RULES = (
    everyone.MAX_CAPPED,
    everyone.IMAGES_REFUSED,
    openai.TOOLS_REFUSED,
    openai.MAX_TOKENS,
    openai.MAX_COMPLETION_TOKENS,
    openai.MAX_OUTPUT_RAISED,
    openai.EFFORT_DROPPED,
    openai.EFFORT_NEAREST,
    openai.TOOLS_EFFORT,
    openai.SAMPLING,
    openai.PENALTIES,
    openai.LOGPROBS,
    openai.LOGIT_BIAS,
    openai.STOP,
    openai.VERBOSITY,
    openai.ROLES,
    anthropic.PREFILL,
    anthropic.IMAGE_LIMIT,
    anthropic.FOREIGN_THINKING,
    anthropic.THINKING_DROPPED,
    anthropic.THINKING_ON,
    anthropic.THINKING_ADAPTIVE,
    anthropic.THINKING_BUDGETED,
    anthropic.BUDGET_FITTED,
    anthropic.EFFORT_UNTHINKING,
    anthropic.FORCED_TOOL,
    anthropic.FORCED_THINKING,
    anthropic.SAMPLING,
    anthropic.THINKING_SAMPLING,
    anthropic.ONE_SAMPLING,
    anthropic.CACHE_LIMIT,
    gemini.LEVEL_OR_BUDGET,
    gemini.BUDGET_CLAMPED,
    gemini.SAMPLING,
    gemini.LOW_TEMPERATURE,
    gemini.THOUGHT_SIGNATURE,
    embeddings.DIMENSIONS,
    embeddings.DIMENSIONS_TOO_MANY,
)
"""Every rule: what holds for several makers, then OpenAI's, Anthropic's and Google's; each in the order of acting."""
BY_ID = {rule.id: rule for rule in RULES}

_DIALECTS = {
    "chat": "chat completions",
    "responses": "responses",
    "anthropic": "Anthropic messages",
    "gemini": "Gemini generateContent",
    "embeddings": "embeddings",
}
_LONGEST_EXAMPLE = 400
_HEAD = """\
# Adaptation

What Outlast changes in a request when a virtual model moves to a model that refuses what was sent, for instance from
gpt-4o to gpt-5, or from Claude Sonnet 4.5 to Opus 5.5. A rule acts only where the catalogue, or a fact of a whole
generation, says that the target refuses it; what is unknown is left alone, and so is every member that no rule names.

Rules act on the body that the target receives, in the target's own dialect: where dialects are the same, on what the
caller sent; where they differ, on what translation made of it. A few rules refuse instead: where leaving a thing out
would deceive the caller, the target is not asked at all.

`adapt = false` switches all of it off for a virtual model; a direct `provider/model` name is never adapted. The ids of
the rules that acted stand in `x-outlast-adapted` and in the record of the call. `models diff A B --traffic
FILE` says beforehand which of them a move would need.

This page is printed from the table of rules by `python -m outlast.dialects.adaptation.rulebook`; each example is a
test.

"""


def page() -> str:
    """The text of ``docs/adaptation.md``."""
    return _HEAD + "".join(_index()) + "".join(_section(rule) for rule in RULES)


def _index() -> Iterator[str]:
    yield "| rule | dialects | what is done |\n|---|---|---|\n"
    for rule in RULES:
        refuses = all(not example.after for example in rule.examples)
        done = "refused" if refuses else "changed, or refused" if rule.refuses else "changed"
        yield f"| [`{rule.id}`](#{rule.id}) | {', '.join(rule.dialects)} | {done} |\n"


def _section(rule: Rule) -> str:
    return f"""
## `{rule.id}`

* **Breaks:** {rule.breaks}
* **Done:** {rule.does}
* **Source:** {rule.source} ({rule.date})
{"".join(_shown(example) for example in rule.examples)}"""


def _shown(example: Example) -> str:
    stated = " and ".join(f"`{word}` {str(value).lower()}" for word, value in example.abilities.items())
    whom = f"`{example.model}`" if example.model else f"a model with {stated}"
    before = f"\nOn {_DIALECTS[example.dialect]}, for {whom}:\n\n```json\n{_short(example.before)}\n```\n"
    if not example.after:
        return f"{before}\nis refused.\n"
    return f"{before}\nbecomes\n\n```json\n{_short(example.after)}\n```\n"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_EXAMPLE else f"{text[:_LONGEST_EXAMPLE]} …"


if __name__ == "__main__":
    sys.stdout.write(page())
