"""What breaks when a request for embeddings meets another model.

It knows the rows: source, date and examples. It does not know that vectors of two models never compare: a move of
an embedding model means embedding everything again, whatever a rule can do.
"""

from outlast.dialects.adaptation.rule import Example, Rule

DIMENSIONS = Rule(
    id="dimensions-dropped",
    breaks="`text-embedding-ada-002` answers 400 to `dimensions`, whatever the value.",
    does="Where the value is the only size that the model has, it goes, since the answer is the same; any other value "
    "is refused before the call, for vectors of another length do not fit where these are kept.",
    source="R2R#768 and mteb#3687, which quote the error; OpenAI's reference (text-embedding-3 and later)",
    date="2025-12-07",
    examples=(
        Example(
            dialect="embeddings",
            model="openai/text-embedding-ada-002",
            before='{"dimensions":1536}',
            after="{}",
        ),
        Example(dialect="embeddings", model="openai/text-embedding-ada-002", before='{"dimensions":256}'),
    ),
)
DIMENSIONS_TOO_MANY = Rule(
    id="dimensions-refused",
    breaks="A model cannot give longer vectors than its own: 1536 for text-embedding-3-small, 3072 for -large.",
    does="The request is refused before the call.",
    source="OpenAI's guide to embeddings",
    date="2024-01",
    examples=(Example(dialect="embeddings", model="openai/text-embedding-3-small", before='{"dimensions":3072}'),),
)
