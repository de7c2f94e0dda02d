"""A conversation as tokens: by the chat template that comes with the weights, within what the model reads.

It knows templates and lengths. It does not know models.
"""

from typing import Any

from outlast.errors import ContextFull
from outlast.providers.local.refused import invalid


def laid_out(reader: Any, messages: list[dict[str, Any]]) -> Any:
    """Tensors for ``generate``; ``reader`` is a tokeniser or a processor.

    What callers write is text, even where it looks like a token of the template: nobody speaks in another role's name.
    Raises ``Refused`` where the template refuses the messages.
    """
    try:
        return reader.apply_chat_template(
            messages,
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
            return_tensors="pt",
            sanitize_control_tokens=True,
        )
    except Exception as error:  # templates come with the weights, and raise what they like
        raise invalid(f"Invalid 'messages': this model's chat template refuses them: {error}", "messages") from error


def room_for(config: Any, read: int) -> int:
    """Tokens that an answer may have. Raises ``ContextFull`` where none is left."""
    limit = getattr(config.get_text_config(), "max_position_embeddings", None)
    if limit is None:
        return 1 << 40
    if read >= limit:
        raise ContextFull(f"the conversation has {read} tokens; this model reads at most {limit}: send less of it")
    return int(limit) - read


def ends_of(model: Any) -> frozenset[int]:
    """Tokens that end an answer, as ``generate`` sees them."""
    ends = model.generation_config.eos_token_id
    return frozenset(() if ends is None else [ends] if isinstance(ends, int) else ends)
