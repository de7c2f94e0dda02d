"""The rules of adaptation as data: what breaks, what is done about it, who says so, and one example each.

It knows no request. The examples are the tests of ``adaptation`` and, through ``page``, the text of
``docs/adaptation.md``; ``python -m outlast.dialects.rulebook`` prints that page.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One request to one model, before and after; ``messages`` and ``model`` are left out unless they change."""

    model: str = ""
    """``provider/id`` of the catalogue; empty where ``abilities`` describe one that it does not have."""
    abilities: Mapping[str, bool] = field(default_factory=dict)
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that breaks when a request meets another model of OpenAI's family."""

    id: str
    """As it stands in ``x-outlast-adapted`` and in the record."""
    breaks: str
    does: str
    source: str
    date: str
    """When the source says so: a day or a month."""
    example: Example


MAX_TOKENS = Rule(
    id="max-tokens-renamed",
    breaks="Reasoning models (o-series, gpt-5 and later) answer 400 to `max_tokens`.",
    does="`max_tokens` becomes `max_completion_tokens`; where both are given, the refused one goes. The new limit "
    "also covers hidden reasoning, and its value is not changed: a small one can give an empty answer.",
    source="write-assist-ai#30; llm_wiki#610; the Microsoft playbook on moving to gpt-5",
    date="2026-07",
    example=Example(
        model="openai/gpt-5.1-chat-latest", before='{"max_tokens":200}', after='{"max_completion_tokens":200}'
    ),
)
MAX_COMPLETION_TOKENS = Rule(
    id="max-completion-tokens-renamed",
    breaks="A server that only knows the older word ignores or refuses `max_completion_tokens`.",
    does="`max_completion_tokens` becomes `max_tokens`, only where the catalogue says that it is refused and the "
    "older word is not.",
    source="the same change, read backwards: a move back to an older model",
    date="2026-07",
    example=Example(
        abilities={"max_completion_tokens": False, "max_tokens": True},
        before='{"max_completion_tokens":200}',
        after='{"max_tokens":200}',
    ),
)
EFFORT_NEAREST = Rule(
    id="reasoning-effort-nearest",
    breaks="The values of `reasoning_effort` differ by model: gpt-5 has `minimal`, gpt-5.1 has `none` instead, "
    "chat-latest only `medium`, gpt-6-astra, gpt-6.1-sol and gpt-6.2 have no `none`.",
    does="A value that the model does not have becomes the nearest one it has, the lower of two that are as near. "
    "A value that nobody knows is left for the upstream to judge.",
    source="community.openai.com/t/1371738; LiteLLM's model map",
    date="2026-01",
    example=Example(
        model="openai/gpt-5.1", before='{"reasoning_effort":"minimal"}', after='{"reasoning_effort":"none"}'
    ),
)
EFFORT_DROPPED = Rule(
    id="reasoning-effort-dropped",
    breaks="Models that do not reason (gpt-4o, gpt-4.1) refuse `reasoning_effort`.",
    does="`reasoning_effort` goes.",
    source="community.openai.com/t/1371738",
    date="2026-01",
    example=Example(model="openai/gpt-4o", before='{"reasoning_effort":"low"}', after="{}"),
)
TOOLS_EFFORT = Rule(
    id="tools-effort-none",
    breaks="From gpt-5.4 on, Chat Completions refuses function tools together with reasoning.",
    does="With tools in the request, `reasoning_effort` becomes `none` where the model has it. Where it has not, "
    "the request is left as it is: the upstream says that the Responses API is needed.",
    source="home-generative-agent v3.46.0-beta.1",
    date="2026-11-12",
    example=Example(
        model="openai/gpt-6-luna",
        before='{"tools":[{"type":"function","function":{"name":"f"}}]}',
        after='{"tools":[{"type":"function","function":{"name":"f"}}],"reasoning_effort":"none"}',
    ),
)
SAMPLING = Rule(
    id="sampling-dropped",
    breaks="Models that reason take only the default `temperature` and `top_p`; from gpt-5.1 on any value, but only "
    "with effort `none`; gpt-6.2 never.",
    does="A value other than the default goes, unless the effort of this call is `none` and that allows it.",
    source="vercel/ai#10932; the AI SDK's supportsNonReasoningParameters; a report on gpt-6.2",
    date="2026-11-19",
    example=Example(model="openai/gpt-5.1-chat-latest", before='{"temperature":0.3,"top_p":1}', after='{"top_p":1}'),
)
PENALTIES = Rule(
    id="penalties-dropped",
    breaks="The same holds for `presence_penalty` and `frequency_penalty`.",
    does="A value other than 0 goes, unless the effort of this call is `none` and that allows it.",
    source="vercel/ai#10932",
    date="2026-11-19",
    example=Example(
        model="openai/gpt-5", before='{"presence_penalty":0.5,"frequency_penalty":0}', after='{"frequency_penalty":0}'
    ),
)
LOGPROBS = Rule(
    id="logprobs-dropped",
    breaks="The same holds for `logprobs` and `top_logprobs`: the answer then has none.",
    does="Both go, unless the effort of this call is `none` and that allows them.",
    source="vercel/ai#10932",
    date="2026-11-19",
    example=Example(model="openai/gpt-5", before='{"logprobs":true,"top_logprobs":2}', after="{}"),
)
LOGIT_BIAS = Rule(
    id="logit-bias-dropped",
    breaks="The same holds for `logit_bias`; its token numbers belong to one tokenizer besides.",
    does="It goes, unless the effort of this call is `none` and that allows it.",
    source="the AI SDK's supportsNonReasoningParameters",
    date="2026-11-19",
    example=Example(model="openai/gpt-5", before='{"logit_bias":{"1734":-100}}', after="{}"),
)
STOP = Rule(
    id="stop-dropped",
    breaks="The reasoning models from gpt-5 on do not honour `stop`.",
    does="`stop` goes. An answer can be longer than before: cut it where it is used.",
    source="community.openai.com/t/1341049",
    date="2025-08",
    example=Example(model="openai/gpt-5.1", before='{"stop":["END"]}', after="{}"),
)
VERBOSITY = Rule(
    id="verbosity-dropped",
    breaks="`verbosity` came with gpt-5; other models accept only `medium`.",
    does="Any other value goes where the model does not reason and nothing says that it knows the word.",
    source="community.openai.com/t/1341049",
    date="2025-08",
    example=Example(model="openai/gpt-4o", before='{"verbosity":"low"}', after="{}"),
)
ROLES = Rule(
    id="roles-renamed",
    breaks="`developer` replaces `system` from o1 on. OpenAI converts between them, but single models refuse one: "
    "o1-mini answers 400 to `developer`, and refused `system` too.",
    does="A role that the catalogue says is refused becomes the nearest that is not: `developer` or `system`, else "
    "`user`.",
    source="OpenAI staff, community.openai.com/t/1062784; a recorded answer of o1-mini",
    date="2026-08",
    example=Example(
        abilities={"system_messages": False},
        before='{"messages":[{"role":"system","content":"Be brief."}]}',
        after='{"messages":[{"role":"developer","content":"Be brief."}]}',
    ),
)

RULES = (
    MAX_TOKENS,
    MAX_COMPLETION_TOKENS,
    EFFORT_DROPPED,
    EFFORT_NEAREST,
    TOOLS_EFFORT,
    SAMPLING,
    PENALTIES,
    LOGPROBS,
    LOGIT_BIAS,
    STOP,
    VERBOSITY,
    ROLES,
)
"""Every rule, in the order in which they are applied."""

_HEAD = """\
# Adaptation

What Outlast changes in a request when a virtual model moves inside OpenAI's family, for instance from gpt-4o to
gpt-5 and later. A rule acts only where the catalogue says that the target refuses what was sent; what is unknown is
left alone, and so is every member that no rule names. `adapt = false` switches all of it off for a virtual model;
a direct `provider/model` name is never adapted. The ids of the rules that acted stand in `x-outlast-adapted` and in
the record of the call.

This page is printed from the table of rules by `python -m outlast.dialects.rulebook`; each example is a test.
"""


def page() -> str:
    """The text of ``docs/adaptation.md``."""
    return _HEAD + "".join(_section(rule) for rule in RULES)


def _section(rule: Rule) -> str:
    example = rule.example
    stated = " and ".join(f"`{word}` {str(value).lower()}" for word, value in example.abilities.items())
    whom = f"`{example.model}`" if example.model else f"a model with {stated}"
    return f"""
## `{rule.id}`

* **Breaks:** {rule.breaks}
* **Done:** {rule.does}
* **Source:** {rule.source} ({rule.date})

For {whom}:

```json
{example.before}
```

becomes

```json
{example.after}
```
"""


if __name__ == "__main__":
    sys.stdout.write(page())
