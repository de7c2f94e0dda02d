"""What can go wrong with a simulated model, as a profile orders it.

It knows refusals before an answer and what becomes of an answer's pieces. It does not know when a fault strikes.
"""

from collections.abc import Sequence

from outlast.errors import UpstreamBroken, UpstreamError, UpstreamTimeout
from outlast.providers.script.profile import Profile
from outlast.providers.script.refusal import Refusal

_GARBAGE = b"<html><body>simulated garbage \xff\xfe</body></html>"


def soft_gone(model: str) -> str:
    """What some proxies put in a 200 in place of an answer."""
    return f"The model `{model}` is no longer available. Please switch to a newer model."


def refusal(profile: Profile) -> Refusal | None:
    """The error answer that the profile orders."""
    if profile.fault == "rate_limited":
        message = "Rate limit reached for this simulated model. Please try again later."
        wait = 1.0 if profile.retry_after is None else profile.retry_after
        return Refusal(429, message, type="requests", code="rate_limit_exceeded", retry_after=wait)
    if profile.fault == "overloaded":
        message = "The simulated engine is currently overloaded, please try again later."
        return Refusal(503, message, type="server_error", retry_after=profile.retry_after)
    if profile.fault == "status":
        kind = "server_error" if profile.status >= 500 else "invalid_request_error"
        message = "The simulated server had an error while processing your request."
        return Refusal(profile.status, message, type=kind, retry_after=profile.retry_after)
    return None


def spoil(pieces: Sequence[bytes], profile: Profile, *, target: str) -> tuple[Sequence[bytes], UpstreamError | None]:
    """The pieces as the fault leaves them, and what comes in place of their end."""
    if profile.fault == "garbage":
        return (_GARBAGE,), None
    if profile.fault in ("truncated", "stall"):
        # The head of a stream and so many tokens; of a plain answer, so many bytes.
        kept = pieces[: profile.after_tokens + 1] if len(pieces) > 1 else [pieces[0][: max(1, profile.after_tokens)]]
        return kept, _end(profile, target)
    if profile.fault == "trickle":
        return [bytes([byte]) for piece in pieces for byte in piece], None
    return pieces, None


def _end(profile: Profile, target: str) -> UpstreamError:
    if profile.fault == "stall":
        return UpstreamTimeout("the simulated model fell silent within its answer", target=target)
    return UpstreamBroken("the simulated model closed the connection before the end of its answer", target=target)
