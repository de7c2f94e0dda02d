"""What an answer of Google's, whole or one event of a stream, says of itself: model, counts, end, first words.

It knows where they stand. It does not know events (``relay``). An odd shape never fails a call.
"""

import msgspec

from outlast.dialects.answer import TEXT_LIMIT, Answer
from outlast.dialects.gemini.wire import (
    Candidate,
    ModalityCount,
    PromptFeedback,
    Response,
    UsageMetadata,
    lenient,
    parts_of,
    read_response,
    said,
)
from outlast.exchange import Usage

_MOST = 2**53
"""Past it a count is no count, and would not fit where records are kept."""


class WireError(msgspec.Struct):
    """The ``error`` member, where an answer was expected."""

    message: str | None = None
    code: int | None = None
    status: str | None = None


def read_answer(body: bytes) -> Answer:
    """Read a whole answer. Raises ``UpstreamBroken`` when it is no JSON object."""
    response = read_response(body)
    return Answer(response.model_version or "", usage_of(response.usage_metadata), end_of(response), words_of(response))


def end_of(response: Response) -> str:
    """Google's own word for the end of the first answer, or for why there is none."""
    candidate = first(response)
    if candidate is not None and candidate.finish_reason:
        return candidate.finish_reason
    return blocked(response)


def blocked(response: Response) -> str:
    """Why the prompt was not answered at all; empty when it was."""
    feedback = lenient(said(response.prompt_feedback), PromptFeedback)
    return (feedback.block_reason or "") if feedback is not None else ""


def words_of(response: Response) -> str:
    """The first words of the first answer, thoughts left out; of an error, its message."""
    candidate = first(response)
    if candidate is None:
        error = error_of(response)
        return (error.message or "")[:TEXT_LIMIT] if error is not None else ""
    parts = (part for part, _ in parts_of(candidate))
    return "".join(part.text for part in parts if part.text and not part.thought)[:TEXT_LIMIT]


def error_of(response: Response) -> WireError | None:
    """An error in place of an answer."""
    return lenient(said(response.error), WireError)


def first(response: Response) -> Candidate | None:
    """The candidate with index 0."""
    return next((each for each in response.candidates or () if not each.index), None)


def usage_of(wire: UsageMetadata | None) -> Usage | None:
    """Google's counts; what tools added to the prompt counts as prompt, thoughts as output."""
    if wire is None or (wire.prompt_token_count is None and wire.candidates_token_count is None):
        return None
    thoughts = _count(wire.thoughts_token_count)
    return Usage(
        input_tokens=_count(wire.prompt_token_count) + _count(wire.tool_use_prompt_token_count),
        cached_tokens=_count(wire.cached_content_token_count),
        output_tokens=_count(wire.candidates_token_count) + thoughts,
        reasoning_tokens=thoughts,
        audio_input_tokens=_spoken(wire.prompt_tokens_details),
        audio_output_tokens=_spoken(wire.candidates_tokens_details),
    )


def _spoken(details: list[ModalityCount] | None) -> int:
    return sum(_count(each.token_count) for each in details or () if each.modality == "AUDIO")


def _count(count: int | None) -> int:
    return count if count is not None and 0 <= count <= _MOST else 0
