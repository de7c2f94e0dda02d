"""A file that a person brings, made ready for a conversation.

It knows the order of things: its size, its kind by its bytes, its text. It does not know where it came from.
"""

from collections.abc import Callable

from outlast.chat.bounds import MOST_FILE
from outlast.chat.conversation import Attachment
from outlast.chat.reading import PDF, TEXT, check_size, kind_of, plain_name, taken, text_in
from outlast.chat.talking import Brought
from outlast.web.files.pdf import PdfReader


class FileReader:
    """Reads what people bring."""

    def __init__(self, pdf: PdfReader, *, new_id: Callable[[], str]) -> None:
        self._pdf = pdf
        self._new_id = new_id

    async def read(self, name: str, data: bytes) -> Brought:
        """The file with what a model is shown of it.

        Raises:
            RequestTooLarge: it is too large.
            MalformedRequest: it is empty, or of a kind that is not taken.
        """
        check_size(name, data, MOST_FILE)
        kind = kind_of(data)
        text = left_out = ""
        if kind == TEXT:
            text, left_out = taken(text_in(data) or "")
        elif kind == PDF:
            found = await self._pdf.read(data)
            text, left_out = found.text, found.left_out
        attachment = Attachment(
            id=self._new_id(), name=plain_name(name), media_type=kind, size=len(data), text=text, left_out=left_out
        )
        return Brought(attachment=attachment, data=data)
