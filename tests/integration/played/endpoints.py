"""OpenAI's endpoints beside conversations, played: each answers in its own shape, and says what it was sent."""

import json
from email.message import Message
from email.parser import BytesParser
from typing import Any

from tests.integration.played import chat, script
from tests.integration.played.script import Doc, given, sse, streamed

from outlast.testing.upstream import Received

SOUND = bytes(range(256)) * 40
PICTURE = "iVBORw0KGgo="


def answer(path: str, received: Received) -> bytes | None:
    """The answer of one endpoint; None: this path is none of them."""
    name = path.removeprefix("/v1/")
    match name:
        case "audio/transcriptions" | "audio/translations" | "images/edits":
            return _form(name, fields(received))
        case "embeddings" | "moderations" | "audio/speech" | "images/generations" | "completions":
            body = json.loads(received.body)
            if body["model"].startswith("error-"):
                return chat.error(int(body["model"].removeprefix("error-")))
            return _written(name, body)
        case _:
            return None


def fields(received: Received) -> dict[str, bytes]:
    """The parts of a form by name."""
    head = b"content-type: " + received.headers["content-type"].encode() + b"\r\n\r\n"
    parts: Any = BytesParser().parsebytes(head + received.body).get_payload()
    return {_name(part): part.get_payload(decode=True) for part in parts}


def _name(part: Message) -> str:
    return str(part.get_param("name", header="content-disposition"))


def _form(name: str, form: dict[str, bytes]) -> bytes:
    if name == "images/edits":
        return given({"created": 1, "data": [{"b64_json": PICTURE, "revised_prompt": form["prompt"].decode()}]})
    usage = {"type": "duration", "seconds": 3}
    return given({"text": f"{form['model'].decode()} heard {len(form['file'])} bytes", "usage": usage})


def _written(name: str, body: Doc) -> bytes:
    match name:
        case "embeddings":
            rows = [
                {"object": "embedding", "index": index, "embedding": [float(index), 0.25]}
                for index, _ in enumerate(body["input"] if isinstance(body["input"], list) else [body["input"]])
            ]
            usage = {"prompt_tokens": 4, "total_tokens": 4}
            return given({"object": "list", "data": rows, "model": body["model"], "usage": usage})
        case "moderations":
            return given({"id": "modr-played", "model": body["model"], "results": [_moderation()]})
        case "audio/speech":
            head = f"HTTP/1.1 200 Given\r\ncontent-type: audio/mpeg\r\ncontent-length: {len(SOUND)}\r\n\r\n"
            return head.encode() + SOUND
        case "images/generations":
            return given({"created": 1, "data": [{"b64_json": PICTURE}]})
        case _:
            return _completion(body)


def _completion(body: Doc) -> bytes:
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    around = {"id": "cmpl-played", "object": "text_completion", "created": 1, "model": body["model"]}
    whole = {"text": script.GREETING, "index": 0, "logprobs": None, "finish_reason": "stop"}
    if not body.get("stream"):
        return given(around | {"choices": [whole], "usage": usage})
    pieces = [whole | {"text": piece, "finish_reason": None} for piece in script.HELLO]
    return streamed(sse([*(around | {"choices": [each]} for each in (*pieces, whole | {"text": ""})), "[DONE]"]))


def _moderation() -> Doc:
    words = (
        "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm",
        "self-harm/instructions", "self-harm/intent", "sexual", "sexual/minors", "violence", "violence/graphic",
    )  # fmt: skip
    return {
        "flagged": False,
        "categories": dict.fromkeys(words, False),
        "category_scores": dict.fromkeys(words, 0.01),
        "category_applied_input_types": {word: ["text"] for word in words},
    }
