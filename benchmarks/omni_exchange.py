"""One spoken exchange with the packaged network, recorded from end to end: ``make talk``.

``PYTHONPATH=. python benchmarks/omni_exchange.py --out FOLDER`` has flite read a question (a tool of training: nothing
of it is installed with Outlast), or takes a WAV with ``--question``, says it to the engine in real time, and writes
``question.wav``, ``answer.wav``, both as they followed each other (``exchange.wav``), and a picture of that
(``exchange.png``): time from left to right, 0 to 8 kHz from bottom to top, a line where the question ends and one where
the answer is first heard.
"""

import argparse
import random
import struct
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
from bench.spoken import AUDIBLE, Asked, last_audible
from bench.talking import Ear, Turn, converse, weights_of
from training.speech.reading import Readers, examine
from training.speech.spoil import NONE, spoiled
from training.speech.voices import Voice

from outlast.omni.encode import wav
from outlast.omni.engine import EARS_HZ, MOUTH_HZ, Samples
from outlast.omni.mini import Mini
from outlast.omni.waves import decode
from outlast.omni.weights import Weights

POLICY = "both:0.95:800"
HOP, WINDOW, RANGE_DB = 80, 512, 60.0
SCALE = np.array([(0, 0, 4), (66, 10, 104), (147, 38, 103), (221, 81, 58), (252, 165, 10), (252, 255, 164)], np.float32)
"""Colours from silent to the loudest."""
LINE = (90, 220, 255)


def question(text: str, voice: str, given: Path | None) -> Samples:
    """At the ears' rate, with a second of silence behind it."""
    if given is not None:
        return np.concatenate((decode(given.read_bytes()).for_ears(), np.zeros(EARS_HZ, np.float32)))
    chance = random.Random(1)  # noqa: S311 - how much silence stands before it
    said = examine(Readers(), text, Voice("flite", voice), chance)
    return spoiled(said, NONE, np.random.default_rng(1))


def answered(ear: Ear) -> Samples:
    """All that was said, without what a late piece leaves between."""
    return np.concatenate([np.zeros(0, np.float32), *(samples for _, samples in ear.pieces)])


def whole(asked: Samples, answer: Samples, answer_at: int) -> Samples:
    """The exchange as it was heard: ``answer_at`` is the answer's first sample."""
    sound = np.zeros(max(len(asked), answer_at + len(answer)), np.float32)
    sound[: len(asked)] += asked
    sound[answer_at : answer_at + len(answer)] += answer
    return sound


def spectrogram(sound: Samples, marks: list[int]) -> npt.NDArray[np.uint8]:
    """``(257, columns of 5 ms, 3)``; a line at each of the samples ``marks``."""
    padded = np.pad(sound, (WINDOW // 2, WINDOW))
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[: len(sound) : HOP]
    power = np.abs(np.fft.rfft(windows * np.hanning(WINDOW), axis=1)) ** 2 / (WINDOW / 4) ** 2
    decibels = 10 * np.log10(power + 1e-12)
    loud = np.clip((decibels - decibels.max()) / RANGE_DB + 1, 0, 1)
    places = np.arange(len(SCALE)) / (len(SCALE) - 1)
    picture = np.stack([np.interp(loud, places, colour) for colour in SCALE.T], axis=-1).astype(np.uint8)
    picture[[min(mark // HOP, len(picture) - 1) for mark in marks]] = LINE
    return np.ascontiguousarray(picture.transpose(1, 0, 2)[::-1])


def png(pixels: npt.NDArray[np.uint8]) -> bytes:
    """A file of a picture ``(height, width, 3)``."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    height, width, _ = pixels.shape
    rows = np.concatenate((np.zeros((height, 1), np.uint8), pixels.reshape(height, -1)), axis=1)
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows.tobytes(), 9)) + chunk(b"IEND", b"")


def told(turn: Turn, weights: Weights, seconds: float) -> str:
    """What was understood and answered, and when."""
    times = {"decided": turn.decided, "understood": turn.heard, "text": turn.said, "sound": turn.first}
    shape = weights.head.shape
    return "\n".join(
        (
            f"model       {weights.head.name}, {shape.width} wide, {shape.layers} layers",
            f"understood  {turn.understood}",
            f"answered    {turn.answer}",
            "times       "
            + ", ".join(f"{name} {value:.0f} ms" for name, value in times.items() if value is not None)
            + (f", heard {turn.audible:.0f} ms after the question's last audible sample" if turn.audible else ""),
            f"spoken      {seconds:.1f} s",
        )
    )


def main() -> None:
    """Record, show and keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="a folder; what is in it is replaced")
    parser.add_argument("--file", type=Path, help="weights; the newest of the package without it")
    parser.add_argument("--text", default="what is 345 plus 278?", help="what is asked")
    parser.add_argument("--voice", default="slt", help="of flite: slt, rms, kal16 teach; awb never does")
    parser.add_argument("--question", type=Path, help="a WAV that asks instead")
    parser.add_argument("--policy", default=POLICY, help="as omni_latency.py names them")
    parser.add_argument("--seed", type=int, default=1, help="of the voice's drawing")
    given = parser.parse_args()
    weights, sound = weights_of(given.file), question(given.text, given.voice, given.question)
    asked = Asked(given.text, sound, last_audible(sound), paused=False)
    if not asked.ends:
        raise SystemExit(f"nothing in the question is above {20 * np.log10(AUDIBLE):.0f} dBFS")
    ear, began = Ear(), 0.0
    turn = converse(Mini(weights), asked, given.policy, seed=given.seed, whole=True, ear=ear)
    if turn.first is None or turn.decided is None:
        raise SystemExit(f"no sound came: understood {turn.understood!r}, answered {turn.answer!r}")
    answer, began = answered(ear), asked.ends / EARS_HZ + turn.first / 1_000
    end = asked.ends if turn.cut_off else min(len(sound), asked.ends + int(turn.decided * EARS_HZ / 1_000))
    exchange = whole(sound[:end], answer, int(began * MOUTH_HZ))
    marks = [asked.ends] + ([asked.ends + int(turn.audible * EARS_HZ / 1_000)] if turn.audible is not None else [])
    given.out.mkdir(parents=True, exist_ok=True)
    for name, samples in (("question", sound), ("answer", answer), ("exchange", exchange)):
        (given.out / f"{name}.wav").write_bytes(wav(samples, EARS_HZ))
    (given.out / "exchange.png").write_bytes(png(spectrogram(exchange, marks)))
    print(f"asked       {given.question or given.text}")
    print(told(turn, weights, len(answer) / MOUTH_HZ))
    print(f"written     {given.out}: question.wav, answer.wav, exchange.wav, exchange.png")


if __name__ == "__main__":
    main()
