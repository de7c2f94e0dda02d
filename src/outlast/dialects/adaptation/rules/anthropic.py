"""What breaks when a request meets a Claude model on Anthropic's messages.

It knows the rows: source, date and examples. It does not know how a rule is carried out (``steps.anthropic``).
"""

from outlast.dialects.adaptation.rule import Example, Rule

_GUIDES = "platform.claude.com, migration guides and overviews"

SAMPLING = Rule(
    id="claude-sampling-dropped",
    breaks="From Claude Opus 4.7 on, a `temperature`, `top_p` or `top_k` other than the default is a 400.",
    does="They go; a `temperature` of 1 stays.",
    source=_GUIDES,
    date="2026",
    examples=(
        Example(
            dialect="anthropic",
            model="anthropic/claude-opus-4-7",
            before='{"temperature":0.2,"top_k":40}',
            after="{}",
        ),
    ),
)
ONE_SAMPLING = Rule(
    id="temperature-or-top-p",
    breaks="From Claude 4.1 (Opus) and 4.5 on, `temperature` and `top_p` are not taken together.",
    does="`top_p` goes; but where `temperature` is 1, the default, that goes instead.",
    source=_GUIDES,
    date="2026",
    examples=(
        Example(
            dialect="anthropic",
            model="anthropic/claude-sonnet-4-5",
            before='{"temperature":0.2,"top_p":0.9}',
            after='{"temperature":0.2}',
        ),
    ),
)
THINKING_SAMPLING = Rule(
    id="thinking-sampling-dropped",
    breaks="With thinking, `temperature` may only be 1, `top_k` may not be set, and `top_p` not below 0.95.",
    does="What breaks that goes; thinking stays.",
    source="one-hub#529, which quotes the error; Anthropic's page on extended thinking",
    date="2025-03-05",
    examples=(
        Example(
            dialect="anthropic",
            model="anthropic/claude-sonnet-4-5",
            before='{"temperature":0.2,"thinking":{"type":"enabled","budget_tokens":2048}}',
            after='{"thinking":{"type":"enabled","budget_tokens":2048}}',
        ),
    ),
)
PREFILL = Rule(
    id="prefill-refused",
    breaks="From Claude 4.6 on, a conversation that ends with words of the assistant (a prefill) is a 400.",
    does="The request is refused before the call. A prefill cannot be kept in another form: without it the answer "
    "begins anew, and a caller who puts the two together gets neither. A last turn that ends with a block of a "
    "server's tool is no prefill and goes on.",
    source=_GUIDES,
    date="2026",
    examples=(
        Example(
            dialect="anthropic",
            model="anthropic/claude-opus-4-6",
            before='{"messages":[{"role":"user","content":"JSON, please."},{"role":"assistant","content":"{"}]}',
        ),
    ),
)
FORCED_TOOL = Rule(
    id="forced-tool-auto",
    breaks="Claude Opus 5.5, Fable 5.1, Mythos 5.1 and Sonnet 5.5 answer with an error to a forced tool "
    "(`tool_choice` `any` or `tool`).",
    does="`tool_choice` becomes `auto`; a wish against parallel calls is kept. The model may then answer in words: "
    "say in the prompt that the tool must be called, or check for the call.",
    source=_GUIDES,
    date="2026",
    examples=(
        Example(
            dialect="anthropic",
            model="anthropic/claude-opus-5-5",
            before='{"tool_choice":{"type":"tool","name":"f","disable_parallel_tool_use":true}}',
            after='{"tool_choice":{"type":"auto","disable_parallel_tool_use":true}}',
        ),
    ),
)
FORCED_THINKING = Rule(
    id="thinking-gives-way",
    breaks="`thinking` of type `enabled` together with a forced tool is a 400: `Thinking may not be enabled when "
    "tool_choice forces tool use`. Adaptive thinking is taken.",
    does="`thinking` goes for this call: a caller who forces a tool reads the call and nothing else.",
    source="mastra#7507; oh-my-pi#341; a recorded answer of claude-opus-4-6 to adaptive thinking beside a forced tool",
    date="2026-03-09",
    examples=(
        Example(
            dialect="anthropic",
            model="anthropic/claude-sonnet-4-5",
            before='{"tool_choice":{"type":"any"},"thinking":{"type":"enabled","budget_tokens":2048}}',
            after='{"tool_choice":{"type":"any"}}',
        ),
    ),
)
THINKING_DROPPED = Rule(
    id="thinking-dropped",
    breaks="Models that do not think (Claude 3.5 and before; Gemini 2.0) refuse `thinking` or `thinkingConfig`.",
    does="It goes.",
    source="Anthropic's page on extended thinking; the catalogue's `reasoning`",
    date="2026",
    examples=(
        Example(
            dialect="anthropic",
            model="anthropic/claude-3-5-sonnet-20241022",
            before='{"thinking":{"type":"enabled","budget_tokens":2048}}',
            after="{}",
        ),
        Example(
            dialect="gemini",
            model="google/gemini-2.0-flash",
            before='{"generationConfig":{"thinkingConfig":{"thinkingBudget":0},"seed":1}}',
            after='{"generationConfig":{"seed":1}}',
        ),
    ),
)
THINKING_ADAPTIVE = Rule(
    id="thinking-adaptive",
    breaks='From Claude Opus 4.7 on: `"thinking.type.enabled" is not supported for this model`.',
    does="`thinking` becomes `adaptive`, and the budget an effort where none was said: below 4,096 tokens `low`, "
    "below 16,384 `medium`, else `high`. That table is ours; nobody publishes one.",
    source="code-assistant#119, which quotes the error; Operit#568",
    date="2026-05-29",
    examples=(
        Example(
            dialect="anthropic",
            model="anthropic/claude-opus-4-8",
            before='{"thinking":{"type":"enabled","budget_tokens":8000}}',
            after='{"thinking":{"type":"adaptive"},"output_config":{"effort":"medium"}}',
        ),
    ),
)
THINKING_BUDGETED = Rule(
    id="thinking-budgeted",
    breaks="Models before Claude 4.6 know no adaptive thinking; they want a budget.",
    does="`adaptive` becomes `enabled` with a budget by the effort: `low` 2,048 tokens, `medium` or none said 8,192, "
    "`high` and above 16,384 (our table, as above); the effort goes where the model has none.",
    source=f"{_GUIDES}; oh-my-pi#86",
    date="2026-02-16",
    examples=(
        Example(
            dialect="anthropic",
            model="anthropic/claude-sonnet-4-5",
            before='{"max_tokens":20000,"thinking":{"type":"adaptive"},"output_config":{"effort":"low"}}',
            after='{"max_tokens":20000,"thinking":{"type":"enabled","budget_tokens":2048}}',
        ),
    ),
)
THINKING_ON = Rule(
    id="thinking-stays-on",
    breaks="Claude Opus 5.5, Sonnet 5.5, Fable 5 and Mythos 5 always think: `disabled` is a 400.",
    does="`thinking` goes, and the effort becomes the lowest that the model has, where none was said. It thinks all "
    "the same: answers come later and cost more than without.",
    source=_GUIDES,
    date="2026",
    examples=(
        Example(
            dialect="anthropic",
            model="anthropic/claude-opus-5-5",
            before='{"thinking":{"type":"disabled"}}',
            after='{"output_config":{"effort":"low"}}',
        ),
    ),
)
EFFORT_UNTHINKING = Rule(
    id="effort-without-thinking",
    breaks="Claude Opus 5 takes `thinking` `disabled` only up to effort `high`; with `xhigh` or `max` it is a 400.",
    does="The effort becomes `high`.",
    source="pydantic-ai#7991; Anthropic's page on thinking",
    date="2026-09-01",
    examples=(
        Example(
            dialect="anthropic",
            model="anthropic/claude-opus-5",
            before='{"thinking":{"type":"disabled"},"output_config":{"effort":"max"}}',
            after='{"thinking":{"type":"disabled"},"output_config":{"effort":"high"}}',
        ),
    ),
)
BUDGET_FITTED = Rule(
    id="thinking-budget-fitted",
    breaks="A thinking budget below the model's least (1,024), or not below `max_tokens`, is a 400.",
    does="It becomes the nearest that fits; where `max_tokens` leaves no room for the least, `thinking` goes, since "
    "the limit is a promise and thinking a wish. A budget above `max_tokens` is allowed with interleaved thinking, a "
    "header that this rule does not see: it is lowered there, too.",
    source="Anthropic's page on extended thinking",
    date="2026",
    examples=(
        Example(
            dialect="anthropic",
            model="anthropic/claude-sonnet-4-5",
            before='{"thinking":{"type":"enabled","budget_tokens":16000}}',
            after='{"thinking":{"type":"enabled","budget_tokens":4095}}',
        ),
        Example(
            dialect="anthropic",
            model="anthropic/claude-sonnet-4-5",
            before='{"max_tokens":200,"thinking":{"type":"enabled","budget_tokens":1024}}',
            after='{"max_tokens":200}',
        ),
    ),
)
FOREIGN_THINKING = Rule(
    id="foreign-thinking-dropped",
    breaks="A thinking block is bound to the model that wrote it: another one answers 400 `Invalid signature in "
    "thinking block`, so that a conversation cannot be moved.",
    does="Blocks whose signature names another model go (a signature says in plain bytes which model it is of; one "
    "that does not is left alone, and so is redacted thinking). Where they stood in a turn whose tools have just "
    "answered and thinking is `enabled`, that goes for this call as well, since such a turn must begin with thinking.",
    source="llxprt-code#2335; anthropic-sdk-python#1598; recorded signatures",
    date="2026-08-05",
    examples=(
        Example(
            dialect="anthropic",
            model="anthropic/claude-opus-5-5",
            before='{"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"Hm.",'
            '"signature":"CAYyEWNsYXVkZS1zb25uZXQtNC01OAA="},{"type":"text","text":"Hi"}]},'
            '{"role":"user","content":"Go on"}]}',
            after='{"messages":[{"role":"assistant","content":[{"type":"text","text":"Hi"}]},'
            '{"role":"user","content":"Go on"}]}',
        ),
    ),
)
CACHE_LIMIT = Rule(
    id="cache-control-limited",
    breaks="`A maximum of 4 blocks with cache_control may be provided`: a fifth is a 400.",
    does="Breakpoints beyond four go: those in messages first, the oldest of them first; then those of `system`, then "
    "those of `tools`. The answer is the same; it may cost more.",
    source="Anthropic.SDK#50; continue#6937; Google Cloud has the same limit (envoyproxy/ai-gateway#1712)",
    date="2025-12-30",
    examples=(
        Example(
            dialect="anthropic",
            model="anthropic/claude-sonnet-4-5",
            before='{"messages":[{"role":"user","content":['
            + ",".join(f'{{"type":"text","text":"{word}","cache_control":{{"type":"ephemeral"}}}}' for word in "abcde")
            + "]}]}",
            after='{"messages":[{"role":"user","content":[{"type":"text","text":"a"},'
            + ",".join(f'{{"type":"text","text":"{word}","cache_control":{{"type":"ephemeral"}}}}' for word in "bcde")
            + "]}]}",
        ),
    ),
)
IMAGE_LIMIT = Rule(
    id="image-limit-refused",
    breaks="At most 100 pictures in a request to models with a window of 200,000 tokens, 600 to others; none above "
    "10 MB of base64.",
    does="The request is refused before the call, with what was found. (Pixels are not measured.)",
    source="platform.claude.com, page on vision; oh-my-pi#10633",
    date="2026-09-03",
    examples=(
        Example(
            dialect="anthropic",
            model="anthropic/claude-haiku-4-5",
            before='{"messages":[{"role":"user","content":['
            + ",".join(['{"type":"image","source":{"type":"file","file_id":"f"}}'] * 101)
            + "]}]}",
        ),
    ),
)
