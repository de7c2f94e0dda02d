"""A whole message as a reply.

It knows the members of a message. Blocks are read by ``blocks_in``; what is odd in them is kept as it came.
"""

from outlast.dialects.anthropic.blocks_in import read_lenient
from outlast.dialects.anthropic.ends import beside, finish_of
from outlast.dialects.anthropic.facts import error_message, read_message
from outlast.dialects.anthropic.usage import TIERS, read_usage, usage_of
from outlast.dialects.conversation.reply import Candidate, Reply
from outlast.errors import UpstreamBroken


def decode_reply(body: bytes) -> Reply:
    """Read a plain answer.

    Raises:
        UpstreamBroken: it is no JSON object, or an error stands in place of the message.
    """
    message = read_message(body)
    if message.content is None and (failed := error_message(message.error)):
        raise UpstreamBroken(f"the upstream answered with an error: {failed}")
    usage = read_usage(message.usage)
    tier = (usage.service_tier if usage is not None else None) or ""
    parts = (read_lenient(raw) for raw in message.content or ())
    candidate = Candidate(
        parts=tuple(part for part in parts if part is not None),
        finish=finish_of(message.stop_reason, message.stop_sequence),
        extra=beside(
            stop_details=message.stop_details,
            container=message.container,
            context_management=message.context_management,
        ),
    )
    return Reply(
        id=message.id or "",
        model=message.model or "",
        candidates=(candidate,),
        usage=usage_of(usage),
        service_tier=TIERS.get(tier, tier),
    )
