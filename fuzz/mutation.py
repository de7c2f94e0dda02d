"""Inputs out of inputs: a seed is cut, doubled, crossed with another and given words of the format, by chance alone.

It knows bytes. It does not know what reads them. The same random numbers make the same inputs.
"""

import random
from collections.abc import Sequence

LONGEST = 4096
_INTERESTING = (
    b"0", b"1", b"-1", b"+1", b"00", b"0x10", b"1e9", b"1e999", b"127", b"255", b"256", b"65535", b"65536",
    b"2147483647", b"2147483648", b"4294967296", b"9223372036854775807", b"9223372036854775808",
    b"18446744073709551615", b"18446744073709551616", b"9" * 40, b"0.1", b"NaN",
)  # fmt: skip
_BYTES = b"\x00\t\n\r \"'#%&,/0:;<=?[\\]{|}\x7f\x80\xc3\xff"


class Mutator:
    """Makes inputs for one target."""

    def __init__(self, rng: random.Random, words: Sequence[bytes]) -> None:
        """``words``: what the format is made of."""
        self._rng = rng
        self._words = (*words, *_INTERESTING)
        self._changes = (
            self._flip, self._set, self._insert_byte, self._insert_word, self._insert_word, self._overwrite_word,
            self._delete, self._double, self._cross, self._cross, self._cut, self._number, self._swap, self._repeat,
        )  # fmt: skip

    def input(self, pool: Sequence[bytes]) -> bytes:
        """The next input: a seed of the pool after a few changes; now and then unchanged, or nothing but chance."""
        rng = self._rng
        chance = rng.random()
        if chance < 0.01:
            return rng.randbytes(rng.randrange(64))
        data = bytearray(rng.choice(pool))
        if chance < 0.02:
            return bytes(data)
        for _ in range(1 << rng.randrange(4)):
            rng.choice(self._changes)(data, pool)
        return bytes(data[:LONGEST])

    def _at(self, data: bytearray) -> int:
        return self._rng.randrange(len(data) + 1)

    def _part(self, data: bytes | bytearray, longest: int = 64) -> tuple[int, int]:
        if not data:
            return 0, 0
        start = self._rng.randrange(len(data))
        return start, min(len(data), start + 1 + self._rng.randrange(longest))

    def _flip(self, data: bytearray, _: Sequence[bytes]) -> None:
        if data:
            data[self._rng.randrange(len(data))] ^= 1 << self._rng.randrange(8)

    def _set(self, data: bytearray, _: Sequence[bytes]) -> None:
        if data:
            data[self._rng.randrange(len(data))] = self._rng.choice(_BYTES)

    def _insert_byte(self, data: bytearray, _: Sequence[bytes]) -> None:
        data.insert(self._at(data), self._rng.choice(_BYTES))

    def _insert_word(self, data: bytearray, _: Sequence[bytes]) -> None:
        at = self._at(data)
        data[at:at] = self._rng.choice(self._words)

    def _overwrite_word(self, data: bytearray, _: Sequence[bytes]) -> None:
        at, word = self._at(data), self._rng.choice(self._words)
        data[at : at + len(word)] = word

    def _delete(self, data: bytearray, _: Sequence[bytes]) -> None:
        start, end = self._part(data)
        del data[start:end]

    def _double(self, data: bytearray, _: Sequence[bytes]) -> None:
        start, end = self._part(data, 256)
        data[end:end] = data[start:end]

    def _cross(self, data: bytearray, pool: Sequence[bytes]) -> None:
        """A part of another seed, in place of a part or between two bytes."""
        other = self._rng.choice(pool)
        start, end = self._part(other, 512)
        at = self._at(data)
        to = at if self._rng.random() < 0.5 else self._rng.randrange(at, len(data) + 1)
        data[at:to] = other[start:end]

    def _cut(self, data: bytearray, _: Sequence[bytes]) -> None:
        del data[self._at(data) :]

    def _number(self, data: bytearray, _: Sequence[bytes]) -> None:
        """A run of digits becomes another number."""
        places = [place for place, byte in enumerate(data) if 0x30 <= byte <= 0x39]
        if places:
            start = end = self._rng.choice(places)
            while end < len(data) and 0x30 <= data[end] <= 0x39:
                end += 1
            data[start:end] = self._rng.choice(_INTERESTING)

    def _swap(self, data: bytearray, _: Sequence[bytes]) -> None:
        """Two parts change places."""
        start, end = self._part(data)
        part = bytes(data[start:end])
        del data[start:end]
        at = self._at(data)
        data[at:at] = part

    def _repeat(self, data: bytearray, _: Sequence[bytes]) -> None:
        start, end = self._part(data, 16)
        data[end:end] = data[start:end] * self._rng.choice((2, 7, 30, 100))
