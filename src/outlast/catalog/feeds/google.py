"""The Gemini API's ``models.list``: names and limits, and a ``modelStatus`` with a day of the end where it is sent.

The list keeps models that have ended: being on it proves nothing.
"""

import msgspec

from outlast.catalog.feed import Feed
from outlast.catalog.feeds.document import Draft, Origin, day_in, entries_of

PROVIDER = "google"


class Status(msgspec.Struct, rename="camel"):
    """The life-cycle part that answers carry since 2026."""

    retirement_time: str | None = None


class Entry(msgspec.Struct, rename="camel"):
    """One model of the list."""

    name: str
    display_name: str = ""
    input_token_limit: int | float | None = None
    output_token_limit: int | float | None = None
    model_status: Status | None = None


def read_google(raw: bytes, origin: Origin) -> Draft:
    """The list as a feed."""

    def understand(entry: Entry, row: msgspec.Raw) -> Feed:
        del row
        ref = f"{origin.provider or PROVIDER}/{entry.name.removeprefix('models/')}"
        ends = entry.model_status.retirement_time if entry.model_status else None
        listing = origin.listing(
            ref,
            name=entry.display_name,
            max_input_tokens=entry.input_token_limit,
            max_output_tokens=entry.output_token_limit,
        )
        return Feed(listings=(listing,), claims=(origin.claim(ref, "api", "retired", day_in(ends)),) if ends else ())

    return Draft().take(entries_of(raw, "models", origin.name), Entry, understand)
