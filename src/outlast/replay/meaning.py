"""What a judge and embeddings said of one candidate, as a report shows it.

It knows values. It does not know how a judge is asked (``replay.judging``) nor how an embedding is compared
(``replay.embedding``).
"""

import msgspec


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How long an instrument itself lives, by the catalogue on the day of the replay."""

    ref: str
    surface: str
    status: str
    unsure: bool = False
    ends: str = ""
    """An ISO day; empty: no end is known."""
    precision: str = ""
    """The catalogue's word for how exact that day is."""
    days_left: int | None = None


class Criterion(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the rubric, and the pairs in which each side's answer met it in both orders."""

    text: str
    a: int
    b: int


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """The judge's shares of acceptable answers, corrected by labels of people (Rogan and Gladen)."""

    a: float
    b: float
    estimate: float
    lower: float
    upper: float
    by_side: bool
    """Each side by its own labels; False: by all of them, as if the judge erred alike on both."""


class Labelled(msgspec.Struct, frozen=True, kw_only=True):
    """The labels of one side's answers against the judge's word."""

    side: str
    """``a``, ``b`` or ``both``."""
    good: int
    accepted: int
    """Of the good ones."""
    bad: int
    rejected: int
    """Of the bad ones."""


class JudgeResult(msgspec.Struct, frozen=True, kw_only=True):
    """One judge on one candidate's pairs."""

    target: str
    standing: Standing
    pairs: int
    """Pairs that were to be judged: both sides answered."""
    judged: int
    """Of them, those with a readable word in both orders."""
    lost: int = 0
    """Calls that were begun and never came back."""
    accepted_a: int
    accepted_b: int
    wins_a: int
    """Preferred in both orders."""
    wins_b: int
    swayed: int
    """Pairs in which the order changed the preference."""
    first_preferred: int
    """Single calls that preferred the answer shown first."""
    second_preferred: int
    longer_won: int
    """Of the consistent wins between answers of different length, those of the longer one."""
    lengths_differ: int
    criteria: tuple[Criterion, ...]
    spent_pico_usd: int = 0
    labels: tuple[Labelled, ...] = ()
    labels_unused: int = 0
    """Labels of answers that were not judged here."""
    correction: Correction | None = None
    uncorrected: str = ""
    """Why there is no correction."""


class EmbeddingResult(msgspec.Struct, frozen=True, kw_only=True):
    """Cosine similarities, negative ones as 0."""

    target: str
    standing: Standing
    pairs: int
    """Pairs in which both sides said something."""
    measured: int
    """Of them, those with both embeddings."""
    similarity: float | None
    """Mean of sim(A, B)."""
    with_second: int
    """Of them, those with A'."""
    own: float | None
    """Mean of sim(A, A') over those."""
    excess: float | None
    """Mean of sim(A, A') - sim(A, B) over those: what the candidate departs beyond the incumbent's own noise."""
    spent_pico_usd: int = 0
