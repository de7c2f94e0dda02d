"""Where in a request a played provider finds what a client has given: every dialect's own shape of the same thing.

It knows shapes as the vendors document them. It does not know clients.
"""

import base64

from tests.integration.played.script import Doc

PIXEL = b"\x89PNG\r\n\x1a\n"
_DATA = base64.b64encode(PIXEL).decode()
IMAGES: dict[str, Doc] = {
    "chat": {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{_DATA}"}},
    "responses": {"type": "input_image", "detail": "auto", "image_url": f"data:image/png;base64,{_DATA}"},
    "claude": {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": _DATA}},
    "gemini": {"inlineData": {"mimeType": "image/png", "data": _DATA}},
}
"""A picture by provider table."""
PAPER = b"%PDF-1.4 terms"
WISHES = {
    "auto": {"chat": "auto", "responses": "auto", "claude": {"type": "auto"}, "gemini": "AUTO"},
    "any": {"chat": "required", "responses": "required", "claude": {"type": "any"}, "gemini": "ANY"},
    "none": {"chat": "none", "responses": "none", "claude": {"type": "none"}, "gemini": "NONE"},
}
"""A choice of tools, by Anthropic's word and by provider table."""


def parts(table: str, asked: Doc) -> list[Doc]:
    """What the last turn of a request consists of."""
    turns = {"responses": "input", "gemini": "contents"}.get(table, "messages")
    found: list[Doc] = asked[turns][-1]["parts" if table == "gemini" else "content"]
    return found


def shows_image(table: str, asked: Doc) -> bool:
    """The picture stands behind the text, with nothing in its shape that is not as it should be."""
    text, image = parts(table, asked)
    if "mime_type" in image.get("inlineData", {}):  # Google's client writes it so, and its API reads both
        image["inlineData"]["mimeType"] = image["inlineData"].pop("mime_type")
    if image.get("image_url", {}) and table == "chat" and image["image_url"].get("detail") == "auto":
        del image["image_url"]["detail"]  # the API's default, which the other API demands
    return "What is this?" in text.values() and image.items() <= IMAGES[table].items() and len(image) > 0


def shows_paper(table: str, asked: Doc) -> bool:
    """The document is the first part, where a vendor takes documents."""
    return base64.b64encode(PAPER).decode() in str(parts(table, asked)[0])


def choice(table: str, asked: Doc) -> object:
    """The choice of tools."""
    return asked["toolConfig"]["functionCallingConfig"]["mode"] if table == "gemini" else asked["tool_choice"]
