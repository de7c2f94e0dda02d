"""A conversation with the local engine in real time: asked as a microphone hears, played as a loudspeaker plays.

It knows clocks and packets. It does not know which questions there are, nor what becomes of the times.
"""

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.spoken import AUDIBLE, Asked, endless, policy
from outlast.omni.engine import EARS_HZ, MOUTH_HZ, Heard, Opening, Said, Samples, Session, Spoken
from outlast.omni.grammar import PATCH_SAMPLES
from outlast.omni.mini import Mini
from outlast.omni.snapshots import snapshots
from outlast.omni.turns import Evidence, TurnPolicy, loudness
from outlast.omni.weights import Weights, parse

PACKET = EARS_HZ // 50
LONGEST = 96
"""Tokens of an answer's text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One question and its answer; milliseconds from the question's last audible sample on."""

    policy: str
    cut_off: bool
    decided: float | None
    """None: the policy never decided."""
    heard: float | None
    """What was understood stood there."""
    said: float | None
    """The answer's first piece of text."""
    first: float | None
    """The first piece of sound was there."""
    audible: float | None
    """Its first audible sample was played; None: nothing audible came."""
    late: float
    """The latest packet, behind its moment: what the machine was too busy for."""
    understood: str
    answer: str
    """As far as it was listened to."""

    @property
    def counts(self) -> bool:
        """Whether it says how long somebody waited."""
        return not self.cut_off and self.audible is not None


def weights_of(file: Path | None) -> Weights:
    """Those of a file, or the newest snapshot that comes with Outlast."""
    found = file or next((file for _, file in snapshots()), None)
    if found is None:
        raise SystemExit("this build comes without weights; name a file with --file")
    return parse(found.read_bytes())


class Ear:
    """Pieces of sound as a loudspeaker plays them: from the first on, without a gap but where the next one is late."""

    def __init__(self) -> None:
        self.until = 0.0
        self.audible: float | None = None
        self.pieces: list[tuple[float, Samples]] = []
        """When each begins."""

    def hear(self, samples: Samples, now: float) -> None:
        """One piece that has arrived."""
        begins = max(self.until, now)
        loud = np.flatnonzero(np.abs(samples) > AUDIBLE)
        if self.audible is None and len(loud):
            self.audible = begins + int(loud[0]) / MOUTH_HZ
        self.pieces.append((begins, samples))
        self.until = begins + len(samples) / MOUTH_HZ


def converse(engine: Mini, asked: Asked, name: str, *, seed: int, whole: bool = False, ear: Ear | None = None) -> Turn:
    """Ask in real time and listen until something is heard; ``whole``: until the answer has been played."""
    session = engine.open(Opening(aloud=True, longest_answer=LONGEST, seed=seed))
    began = time.perf_counter()
    ends = began + asked.ends / EARS_HZ
    at, late, decided = _ask(session, asked, policy(name), began)
    ear, moments, texts = ear or Ear(), dict[type, float](), {Heard: "", Said: ""}
    for event in session.answer() if decided is not None else ():
        now = time.perf_counter()
        moments.setdefault(type(event), now)
        if isinstance(event, Heard | Said):
            texts[type(event)] += event.text
        elif isinstance(event, Spoken):
            ear.hear(event.samples, now)
            if ear.audible is not None and not whole:
                session.cancel()
    if whole:
        time.sleep(max(0.0, ear.until - time.perf_counter()))

    def since(moment: float | None) -> float | None:
        return None if moment is None else 1_000 * (moment - ends)

    return Turn(
        policy=name,
        cut_off=decided is not None and at < asked.ends,
        decided=since(decided),
        heard=since(moments.get(Heard)),
        said=since(moments.get(Said)),
        first=since(moments.get(Spoken)),
        audible=since(ear.audible),
        late=1_000 * late,
        understood=texts[Heard],
        answer=texts[Said],
    )


def _ask(session: Session, asked: Asked, decides: TurnPolicy, began: float) -> tuple[int, float, float | None]:
    """Packet by packet until the policy decides: at which sample, the latest packet's delay, and the moment."""
    sound, late = endless(asked), 0.0
    for at in range(PACKET, len(sound) + 1, PACKET):
        due = began + at / EARS_HZ
        time.sleep(max(0.0, due - time.perf_counter()))
        session.push_audio(sound[at - PACKET : at])
        if at % PATCH_SAMPLES == 0:
            heard = Evidence(session.turn_over(), loudness(sound[at - PATCH_SAMPLES : at]))
            if decides.heard(heard):
                return at, late, time.perf_counter()
        late = max(late, time.perf_counter() - due)
    return len(sound), late, None
