"""What breaks when a request meets a model of OpenAI's family, on chat completions and on responses.

It knows the rows: source, date and examples. It does not know how a rule is carried out (``steps.openai``).
"""

from outlast.dialects.adaptation.rule import Example, Rule

MAX_TOKENS = Rule(
    id="max-tokens-renamed",
    breaks="Reasoning models (o-series, gpt-5 and later) answer 400 to `max_tokens`.",
    does="`max_tokens` becomes `max_completion_tokens`; where both are given, the refused one goes. The new limit "
    "also covers hidden reasoning, and its value is not changed: a small one can give an empty answer.",
    source="write-assist-ai#30; llm_wiki#610; the Microsoft playbook on moving to gpt-5",
    date="2026-07",
    examples=(
        Example(model="openai/gpt-5.1-chat-latest", before='{"max_tokens":200}', after='{"max_completion_tokens":200}'),
    ),
)
MAX_COMPLETION_TOKENS = Rule(
    id="max-completion-tokens-renamed",
    breaks="A server that only knows the older word ignores or refuses `max_completion_tokens`.",
    does="`max_completion_tokens` becomes `max_tokens`, only where the catalogue says that it is refused and the "
    "older word is not.",
    source="the same change, read backwards: a move back to an older model",
    date="2026-07",
    examples=(
        Example(
            abilities={"max_completion_tokens": False, "max_tokens": True},
            before='{"max_completion_tokens":200}',
            after='{"max_tokens":200}',
        ),
    ),
)
MAX_OUTPUT_RAISED = Rule(
    id="max-output-tokens-raised",
    breaks="Responses answers 400 to a `max_output_tokens` below 16; chat completions took smaller ones.",
    does="A smaller value becomes 16.",
    source="hindsight#58 and inspect_evals#694, which quote the error",
    date="2025-12-19",
    examples=(
        Example(
            dialect="responses",
            model="openai/gpt-5-mini",
            before='{"max_output_tokens":5}',
            after='{"max_output_tokens":16}',
        ),
    ),
)
EFFORT_DROPPED = Rule(
    id="reasoning-effort-dropped",
    breaks="Models that do not reason (gpt-4o, gpt-4.1; Claude 3.5 and before) refuse an effort.",
    does="`reasoning_effort` goes; on responses all of `reasoning`; on Anthropic's messages `output_config.effort`.",
    source="community.openai.com/t/1371738; Anthropic's page on effort",
    date="2026-01",
    examples=(
        Example(model="openai/gpt-4o", before='{"reasoning_effort":"low"}', after="{}"),
        Example(dialect="responses", model="openai/gpt-4.1", before='{"reasoning":{"effort":"low"}}', after="{}"),
        Example(
            dialect="anthropic",
            model="anthropic/claude-sonnet-4-5",
            before='{"output_config":{"effort":"low"}}',
            after="{}",
        ),
    ),
)
EFFORT_NEAREST = Rule(
    id="reasoning-effort-nearest",
    breaks="The values of effort differ by model: gpt-5 has `minimal`, gpt-5.1 has `none` instead, chat-latest only "
    "`medium`, gpt-6-astra, gpt-6.1-sol and gpt-6.2 have no `none`; Claude Opus 4.6 has no `xhigh`; Gemini 3 Pro has "
    "no `medium`.",
    does="A value that the model does not have becomes the nearest one it has, the lower of two that are as near. "
    "A value that nobody knows is left for the upstream to judge.",
    source="community.openai.com/t/1371738; LiteLLM's model map; a recorded answer of claude-opus-4-6; Firebase's "
    "table of thinking levels",
    date="2026-01",
    examples=(
        Example(model="openai/gpt-5.1", before='{"reasoning_effort":"minimal"}', after='{"reasoning_effort":"none"}'),
        Example(
            dialect="responses",
            model="openai/gpt-6.1-sol",
            before='{"reasoning":{"effort":"none","summary":"auto"}}',
            after='{"reasoning":{"effort":"low","summary":"auto"}}',
        ),
        Example(
            dialect="anthropic",
            model="anthropic/claude-opus-4-6",
            before='{"output_config":{"effort":"xhigh"}}',
            after='{"output_config":{"effort":"high"}}',
        ),
        Example(
            dialect="gemini",
            model="google/gemini-3-pro-preview",
            before='{"generationConfig":{"thinkingConfig":{"thinkingLevel":"MEDIUM"}}}',
            after='{"generationConfig":{"thinkingConfig":{"thinkingLevel":"LOW"}}}',
        ),
    ),
)
TOOLS_EFFORT = Rule(
    id="tools-effort-none",
    breaks="From gpt-5.4 on, Chat Completions refuses function tools together with reasoning.",
    does="With tools in the request, `reasoning_effort` becomes `none` where the model has it. Where it has not, see "
    "`tools-refused`.",
    source="home-generative-agent v3.46.0-beta.1",
    date="2026-11-12",
    examples=(
        Example(
            model="openai/gpt-6-luna",
            before='{"tools":[{"type":"function","function":{"name":"f"}}]}',
            after='{"tools":[{"type":"function","function":{"name":"f"}}],"reasoning_effort":"none"}',
        ),
    ),
)
TOOLS_REFUSED = Rule(
    id="tools-refused",
    breaks="Some models take no tools at all (chatgpt-4o-latest, gpt-5-chat-latest), and gpt-6-astra and gpt-6.1-sol "
    "none on Chat Completions, since they cannot do without reasoning there.",
    does="Where the target can be asked on Responses and takes tools there, it is (`asked-in-responses`). Else the "
    "request is refused before the call: an answer that could call nothing would look like one that chose to. "
    "Beside `tool_choice` `none` the tools are left for the upstream to judge.",
    source="litellm#13612; BoltAI#145; home-generative-agent v3.46.0-beta.1",
    date="2026-11-12",
    examples=(
        Example(model="openai/gpt-6-astra", before='{"tools":[{"type":"function","function":{"name":"f"}}]}'),
        Example(
            dialect="responses",
            model="openai/gpt-5-chat-latest",
            before='{"tools":[{"type":"function","name":"f"}]}',
        ),
        Example(
            dialect="anthropic",
            model="anthropic/claude-2.1",
            before='{"tools":[{"name":"f","input_schema":{"type":"object"}}]}',
        ),
    ),
)
SAMPLING = Rule(
    id="sampling-dropped",
    breaks="Models that reason take only the default `temperature` and `top_p`; from gpt-5.1 on any value, but only "
    "with effort `none`; gpt-6.2 never.",
    does="A value other than the default goes, unless the effort of this call is `none` and that allows it.",
    source="vercel/ai#10932; the AI SDK's supportsNonReasoningParameters; a report on gpt-6.2",
    date="2026-11-19",
    examples=(
        Example(model="openai/gpt-5.1-chat-latest", before='{"temperature":0.3,"top_p":1}', after='{"top_p":1}'),
        Example(
            dialect="responses",
            model="openai/gpt-5.1",
            before='{"temperature":0.3,"reasoning":{"effort":"low"}}',
            after='{"reasoning":{"effort":"low"}}',
        ),
    ),
)
PENALTIES = Rule(
    id="penalties-dropped",
    breaks="The same holds for `presence_penalty` and `frequency_penalty`.",
    does="A value other than 0 goes, unless the effort of this call is `none` and that allows it.",
    source="vercel/ai#10932",
    date="2026-11-19",
    examples=(
        Example(
            model="openai/gpt-5",
            before='{"presence_penalty":0.5,"frequency_penalty":0}',
            after='{"frequency_penalty":0}',
        ),
    ),
)
LOGPROBS = Rule(
    id="logprobs-dropped",
    breaks="The same holds for `logprobs` and `top_logprobs`: the answer then has none.",
    does="Both go, unless the effort of this call is `none` and that allows them; on responses `top_logprobs`, and "
    "`message.output_text.logprobs` from `include`.",
    source="vercel/ai#10932",
    date="2026-11-19",
    examples=(
        Example(model="openai/gpt-5", before='{"logprobs":true,"top_logprobs":2}', after="{}"),
        Example(
            dialect="responses",
            model="openai/gpt-5",
            before='{"top_logprobs":2,"include":["message.output_text.logprobs","reasoning.encrypted_content"]}',
            after='{"include":["reasoning.encrypted_content"]}',
        ),
    ),
)
LOGIT_BIAS = Rule(
    id="logit-bias-dropped",
    breaks="The same holds for `logit_bias`; its token numbers belong to one tokenizer besides.",
    does="It goes, unless the effort of this call is `none` and that allows it.",
    source="the AI SDK's supportsNonReasoningParameters",
    date="2026-11-19",
    examples=(Example(model="openai/gpt-5", before='{"logit_bias":{"1734":-100}}', after="{}"),),
)
STOP = Rule(
    id="stop-dropped",
    breaks="The reasoning models from gpt-5 on do not honour `stop`.",
    does="`stop` goes. An answer can be longer than before: cut it where it is used.",
    source="community.openai.com/t/1341049",
    date="2025-08",
    examples=(Example(model="openai/gpt-5.1", before='{"stop":["END"]}', after="{}"),),
)
VERBOSITY = Rule(
    id="verbosity-dropped",
    breaks="`verbosity` (on responses `text.verbosity`) came with gpt-5; other models accept only `medium`.",
    does="Any other value goes where the model does not reason and nothing says that it knows the word.",
    source="community.openai.com/t/1341049",
    date="2025-08",
    examples=(
        Example(model="openai/gpt-4o", before='{"verbosity":"low"}', after="{}"),
        Example(
            dialect="responses",
            model="openai/gpt-4o",
            before='{"text":{"verbosity":"low","format":{"type":"text"}}}',
            after='{"text":{"format":{"type":"text"}}}',
        ),
    ),
)
ROLES = Rule(
    id="roles-renamed",
    breaks="`developer` replaces `system` from o1 on. OpenAI converts between them, but single models refuse one: "
    "o1-mini answers 400 to `developer`, and refused `system` too.",
    does="A role that the catalogue says is refused becomes the nearest that is not: `developer` or `system`, else "
    "`user`.",
    source="OpenAI staff, community.openai.com/t/1062784; a recorded answer of o1-mini",
    date="2026-08",
    examples=(
        Example(
            abilities={"system_messages": False},
            before='{"messages":[{"role":"system","content":"Be brief."}]}',
            after='{"messages":[{"role":"developer","content":"Be brief."}]}',
        ),
        Example(
            dialect="responses",
            abilities={"system_messages": False},
            before='{"input":[{"role":"system","content":"Be brief."}]}',
            after='{"input":[{"role":"developer","content":"Be brief."}]}',
        ),
    ),
)
