"""What breaks at models of any maker: limits and media that the catalogue states.

It knows the rows: source, date and examples. It does not know how a rule is carried out (``steps.shared``).
"""

from outlast.dialects.adaptation.rule import Example, Rule

MAX_CAPPED = Rule(
    id="max-tokens-capped",
    breaks="A limit above what the model can write at most is a 400 (OpenAI: `max_tokens is too large`; Anthropic: "
    "`max_tokens: … >, which is the maximum allowed number of output tokens`; Vertex: `supported range`).",
    does="It becomes the model's own limit. Where sources disagree about that, the largest stated one counts.",
    source="the providers' error texts; limits from the catalogue",
    date="2026-08",
    examples=(
        Example(model="openai/gpt-4o", before='{"max_tokens":100000}', after='{"max_tokens":16384}'),
        Example(
            dialect="responses",
            model="openai/gpt-4o",
            before='{"max_output_tokens":100000}',
            after='{"max_output_tokens":16384}',
        ),
        Example(
            dialect="anthropic",
            model="anthropic/claude-sonnet-4-5",
            before='{"max_tokens":100000}',
            after='{"max_tokens":64000}',
        ),
        Example(
            dialect="gemini",
            model="google/gemini-2.0-flash",
            before='{"generationConfig":{"maxOutputTokens":20000}}',
            after='{"generationConfig":{"maxOutputTokens":8192}}',
        ),
    ),
)
IMAGES_REFUSED = Rule(
    id="images-refused",
    breaks="A model that reads no pictures answers 400 to one, or ignores it.",
    does="The request is refused before the call: an answer to the words alone would pass for one to the picture.",
    source="the catalogue's `vision`; a recorded 400 of OpenAI on content blocks",
    date="2026-08",
    examples=(
        Example(
            model="openai/o3-mini",
            before='{"messages":[{"role":"user","content":'
            '[{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]}]}',
        ),
        Example(
            dialect="responses",
            model="openai/o3-mini",
            before='{"input":[{"role":"user","content":'
            '[{"type":"input_image","image_url":"https://example.com/a.png"}]}]}',
        ),
        Example(
            dialect="anthropic",
            model="anthropic/claude-2.1",
            before='{"messages":[{"role":"user","content":'
            '[{"type":"image","source":{"type":"url","url":"https://example.com/a.png"}}]}]}',
        ),
    ),
)
