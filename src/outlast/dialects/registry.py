"""Every dialect of conversations there is, by name, and whose clients call which path."""

from collections.abc import Mapping

from outlast.dialects.anthropic import DIALECT as ANTHROPIC
from outlast.dialects.chat import DIALECT as CHAT
from outlast.dialects.completions import DIALECT as COMPLETIONS
from outlast.dialects.dialect import Dialect
from outlast.dialects.gemini import DIALECT as GEMINI
from outlast.dialects.responses import DIALECT as RESPONSES

DIALECTS: Mapping[str, Dialect] = {each.name: each for each in (CHAT, RESPONSES, ANTHROPIC, GEMINI, COMPLETIONS)}

_GOOGLES = (
    ":generateContent",
    ":streamGenerateContent",
    ":countTokens",
    ":embedContent",
    ":batchEmbedContents",
    ":predict",
)
"""How paths of Google's newer clients end, which begin as OpenAI's do. A model's own name may have a colon too."""


def dialect_of(path: str) -> Dialect:
    """Whose clients call this path; OpenAI's where nobody else's do."""
    if path.startswith("/v1beta/") or (path.startswith("/v1/models/") and path.endswith(_GOOGLES)):
        return GEMINI
    return ANTHROPIC if path.startswith("/v1/messages") else CHAT
