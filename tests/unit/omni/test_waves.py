"""Whatever callers send becomes samples or a clear refusal; what is made can be read again."""

import io
import struct
import sys
import wave
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Self

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlast.errors import CallerError, MalformedRequest, RequestTooLarge, Untranslatable
from outlast.omni.encode import Encoder, Streamed, pcm16, wav, wav_head
from outlast.omni.engine import Samples
from outlast.omni.g711 import Law, compressed, expanded
from outlast.omni.waves import LONGEST_S, MOST_BYTES, Raw, decode

TONE: Samples = (0.5 * np.sin(2 * np.pi * 440 * np.arange(1_600) / 16_000)).astype(np.float32)


def chunk(name: bytes, data: bytes, size: int | None = None) -> bytes:
    return name + struct.pack("<I", len(data) if size is None else size) + data + b"\0" * (len(data) & 1)


def described(code: int, bits: int, channels: int = 1, hertz: int = 16_000) -> bytes:
    block = channels * bits // 8
    return chunk(b"fmt ", struct.pack("<HHIIHH", code, channels, hertz, hertz * block, block, bits))


def riff(*chunks: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 4 + sum(map(len, chunks))) + b"WAVE" + b"".join(chunks)


def as_24_bits(samples: Samples) -> bytes:
    return b"".join(int(value).to_bytes(3, "little", signed=True) for value in np.rint(samples * 8_388_607))


WAYS = {
    "pcm 8": (1, 8, (TONE * 127 + 128).round().astype(np.uint8).tobytes(), 0.01),
    "pcm 16": (1, 16, pcm16(TONE), 1e-4),
    "pcm 24": (1, 24, as_24_bits(TONE), 1e-5),
    "pcm 32": (1, 32, (TONE * 2.0**31).astype("<i4").tobytes(), 1e-5),
    "float 32": (3, 32, TONE.astype("<f4").tobytes(), 1e-6),
    "float 64": (3, 64, TONE.astype("<f8").tobytes(), 1e-6),
    "mu-law": (7, 8, compressed(TONE, "mu"), 0.02),
    "A-law": (6, 8, compressed(TONE, "A"), 0.02),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_wav_is_read_however_its_samples_are_written(way: str) -> None:
    code, bits, data, within = WAYS[way]
    found = decode(riff(described(code, bits), chunk(b"data", data)))
    assert found.hertz == 16_000
    assert found.samples == pytest.approx(TONE, abs=within)
    assert found.samples.dtype == np.float32


def test_what_the_standard_library_writes_is_read() -> None:
    to = io.BytesIO()
    with wave.open(to, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(44_100)
        file.writeframes(np.frombuffer(pcm16(TONE), "<i2").repeat(2).tobytes())
    found = decode(to.getvalue())
    assert (found.hertz, len(found.samples)) == (44_100, len(TONE))
    assert found.samples == pytest.approx(TONE, abs=1e-4)


def test_what_is_made_is_read_by_the_standard_library() -> None:
    with wave.open(io.BytesIO(wav(TONE, 24_000))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 24_000)
        assert file.readframes(9_999) == pcm16(TONE)


def test_channels_are_averaged() -> None:
    both = np.stack((TONE, -TONE, TONE / 2), axis=1).astype("<f4").tobytes()
    assert decode(riff(described(3, 32, 3), chunk(b"data", both))).samples == pytest.approx(TONE / 6, abs=1e-6)


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0x7FFFFFFF])
def test_a_length_that_nobody_knew_reaches_to_the_end(size: int) -> None:
    found = decode(riff(described(1, 16), chunk(b"data", pcm16(TONE), size)))
    assert len(found.samples) == len(TONE)


def test_a_stream_of_our_own_is_read() -> None:
    assert len(decode(wav_head(24_000) + pcm16(TONE)).samples) == len(TONE)


def test_chunks_that_mean_nothing_here_are_passed_over_and_what_follows_is_no_sound() -> None:
    odd = chunk(b"LIST", b"odd")
    found = decode(riff(odd, described(1, 16), odd, chunk(b"data", pcm16(TONE)), chunk(b"id3 ", b"\xff" * 99)))
    assert len(found.samples) == len(TONE)


def test_the_extensible_form_is_read_by_its_sub_format() -> None:
    form = struct.pack("<HHIIHHHHI", 0xFFFE, 1, 16_000, 64_000, 4, 32, 22, 32, 4) + struct.pack("<H", 3) + b"\0" * 14
    found = decode(riff(chunk(b"fmt ", form), chunk(b"data", TONE.tobytes())))
    assert found.samples == pytest.approx(TONE, abs=1e-6)


def test_a_wav_that_was_cut_is_read_as_far_as_it_goes() -> None:
    whole = wav(TONE, 16_000)
    assert len(decode(whole[: 44 + 201]).samples) == 100
    for cut in range(44):
        with pytest.raises(MalformedRequest):
            decode(whole[:cut])


@pytest.mark.parametrize(
    ("code", "bits", "channels", "hertz"),
    [(1, 16, 0, 16_000), (1, 16, 65, 16_000), (1, 16, 1, 3_999), (1, 16, 1, 192_001), (1, 64, 1, 16_000),
     (2, 4, 1, 16_000), (3, 16, 1, 16_000), (1, 0, 1, 16_000)],
)  # fmt: skip
def test_a_wav_nobody_could_mean_is_refused_with_its_value(code: int, bits: int, channels: int, hertz: int) -> None:
    with pytest.raises(MalformedRequest, match=r"\d"):
        decode(riff(described(code, bits, channels, hertz), chunk(b"data", pcm16(TONE))))


@pytest.mark.parametrize(("raw", "hertz", "width"), [("pcm16", 24_000, 2), ("pcmu", 8_000, 1), ("pcma", 8_000, 1)])
def test_raw_sound_is_what_it_is_said_to_be(raw: Raw, hertz: int, width: int) -> None:
    found = decode(b"\x01" * 480, raw=raw)
    assert (found.hertz, len(found.samples)) == (hertz, 480 // width)


def test_over_ten_minutes_or_the_stated_bytes_is_refused() -> None:
    with pytest.raises(RequestTooLarge):
        decode(bytes(8_000 * LONGEST_S + 1), raw="pcmu")
    assert decode(bytes(8_000 * LONGEST_S), raw="pcmu").hertz == 8_000
    with pytest.raises(RequestTooLarge):
        decode(bytes(MOST_BYTES + 1))
    with pytest.raises(RequestTooLarge):
        decode(riff(described(7, 8, 1, 8_000), chunk(b"data", bytes(8_000 * LONGEST_S + 9))))


@pytest.mark.parametrize("width", [32, 64])
def test_floats_that_are_no_numbers_become_samples(width: int) -> None:
    wild = np.array([np.nan, np.inf, -np.inf, 1e300 if width == 64 else 1e38, -7.0, 0.25]).astype(f"<f{width // 8}")
    found = decode(riff(described(3, width), chunk(b"data", wild.tobytes()))).samples
    assert found.tolist() == [0.0, 1.0, -1.0, 1.0, -1.0, 0.25]


def read_or_refused(content: bytes, raw: Raw | None = None) -> bool:
    try:
        found = decode(content, raw=raw)
    except CallerError as error:
        return bool(str(error))
    return bool(np.isfinite(found.samples).all() and (np.abs(found.samples) <= 1).all() and found.hertz >= 4_000)


@given(
    st.sampled_from([b"", b"RIFF\0\0\0\0WAVE", riff(described(1, 16)), riff(described(3, 64, 3)), b"fLaC", b"OggS",
                     b"ID3", b"\xff\xfb", b"FORM"]),
    st.binary(max_size=300),
    st.sampled_from([None, "pcm16", "pcmu", "pcma"]),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_any_bytes_give_samples_or_a_clear_refusal(head: bytes, rest: bytes, raw: Raw | None) -> None:
    assert read_or_refused(head + rest, raw)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 255)), max_size=8), st.integers(0, 100))
@settings(max_examples=100, deadline=None)
def test_a_wav_with_any_bytes_changed_gives_samples_or_a_clear_refusal(
    changes: list[tuple[int, int]], cut: int
) -> None:
    content = bytearray(riff(described(1, 16), chunk(b"data", pcm16(TONE[:40]))))
    for at, value in changes:
        content[at] = value
    assert read_or_refused(bytes(content[: len(content) - cut]))


@pytest.mark.parametrize("law", ["mu", "A"])
def test_every_code_of_a_telephone_comes_back(law: Law) -> None:
    codes = bytes(range(256))
    again = compressed(expanded(codes, law), law)
    assert [a for a, b in zip(codes, again, strict=True) if a != b] == ([127] if law == "mu" else [])


def test_known_codes_of_the_recommendation() -> None:
    assert compressed(np.array([0.0, 1.0, -1.0], np.float32), "mu") == b"\xff\x80\x00"
    assert compressed(np.array([0.0, 1.0, -1.0], np.float32), "A") == b"\xd5\xaa\x2a"
    assert (expanded(b"\x00\x80\xff", "mu") * 32_768).tolist() == [-32_124.0, 32_124.0, 0.0]
    assert (expanded(b"\x2a\xaa\xd5", "A") * 32_768).tolist() == [-32_256.0, 32_256.0, 8.0]


@pytest.mark.parametrize("sound", ["wav", "pcm16", "pcmu", "pcma"])
def test_an_answer_that_is_made_piece_by_piece_is_read_again(sound: Streamed) -> None:
    encoder = Encoder(sound)
    content = b"".join(encoder.push(TONE[start : start + 100]) for start in range(0, 1_600, 100)) + encoder.finish()
    found = decode(content, raw=None if sound == "wav" else sound)
    assert len(found.samples) == 0.1 * found.hertz
    expected = 0.5 * np.sin(2 * np.pi * 440 * np.arange(len(found.samples)) / found.hertz)
    assert found.samples[80:-80] == pytest.approx(expected[80:-80], abs=0.02)


@pytest.mark.skipif(find_spec("soundfile") is not None, reason="the extra audio is installed")
def test_without_its_library_a_kind_is_named_with_what_to_do() -> None:
    with pytest.raises(Untranslatable, match=r"FLAC.*outlast.audio"):
        decode(b"fLaC" + bytes(99))
    with pytest.raises(Untranslatable, match=r"mp3.*outlast.audio"):
        Encoder("mp3")


@pytest.mark.skipif(find_spec("soundfile") is None, reason="the extra audio is not installed")
@pytest.mark.parametrize("sound", ["flac", "mp3", "opus"])
def test_with_the_library_its_kinds_come_and_go(sound: str) -> None:
    encoder = Encoder(sound)  # type: ignore[arg-type]  # the three kinds above
    assert encoder.push(TONE) == b""
    found = decode(encoder.finish())
    assert found.hertz in {24_000, 48_000}
    assert np.abs(found.samples).max() == pytest.approx(0.5, abs=0.1)


class Unpacked:
    """A small file that says that it is long and wide."""

    samplerate, channels = 192_000, 64

    def __init__(self, file: object) -> None:
        self.read_blocks = 0
        del file

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ended: object) -> None:
        pass

    def read(self, frames: int, *, dtype: str, always_2d: bool) -> npt.NDArray[np.float32]:
        assert (dtype, always_2d) == ("float32", True)
        self.read_blocks += 1
        assert self.read_blocks < 20
        return np.zeros((frames, self.channels), np.float32)


def test_what_a_small_file_unpacks_to_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    library = SimpleNamespace(SoundFile=Unpacked, SoundFileError=OSError)
    monkeypatch.setitem(sys.modules, "soundfile", library)
    with pytest.raises(RequestTooLarge, match="samples"):
        decode(b"fLaC" + bytes(40))
