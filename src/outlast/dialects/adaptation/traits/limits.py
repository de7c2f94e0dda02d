"""Limits as the catalogue states them.

It knows that sources disagree. It does not know what a request asks for.
"""

from outlast.catalog.models import Model


def largest_output(model: Model) -> int | None:
    """The largest number of output tokens that any source states; None where none does."""
    disputed = [conflict for conflict in model.conflicts if conflict.field == "max_output_tokens"]
    stated = [model.max_output_tokens, *(side for one in disputed for side in (one.kept, one.other))]
    known = [limit for limit in stated if isinstance(limit, int) and limit > 1]
    return max(known, default=None)
