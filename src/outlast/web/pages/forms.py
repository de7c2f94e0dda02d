"""What a page was sent: a form's fields and files, within limits, from a form of this visit.

It knows the token and the limits. It does not know what the fields mean.
"""

from typing import Final

from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request

from outlast.web.pages.show import FORM_FIELD
from outlast.web.pages.visit import visit_of

FORM_HEADER: Final = "x-outlast-form"
"""Where a script puts the token that the page has in ``<meta name="form-token">``."""
FIELDS: Final = 50
FILES: Final = 10
FIELD_SIZE: Final = 4 * 1024 * 1024
"""Bytes of one field that is no file: a message may be a book's chapter."""
STRANGER: Final = 16 * 1024
"""The same, of somebody who has not logged in and has nothing to say yet but a name and a password."""
_CHARSETS: Final = frozenset({b"utf-8", b"utf8"})


async def form_of(request: Request) -> FormData:
    """The fields of a form that this visit's pages made.

    Raises:
        HTTPException: 403 where it was not made for this visit; 400 where it cannot be read or is over a limit.
    """
    _check_charset(request.headers.get("content-type", ""))
    known = visit_of(request).person is not None
    form = await request.form(
        max_files=FILES if known else 0, max_fields=FIELDS, max_part_size=FIELD_SIZE if known else STRANGER
    )
    given = request.headers.get(FORM_HEADER) or form.get(FORM_FIELD)
    if not isinstance(given, str) or not visit_of(request).wrote(given):
        raise HTTPException(403, "This form is of an earlier visit. Go back, reload the page and send it again.")
    return form


def _check_charset(content_type: str) -> None:
    """A browser writes a page of ours in its charset. Python has codecs of any cost, and some whose text is no text.

    Raises:
        HTTPException: 400 where another charset is named.
    """
    _, options = parse_options_header(content_type)
    if options.get(b"charset", b"utf-8").lower() not in _CHARSETS:
        raise HTTPException(400, "Forms are read in UTF-8.")


def text_of(form: FormData, field: str) -> str:
    """One field; empty where it is missing or a file."""
    value = form.get(field)
    return value if isinstance(value, str) else ""
