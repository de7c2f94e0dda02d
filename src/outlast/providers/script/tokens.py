"""How simulated models count: one rule for every text, and the prefixes that a cache remembers.

The rule: a token is up to six letters or digits with the space before them, a run of other marks, or a run of
white space. It is no provider's tokenizer; it is the same on every machine. It does not know prices.
"""

import hashlib
import re
from collections import OrderedDict

from outlast.providers.script.request import ChatRequest

PER_MESSAGE = 3
"""Added for each message, and once for the answer's beginning."""
PER_IMAGE = {"low": 85, "auto": 765, "high": 765}
CACHED_FROM = 1024
CACHED_STEP = 128
_REMEMBERED = 4096

_TOKEN = re.compile(r"\s?\w{1,6}|\s?[^\w\s]+|\s+")


def split(text: str) -> list[str]:
    """The text as tokens; joined they are the text."""
    return _TOKEN.findall(text)


def count(text: str) -> int:
    """How many tokens a text has."""
    return sum(1 for _ in _TOKEN.finditer(text))


def prompt_tokens(request: ChatRequest, prompt: str) -> int:
    """Tokens of the whole prompt: ``prompt``, the messages' overhead and the images."""
    images = sum(PER_IMAGE.get(image.detail, PER_IMAGE["auto"]) for m in request.messages for image in m.images)
    return count(prompt) + images + PER_MESSAGE * (len(request.messages) + 1)


class PrefixCache:
    """Which prompt beginnings were seen before: from 1,024 tokens, in steps of 128, as OpenAI counts them."""

    def __init__(self) -> None:
        self._seen: OrderedDict[bytes, None] = OrderedDict()

    def cached(self, prompt: str) -> int:
        """How many tokens of this prompt's beginning were sent before; the prompt is then remembered."""
        found = 0
        for tokens, digest in _prefixes(prompt):
            if digest in self._seen:
                found = tokens
                self._seen.move_to_end(digest)
            else:
                self._seen[digest] = None
        while len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return found


def _prefixes(prompt: str) -> list[tuple[int, bytes]]:
    digest = hashlib.blake2b(digest_size=16)
    prefixes = []
    start = 0
    for number, match in enumerate(_TOKEN.finditer(prompt), start=1):
        if number >= CACHED_FROM and number % CACHED_STEP == 0:
            digest.update(prompt[start : match.end()].encode("utf-8", "surrogatepass"))
            start = match.end()
            prefixes.append((number, digest.digest()))
    return prefixes
