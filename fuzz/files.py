"""What is read from files and documents: the journal, the configuration, catalogues of others."""

import datetime as dt
import random
from collections.abc import Sequence

from fuzz.target import Target

from outlast.catalog.feed import checked_ref
from outlast.catalog.feeds.document import Origin
from outlast.catalog.feeds.recognise import READERS, read_feed
from outlast.errors import CatalogInvalid, SettingsInvalid
from outlast.ledger.batch import Batch
from outlast.ledger.frames import EXCHANGE, OBSERVATION, Frame, Framing
from outlast.settings.file import parse_settings

FRAMING = Framing(0x5EED)
JOURNAL_WORDS = (
    b"|", b"\xffOL", b"\xffOLE", b"\xffOLO", b"\x00\x00\x00\x00", b'{"id":"req_1"', b'"started_ns":', b'"usage":',
    b'"attempts":[',
    b"null", b"[", b"{", b'"', b"-1", b'"outcome":"answered"', b'"cost_pico_usd":', b"\\ud800",
)  # fmt: skip
SETTINGS_WORDS = (
    b"[server]\n", b"[providers.a]\n", b"[models.b]\n", b"[ledger]\n", b'kind = "openai"\n',
    b'base_url = "http://a"\n', b"port = ",
    b'target = "a/m"\n', b"target = [", b"{ to = ", b"weight = 2", b'successor = "chain"\n', b'keep = "90d"\n',
    b"[[", b"]]", b"'''",
    b'"""', b"today = 2027-01-15\n", b"true", b"1e400", b"inf", b"\\u0000", b".", b"=", b"\n", b"#", b"[log]\n",
    b"[otel]\n", b"[catalog]\n",
)  # fmt: skip
FEED_WORDS = (
    b'{"data":[', b'{"models":[', b'"id":"', b'"created":', b'"shutdown_date":"', b'"deprecation":"',
    b'"pricing":{"prompt":"',
    b'"2027-01-14"', b'"2027-01-14T00:00:00Z"', b'"litellm_provider":"openai"', b'"input_cost_per_token":', b"1e-7",
    b"1e999999999",
    b'"object":"list"', b"null", b"[", b"{", b"}", b"]", b",", b'"openai/gpt-4o"', b'"context_length":', b"\\u202e",
    b"-0", b'"x/y/z"',
)  # fmt: skip


def check_journal(data: bytes, rng: random.Random) -> str:
    """Frames of these payloads are found again whole: cut anywhere, damaged anywhere, and none is made up."""
    given = data.split(b"|")[:20]
    payloads = [one.decode(errors="replace").encode() for one in given]  # a journal holds UTF-8 only
    frames = _frames(payloads)
    packed = [FRAMING.pack(kind, payload) for kind, payload in frames]
    run = b"".join(packed)
    whole = FRAMING.walk(run)
    assert (whole.frames, whole.end, whole.stopped) == (frames, len(run), "empty")
    cut = rng.randrange(len(run) + 1)
    torn = FRAMING.walk(run[:cut])
    ends = [sum(map(len, packed[:number])) for number in range(len(packed) + 1)]
    before = sum(end <= cut for end in ends) - 1
    assert (torn.frames, torn.end) == (frames[:before], ends[before])
    assert torn.stopped == ("empty" if cut in ends or not run[ends[before] : cut].strip(b"\0") else "cut")
    damaged = bytearray(run)
    places = sorted({rng.randrange(len(run)) for _ in range(1 + rng.randrange(3))})
    for place in places:
        damaged[place] ^= 1 << rng.randrange(8)
    spared = [
        frame
        for frame, start, end in zip(frames, ends, ends[1:], strict=False)
        if not any(start <= place < end for place in places)
    ]
    assert _recovered(bytes(damaged)) == spared, "what is not damaged is found, and nothing else"
    raw = FRAMING.walk(data)
    assert raw.end <= len(data)
    batch = Batch(careful=rng.random() < 0.5)
    unknown = batch.add(_frames(given))
    assert unknown + len(batch.exchanges) + len(batch.observations) <= len(frames)
    kinds = bool(batch.exchanges), bool(batch.observations)
    return f"{min(len(frames), 4)} {unknown == len(frames)} {kinds} {raw.stopped}"


def _frames(payloads: Sequence[bytes]) -> list[Frame]:
    return [(EXCHANGE if number % 2 else OBSERVATION, payload) for number, payload in enumerate(payloads)]


def _recovered(data: bytes) -> list[Frame]:
    """Every frame that a reader finds, stepping over damage as it does."""
    found: list[Frame] = []
    position: int | None = 0
    while position is not None:
        stretch = FRAMING.walk(data, position)
        found += stretch.frames
        position = FRAMING.next_whole(data, stretch.end) if stretch.end < len(data) else None
    return found


def check_settings(data: bytes, rng: random.Random) -> str:
    """A configuration is understood, or refused in words that name the file."""
    del rng
    text = data.decode(errors="replace")
    try:
        settings = parse_settings(text)
    except SettingsInvalid as error:
        return _blurred(str(error))
    assert parse_settings(text) == settings
    return f"{len(settings.providers)} {len(settings.models)} {settings.otel is None}"


def _blurred(said: str) -> str:
    """A refusal without its numbers: the line is another every time."""
    assert said.startswith("outlast.toml")
    return "".join(mark for mark in said[:60] if not mark.isdigit())


ORIGIN = Origin(name="feed.json", seen=dt.date(2026, 11, 1), provider="openai")
KINDS = ("auto", *READERS)


def check_feed(data: bytes, rng: random.Random) -> str:
    """A document from outside is understood or refused; every model that it names can be written and looked up."""
    asked = rng.choice(KINDS)
    try:
        kind, draft = read_feed(data, ORIGIN, asked)
    except CatalogInvalid:
        return f"refused {asked}"
    feed = draft.feed
    for said in (*feed.listings, *feed.claims, *feed.successors, *feed.quotes):
        assert checked_ref(said.model) == said.model
        assert said.source == "feed.json" or kind in ("outlast", "model-eol")
    amounts = [amount for quote in feed.quotes for amount in quote.price.values()]
    assert all(0 <= amount <= 1_000_000 for amount in amounts)
    sizes = (bool(feed.listings), bool(feed.claims), bool(feed.successors), bool(feed.quotes))
    return f"{kind} {sizes} {bool(draft.passed_over)}"


TARGETS = (
    Target("journal", check_journal, JOURNAL_WORDS, share=2),
    Target("settings", check_settings, SETTINGS_WORDS, share=1),
    Target("feeds", check_feed, FEED_WORDS, share=2),
)
