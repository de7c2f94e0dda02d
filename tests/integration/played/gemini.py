"""Google's Gemini API, played: bodies and streams written by hand in its shapes."""

from collections.abc import Iterator

from tests.integration.played import script
from tests.integration.played.script import Doc, Heard, given, sse, streamed

_ERRORS = {
    400: ("INVALID_ARGUMENT", "Unable to submit request because it must have a text parameter."),
    401: ("UNAUTHENTICATED", "Request had invalid authentication credentials."),
    403: ("PERMISSION_DENIED", "Your API key doesn't have the required permissions."),
    404: ("NOT_FOUND", "models/nothing-like-that is not found for API version v1beta"),
    410: ("NOT_FOUND", "This model models/error-410 is no longer available. Please update your code."),
    429: ("RESOURCE_EXHAUSTED", "You exceeded your current quota."),
    500: ("INTERNAL", "An internal error has occurred."),
    529: ("UNAVAILABLE", "The model is overloaded. Please try again later."),
}


def heard(body: Doc, *, stream: bool) -> Heard:
    parts = [part for turn in body["contents"] for part in turn["parts"]]
    calls = [part["functionCall"] for part in parts if "functionCall" in part]
    answers = [part["functionResponse"] for part in parts if "functionResponse" in part]
    cities = {call.get("id"): call["args"]["city"] for call in calls}
    ordered = [call["args"]["city"] for call in calls]  # without ids, answers belong to calls by their order
    results = [
        (cities[each["id"]] if "id" in each else ordered[index], _text(each["response"]))
        for index, each in enumerate(answers)
    ]
    return Heard(results, any(part.get("thoughtSignature") == script.SIGNATURE for part in parts), stream)


def _text(response: Doc) -> str:
    [value] = response.values()
    return str(value)


def answer(name: str, body: Doc, *, stream: bool) -> tuple[bytes, bool]:
    """The bytes of an answer, and whether the connection stays."""
    if name.startswith("error-"):
        return _error(int(name.removeprefix("error-"))), True
    parts, end = _parts(name, heard(body, stream=stream))
    if not stream:
        return given(_answer(name, parts, end)), True
    chunks = list(_chunks(name, parts, end))
    if name == "broken":
        return streamed(sse(chunks[:1]), whole=False), False
    if name == "overloaded":
        chunks = [chunks[0], {"error": _error_object(529)}]
    return streamed(sse(chunks)), True


def _error_object(status: int) -> Doc:
    word, message = _ERRORS[status]
    error: Doc = {"code": 503 if status == 529 else status, "message": message, "status": word}
    if status == 429:
        error["details"] = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "7s"}]
    return error


def _error(status: int) -> bytes:
    error = _error_object(status)
    return given({"error": error}, status=error["code"])


def _parts(name: str, said: Heard) -> tuple[list[Doc], str]:
    calls: list[Doc] = [
        {"functionCall": {"id": key, "name": script.TOOL, "args": {"city": city}}}
        for key, city in script.CITIES.items()
    ]
    words = said.words(name)
    if said.calls(name) and name == "thinking":
        # Only the first of parallel calls is signed.
        thought = {"text": script.THOUGHT, "thought": True}
        return [thought, calls[0] | {"thoughtSignature": script.SIGNATURE}, *calls[1:]], "STOP"
    if said.calls(name):
        return [{"text": words}, *calls], "STOP"
    end = {"refusal": "SAFETY", "cut": "MAX_TOKENS"}.get(name, "STOP")
    return ([] if name == "refusal" else [{"text": words}]), end


def _answer(name: str, parts: list[Doc], end: str | None) -> Doc:
    candidate: Doc = {"content": {"parts": parts, "role": "model"} if parts else {}, "index": 0}
    if end:
        candidate["finishReason"] = end
    usage = {
        "promptTokenCount": script.INPUT,
        "cachedContentTokenCount": script.CACHED,
        "candidatesTokenCount": script.OUTPUT - script.REASONED,
        "thoughtsTokenCount": script.REASONED,
        "totalTokenCount": script.INPUT + script.OUTPUT,
    }
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": name, "responseId": "played"}


def _chunks(name: str, parts: list[Doc], end: str) -> Iterator[Doc]:
    for part in parts:
        text = part.get("text", "")
        pieces = script.HELLO if text == script.GREETING else ([text[:4], text[4:]] if text else [])
        yield from (_answer(name, [part | {"text": piece}], None) for piece in pieces)
        if not pieces:
            yield _answer(name, [part], None)
    yield _answer(name, [{"text": ""}] if parts else [], end)


def counted(body: Doc) -> bytes:
    """``:countTokens``."""
    turns = body.get("contents") or body["generateContentRequest"]["contents"]
    tokens = 10 * len(turns)
    return given({"totalTokens": tokens, "promptTokensDetails": [{"modality": "TEXT", "tokenCount": tokens}]})


def embedded(body: Doc) -> bytes:
    """``:batchEmbedContents`` and ``:embedContent``."""
    if "requests" in body:
        return given({"embeddings": [{"values": [float(index), 0.5]} for index, _ in enumerate(body["requests"])]})
    return given({"embedding": {"values": [0.0, 0.5]}})
