"""The parts of a content list, both ways: words, pictures, sounds, films, documents, and Mistral's thinking.

It knows how chat providers write each of them. It does not know turns (``messages_in``, ``messages_out``).
"""

from base64 import b64encode
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

import msgspec

from outlast.dialects.chat.members import UNREADABLE, Members, is_string, own
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.parts import Extra, Media, MediaKind, Native, Part, Refusal, Text, Thinking

Wire = dict[str, object]
_STRING = msgspec.json.Decoder(str)
_MIME_OF_FORMAT = {"mp3": "audio/mpeg"}
_FORMAT_OF_MIME = {
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
    "audio/x-wav": "wav",
    "audio/wave": "wav",
    "audio/vnd.wave": "wav",
}
FORM = "chat:member"
"""Where a thought or a document stood, if not in the member that this dialect writes by itself."""
_FORM_CONTENT, _FORM_DOCUMENT = b'"content"', b'"document_url"'


def decode_part(raw: msgspec.Raw, path: str) -> Part:
    """One part of a content list. A type that nobody else has stays as it came.

    Raises:
        MalformedRequest: it is no object, has no type, or misses what its type needs.
    """
    members = Members.of(raw, path)
    kind = members.needed("type")
    reader = _READERS.get(kind)
    return Native("chat", kind, bytes(raw)) if reader is None else reader(members)


def _text(members: Members) -> Text:
    return Text(members.needed("text"), extra=members.rest())


def _refusal(members: Members) -> Refusal:
    return Refusal(members.needed("refusal"), extra=members.rest())


def _image(members: Members) -> Media:
    members.raw("index")  # In an answer's list of pictures: its place there.
    url, inner = _url(members, "image_url")
    detail = inner.text("detail") if inner else ""
    return media_of("image", url, detail=detail, extra=_rests(members, inner, "image_url."))


def _video(members: Members) -> Media:
    url, inner = _url(members, "video_url")
    return media_of("video", url, extra=_rests(members, inner, "video_url."))


def _document_url(members: Members) -> Media:
    url, inner = _url(members, "document_url")
    name = members.text("document_name")
    return media_of("document", url, name=name, extra={FORM: _FORM_DOCUMENT, **_rests(members, inner, "document_url.")})


def _audio(members: Members) -> Media:
    url, inner = _url(members, "input_audio", "data")
    said = inner.text("format") if inner else ""
    extra = _rests(members, inner, "input_audio.")
    if url.startswith(("data:", "http:", "https:")):
        return media_of("audio", url, extra=extra)
    mime = _MIME_OF_FORMAT.get(said, f"audio/{said}" if said else "")
    return Media(kind="audio", mime=mime, data=url, extra=extra)


def _file(members: Members) -> Media:
    inner = members.inner_needed("file")
    name, data, file_id = inner.text("filename"), inner.text("file_data"), inner.text("file_id")
    extra = _rests(members, inner, "file.")
    if data.startswith(("data:", "http:", "https:")):
        return media_of("document", data, name=name, extra=extra)
    return Media(kind="document", data=data, file_id="" if data else file_id, name=name, extra=extra)


def _thinking(members: Members) -> Thinking:
    pieces = [
        Members.of(raw, f"{members.place('thinking')}[{place}]") for place, raw in enumerate(members.items("thinking"))
    ]
    text = "".join(piece.text("text") for piece in pieces)
    signature = members.text("signature")
    return Thinking(text=text, signature=signature, dialect="chat", extra={FORM: _FORM_CONTENT, **members.rest()})


_READERS: dict[str, Callable[[Members], Part]] = {
    "text": _text,
    "refusal": _refusal,
    "image_url": _image,
    "video_url": _video,
    "document_url": _document_url,
    "input_audio": _audio,
    "file": _file,
    "thinking": _thinking,
}


def _url(members: Members, name: str, inside: str = "url") -> tuple[str, Members | None]:
    """OpenAI writes an object, Mistral a string."""
    raw = members.raw(name)
    if raw is not None and is_string(raw):
        try:
            return _STRING.decode(raw), None
        except UNREADABLE:
            pass  # The object's reader names what is wrong.
    inner = Members.of(raw if raw is not None else b"null", members.place(name))
    return inner.needed(inside), inner


def _rests(members: Members, inner: Members | None, prefix: str) -> Extra:
    return {**members.rest(), **(inner.rest(prefix) if inner else {})}


def media_of(kind: MediaKind, url: str, *, name: str = "", detail: str = "", extra: Extra | None = None) -> Media:
    """Media at an address; the content of a ``data:`` address is taken out of it."""
    extra = extra or {}
    head, comma, data = url.partition(",")
    if not comma or not head.startswith("data:"):
        return Media(kind=kind, url=url, name=name, detail=detail, extra=extra)
    mime, *said = head.removeprefix("data:").split(";")
    if "base64" not in said:
        data = b64encode(unquote_to_bytes(data)).decode()
    return Media(kind=kind, mime=mime, data=data, name=name, detail=detail, extra=extra)


def address(media: Media) -> str:
    """Where media is: its address, or its content as one."""
    return media.url or f"data:{media.mime};base64,{media.data}"


def encode_media(media: Media, losses: Losses, place: str = "messages") -> Wire | None:
    """A part of a content list; None, and noted, where there is no way to say it."""
    losses.drop_extra(media.extra, "chat", place)
    more = own(media.extra)
    form = more.pop("member", None)
    if media.file_id and media.kind != "document":
        losses.drop(f"{place}.{media.kind}.file_id", "a provider's own file")
        return None
    if media.kind == "image":
        detail = {"detail": media.detail} if media.detail else {}
        return {
            "type": "image_url",
            "image_url": {"url": address(media), **detail, **own(media.extra, "image_url.")},
            **more,
        }
    if media.kind == "video":
        return {"type": "video_url", "video_url": {"url": address(media), **own(media.extra, "video_url.")}, **more}
    if media.kind == "audio":
        return {"type": "input_audio", "input_audio": {**_sound(media), **own(media.extra, "input_audio.")}, **more}
    if form is not None and not media.file_id:
        named = {"document_name": media.name} if media.name else {}
        return {"type": "document_url", "document_url": address(media), **named, **more}
    return {"type": "file", "file": {**_document(media), **own(media.extra, "file.")}, **more}


def _sound(media: Media) -> Wire:
    said = _FORMAT_OF_MIME.get(media.mime, media.mime.removeprefix("audio/").removeprefix("x-"))
    return {"data": media.url or media.data, **({"format": said} if said else {})}


def _document(media: Media) -> Wire:
    named: Wire = {"filename": media.name} if media.name else {}
    if media.file_id:
        return {"file_id": media.file_id, **named}
    return {"file_data": address(media), **named}


def encode_text(text: Text, losses: Losses) -> Wire:
    """Words as a part of a content list."""
    losses.drop_extra(text.extra, "chat", "messages")
    return {"type": "text", "text": text.text, **own(text.extra)}


def stands_in_content(thinking: Thinking) -> bool:
    """Whether a thought came as a part of a content list."""
    return thinking.extra.get(FORM) == _FORM_CONTENT


def encode_thinking(thinking: Thinking) -> Wire:
    """A thought as Mistral writes it."""
    more = own(thinking.extra)
    more.pop("member", None)
    signed = {"signature": thinking.signature} if thinking.signature else {}
    return {"type": "thinking", "thinking": [{"type": "text", "text": thinking.text}], **signed, **more}
