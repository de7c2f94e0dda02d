"""Lines in OpenAI's own form: requests, fine-tuning examples, pairs of request and answer, and provider batches.

It knows these forms. It does not know how records come out of a file (``documents``).
"""

from collections.abc import Iterator

from outlast.replay.sources.answers import answer_of, of_message
from outlast.replay.sources.brought import Answered, Brought, LeftOut, Read
from outlast.replay.sources.chat import chat_of
from outlast.replay.sources.shape import Object, as_text, decoded_text, members, objects, one_of, words

CONVERSATION = ("conversation_id", "session_id", "thread_id", "conversation", "session", "user_id", "user")
APPLICATION = ("application", "app", "project", "application_id")
EXPECTED = ("expected", "ideal", "reference", "target", "expected_output")


def holds_traffic(record: Object) -> bool:
    """Whether it is a recorded exchange: ``source, method, uri, request, status, response_kind, response``."""
    return "uri" in record and "request" in record and "status" in record


def read_traffic(record: Object) -> Iterator[Read]:
    """One recorded exchange."""
    request, status = decoded_text(record.get("request")), record.get("status")
    if not isinstance(request, dict):
        yield LeftOut("no chat: its request is no JSON object")
    elif not isinstance(status, int) or not 200 <= status < 300:
        yield LeftOut(f"it was answered with the status {words(status)}")
    else:
        chat = chat_of(request, words(record.get("uri")))
        yield Brought(request=chat.request, lost=chat.lost, answer=answer_of(record.get("response")), **_named(record))


def holds_pair(record: Object) -> bool:
    """Whether it is a request with its answer beside it."""
    request = decoded_text(record.get("request"))
    return isinstance(request, dict) and bool({"messages", "contents", "input"} & request.keys())


def read_pair(record: Object) -> Iterator[Read]:
    """One request with its answer."""
    request = members(decoded_text(record.get("request")))
    answer = answer_of(one_of(record, "response", "completion", "answer", "output"))
    chat = chat_of(request)
    yield Brought(request=chat.request, lost=chat.lost, answer=answer, **_named(record))


def holds_batch_request(record: Object) -> bool:
    """Whether it is a line of a batch's input, OpenAI's or Anthropic's."""
    return "custom_id" in record and ("body" in record or "params" in record)


def read_batch_request(record: Object) -> Iterator[Read]:
    """One request of a batch."""
    request = members(record.get("body") or record.get("params"))
    chat = chat_of(request, words(record.get("url")))
    yield Brought(request=chat.request, lost=chat.lost, batch_id=words(record.get("custom_id")))


def holds_batch_answer(record: Object) -> bool:
    """Whether it is a line of a batch's output."""
    return "custom_id" in record and ("response" in record or "result" in record or "error" in record)


def read_batch_answer(record: Object) -> Iterator[Read]:
    """One answer of a batch; its request stands in the batch's input."""
    response, result = members(record.get("response")), members(record.get("result"))
    answer = answer_of(response.get("body")) if response else answer_of(result.get("message"))
    if answer is None:
        yield LeftOut("a batch's answer that is an error")
    else:
        yield Answered(batch_id=words(record.get("custom_id")), answer=answer)


def holds_lines(record: Object) -> bool:
    """Whether it is a request by itself, or a fine-tuning example."""
    return isinstance(record.get("messages"), list) or "contents" in record or ("input" in record and "model" in record)


def read_lines(record: Object) -> Iterator[Read]:
    """A request, or a fine-tuning example: its last assistant's message is the answer, or the key."""
    named = _named(record)
    own = {*CONVERSATION, *APPLICATION, *EXPECTED, "id", "metadata", "weight"} - {"user"}
    given = {name: value for name, value in record.items() if name not in own}
    messages = list(objects(given.get("messages")))
    last = messages[-1] if messages else {}
    if last.get("role") != "assistant":
        chat = chat_of(given)
        yield Brought(request=chat.request, lost=chat.lost, answer=None, **named)
        return
    if "model" not in record and not named.get("expected"):
        named["expected"] = as_text(last.get("content")) if isinstance(last.get("content"), str) else ""
    chat = chat_of(given | {"messages": list(messages[:-1])})
    answer = of_message(last, model=words(record.get("model")))
    yield Brought(request=chat.request, lost=chat.lost, answer=answer, **named)


def _named(record: Object) -> dict[str, str]:
    """Who asked, and the right answer, where the line says it itself or in its metadata."""
    metadata = members(record.get("metadata"))
    return {
        "cluster": words(one_of(record, *CONVERSATION) or one_of(metadata, *CONVERSATION)),
        "application": words(one_of(record, *APPLICATION) or one_of(metadata, *APPLICATION)),
        "expected": as_text(one_of(record, *EXPECTED)),
    }
