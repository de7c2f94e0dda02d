"""What may be written into a key: its name, the words beside it, the patterns of its models.

It knows forms and says what is wrong with a text. It does not know who writes it (``cli``) nor what is kept.
"""

import re

from outlast.keys.secret import MARK

LONGEST_WORD = 100
LONGEST_PATTERN = 512
"""Characters; a call may name no longer model either."""
MOST = 64
"""Tags or patterns of one key."""
_PLAN = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}")


def checked_name(text: str) -> str:
    """A key's name, as it was given.

    Names are ASCII without spaces, so that no two look alike, and hold no colon, so that none can pass for the
    ``key:…`` by which a foreign key is recorded.

    Raises:
        ValueError: it cannot be one; the text says why.
    """
    if text.startswith(MARK):
        # The text is not repeated: it may be a secret, and messages end up in logs.
        raise ValueError(f"a name cannot begin with {MARK!r}: secrets do")
    if not _NAME.fullmatch(text):
        raise ValueError(
            f"{text[:LONGEST_WORD]!r} is no name of a key; use up to 64 letters, digits and . _ @ + -, "
            "beginning with a letter or digit"
        )
    return text


def checked_plan(text: str) -> str:
    """The name of a plan, as rollouts and settings write it too: no sign that separates there.

    Raises:
        ValueError: it cannot be one.
    """
    if not _PLAN.fullmatch(text):
        raise ValueError(
            f"{text[:LONGEST_WORD]!r} is no name of a plan; use up to 64 small letters, digits and . _ -, like free"
        )
    return text


def checked_word(text: str) -> str:
    """An owner, a team or a tag.

    Raises:
        ValueError: it is empty or long, or holds what a terminal would obey.
    """
    if not text.strip() or len(text) > LONGEST_WORD or not text.isprintable():
        raise ValueError(f"{text[:LONGEST_WORD]!r} cannot be used; write 1 to {LONGEST_WORD} printable characters")
    return text.strip()


def checked_pattern(text: str) -> str:
    """A pattern of requested names: ``openai/*``, ``support``, ``gpt-4o-????-*``.

    Raises:
        ValueError: no name could match it as it is written.
    """
    if not text or len(text) > LONGEST_PATTERN or not text.isprintable() or text != text.strip():
        raise ValueError(
            f"{text[:LONGEST_WORD]!r} is no pattern of model names; write one like openai/* or support, "
            "without spaces around it"
        )
    return text
