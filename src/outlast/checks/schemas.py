"""An answer against a JSON Schema, in bounded time: neither the schema nor the answer is to be trusted.

It knows JSON and how an answer's failure is named. It does not know whose schema it is, nor its keywords (``keywords``,
which is loaded with the first schema: most gateways never meet one).
"""

from typing import Final

import msgspec

LONGEST: Final = 2_000_000
"""Characters of an answer that is looked at."""
TOO_COSTLY: Final = "schema: too costly to check"


def not_json(text: str) -> str:
    """Why a text is no JSON; empty: it is."""
    try:
        msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return "in a code fence" if text.lstrip().startswith("```") else "not JSON"
    return ""


def misses_schema(text: str, schema: bytes) -> str:
    """Why a text does not meet a schema; empty: it does, or the schema is none."""
    if failed := not_json(text):
        return failed
    from outlast.checks.keywords import TooCostly, missed  # noqa: PLC0415 - with the first schema

    if len(text) > LONGEST:
        return TOO_COSTLY if is_schema(schema) else ""
    try:
        keyword = missed(schema, msgspec.json.decode(text))
    except TooCostly:
        return TOO_COSTLY
    return f"schema: {keyword}" if keyword else ""


def is_schema(schema: bytes) -> bool:
    """Whether this is a JSON Schema at all."""
    from outlast.checks import keywords  # noqa: PLC0415 - with the first schema

    return keywords.is_schema(schema)
