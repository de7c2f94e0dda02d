"""What breaks when a request meets a Gemini model on Google's generateContent.

It knows the rows: source, date and examples. It does not know how a rule is carried out (``steps.gemini``).
"""

from outlast.dialects.adaptation.rule import Example, Rule

SAMPLING = Rule(
    id="gemini-sampling-dropped",
    breaks="Since Gemini 3.6 `temperature`, `topP` and `topK` are deprecated.",
    does="They go where the catalogue says that the model no longer takes them.",
    source="Google's change log",
    date="2026-07-21",
    examples=(
        Example(
            dialect="gemini",
            model="google/gemini-3.6-flash",
            before='{"generationConfig":{"temperature":0.2,"topP":0.9,"seed":1}}',
            after='{"generationConfig":{"seed":1}}',
        ),
    ),
)
LOW_TEMPERATURE = Rule(
    id="gemini-temperature-default",
    breaks="Gemini 3 can loop without end at a `temperature` below 1.",
    does="A lower one goes, so that the default of 1 holds. Answers vary more than they did.",
    source="spring-ai#4911; Google's guide to Gemini 3",
    date="2025-11",
    examples=(
        Example(
            dialect="gemini",
            model="google/gemini-3.1-pro-preview",
            before='{"generationConfig":{"temperature":0.0,"topP":0.9}}',
            after='{"generationConfig":{"topP":0.9}}',
        ),
    ),
)
LEVEL_OR_BUDGET = Rule(
    id="thinking-level-or-budget",
    breaks="Gemini 2.5 takes `thinkingBudget`, Gemini 3 `thinkingLevel`; both together are a 400.",
    does="The one that is not the model's own becomes the other, and goes where both are given. A budget of 0 is the "
    "lowest level, up to 1,024 tokens `low`, up to 8,192 `medium`, above `high`; -1 leaves it to the model. A level is "
    "the least budget for `minimal`, 1,024 for `low`, 8,192 for `medium`, 24,576 for `high`. That table is ours.",
    source="Google's guide to thinking; neurolink#1707; amica#217",
    date="2025-11",
    examples=(
        Example(
            dialect="gemini",
            model="google/gemini-3-flash-preview",
            before='{"generationConfig":{"thinkingConfig":{"thinkingBudget":512,"includeThoughts":true}}}',
            after='{"generationConfig":{"thinkingConfig":{"includeThoughts":true,"thinkingLevel":"low"}}}',
        ),
        Example(
            dialect="gemini",
            model="google/gemini-2.5-pro",
            before='{"generationConfig":{"thinkingConfig":{"thinkingLevel":"low"}}}',
            after='{"generationConfig":{"thinkingConfig":{"thinkingBudget":1024}}}',
        ),
        Example(
            dialect="gemini",
            model="google/gemini-3.1-pro-preview",
            before='{"generationConfig":{"thinkingConfig":{"thinkingLevel":"high","thinkingBudget":1024}}}',
            after='{"generationConfig":{"thinkingConfig":{"thinkingLevel":"high"}}}',
        ),
    ),
)
BUDGET_CLAMPED = Rule(
    id="thinking-budget-clamped",
    breaks="Each Gemini 2.5 has its own range: Pro cannot go below 128, so that thinking cannot be switched off there; "
    "Flash-Lite has nothing between 0 and 512.",
    does="A budget outside becomes the nearest inside; 0 stays where thinking can be switched off, and -1 everywhere.",
    source="Google's guide to thinking",
    date="2026",
    examples=(
        Example(
            dialect="gemini",
            model="google/gemini-2.5-pro",
            before='{"generationConfig":{"thinkingConfig":{"thinkingBudget":0}}}',
            after='{"generationConfig":{"thinkingConfig":{"thinkingBudget":128}}}',
        ),
    ),
)
THOUGHT_SIGNATURE = Rule(
    id="thought-signature-placeholder",
    breaks="From Gemini 3 on, a call of a function that comes back without its thought signature is a 400: `Function "
    "call is missing a thought_signature`. A conversation that another model began has none.",
    does="The first call of such a turn gets the word that Google documents for this, "
    "`skip_thought_signature_validator`. The model goes on without its earlier thoughts. "
    "A signature of another model cannot be told from the model's own, and is left for the upstream to judge.",
    source="recorded requests that gemini-3-flash-preview answered with it; vercel/ai#15560; Google's page on thought "
    "signatures",
    date="2026-05-27",
    examples=(
        Example(
            dialect="gemini",
            model="google/gemini-3-flash-preview",
            before='{"contents":[{"role":"model","parts":[{"functionCall":{"name":"f","args":{}}}]}]}',
            after='{"contents":[{"role":"model","parts":[{"functionCall":{"name":"f","args":{}},'
            '"thoughtSignature":"skip_thought_signature_validator"}]}]}',
        ),
    ),
)
