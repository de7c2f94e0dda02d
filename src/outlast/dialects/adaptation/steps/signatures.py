"""Whose thinking a block is: the model's name that a signature carries in plain bytes.

It knows where the name stands, as recorded signatures have it: field 6 of a protobuf message. It does not know the
rest, which is encrypted. A signature that says no name says nothing.
"""

import base64
import binascii
import re

_NAME = re.compile(rb"\x32([\x08-\x60])(claude-[a-z0-9.@-]+)", re.DOTALL)
_LONGEST = 1 << 13
"""Characters of a signature that are looked at; the name stands near the beginning."""


def signer(signature: str) -> str:
    """The model that a thinking block's signature names; empty where it names none."""
    head = signature[:_LONGEST]
    try:
        raw = base64.b64decode(head[: len(head) // 4 * 4], validate=False)
    except (binascii.Error, ValueError):
        return ""
    for found in _NAME.finditer(raw):
        length = found[1][0]
        if len(found[2]) >= length:
            return found[2][:length].decode()
    return ""
