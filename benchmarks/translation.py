"""What a translation costs beside passing through: ``.venv/bin/python benchmarks/translation.py``.

Two parts. *Calls*: one gateway before nginx upstreams that give a fixed answer in each dialect; wrk calls them through
each client's path, in turn, and the rate of every pair of dialects is divided by the rate of the client's own dialect
in the same repetition; at two lengths of the conversation, so that growth shows. *Streams*: chunks a second that one
core decodes and encodes, in this process. It needs nginx and wrk; load stays on loopback.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec
from bench import nginx, report, wrk
from bench.gateways import HERE
from bench.processes import Processes, await_line, free_port

from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.parts import Text
from outlast.dialects.conversation.reply import (
    Begin,
    Candidate,
    Delta,
    Done,
    Ended,
    Event,
    Finish,
    PartBegin,
    PartEnd,
    Reply,
)
from outlast.dialects.conversation.request import Message, Request
from outlast.dialects.dialect import Dialect, Framing
from outlast.dialects.registry import DIALECTS
from outlast.dialects.sse import Splitter
from outlast.exchange import Usage

SPOKEN = ("chat", "responses", "anthropic", "gemini")
KINDS = {"chat": "openai", "responses": "openai", "anthropic": "anthropic", "gemini": "gemini"}
PATHS = {
    "chat": "/v1/chat/completions",
    "responses": "/v1/responses",
    "anthropic": "/v1/messages",
    "gemini": "/v1beta/models/{model}:generateContent",
}
FRAMING = Framing(id="bench", model="m", created=1)
WORDS = "How does a reverse proxy keep connections to its upstream open, and why is that good for anybody? "
CHUNKS, PIECE = 20_000, 1_400


class Pair(msgspec.Struct, frozen=True):
    """One client before one upstream."""

    client: str
    upstream: str
    turns: int
    rates: list[float]
    """Calls a second, by repetition."""
    of_passing: float
    """Median over repetitions of this rate over that of the client's own dialect."""


class Results(msgspec.Struct, frozen=True):
    """Everything that was measured."""

    machine: dict[str, object]
    pairs: list[Pair]
    chunks_per_second: dict[str, int]
    """``upstream -> client``."""


def conversation(turns: int) -> Request:
    """A conversation of so many turns."""
    roles = [("user", "assistant")[number % 2] for number in range(turns - 1)] + ["user"]
    messages = [Message("system", (Text("You answer in one short paragraph."),))]
    messages += [Message(role, (Text(WORDS * 2),)) for role in roles]  # type: ignore[arg-type]
    return Request(model="m", messages=tuple(messages))


def answer_of(dialect: Dialect) -> bytes:
    """An everyday answer."""
    candidate = Candidate(parts=(Text(WORDS),), finish=Finish("stop"))
    usage = Usage(input_tokens=40, output_tokens=20)
    return dialect.encode_reply(Reply(id="x", model="m", candidates=(candidate,), usage=usage), FRAMING, Losses())


def configuration(ports: Mapping[str, int]) -> str:
    """One provider for each dialect."""
    text = '[server]\ndatabase = "sqlite:///bench.db"\n'
    for name, port in ports.items():
        version = "/v1" if KINDS[name] == "openai" else ""
        text += f'[providers.{name}]\nkind = "{KINDS[name]}"\nbase_url = "http://127.0.0.1:{port}{version}"\n'
        text += f'speaks = ["{name}"]\n'
    return text


def targets(folder: Path, port: int, turns: int) -> dict[tuple[str, str], wrk.Target]:
    """What wrk calls for each pair."""
    found = {}
    for client in SPOKEN:
        for upstream in SPOKEN:
            request = msgspec.structs.replace(conversation(turns), model=f"{upstream}/m")
            found[client, upstream] = wrk.write_target(
                folder / f"{client}-{upstream}-{turns}.lua",
                port=port,
                path=PATHS[client].format(model=request.model),
                body=_with_model(DIALECTS[client].encode_request(request, Losses()), request.model, client),
                headers={"Content-Type": "application/json"},
            )
    return found


def _with_model(body: bytes, model: str, client: str) -> bytes:
    document = msgspec.json.decode(body)
    if client == "responses":
        document["store"] = False  # keeping is another cost
    return msgspec.json.encode(document if client == "gemini" else {**document, "model": model})


def measure(chosen: argparse.Namespace, folder: Path, processes: Processes) -> list[Pair]:
    """Every pair, in turn, again and again."""
    ports = {name: nginx.start_fixed(processes, answer_of(DIALECTS[name]))[1] for name in SPOKEN}
    home, port = folder / "gateway", free_port()
    home.mkdir()
    (home / "outlast.toml").write_text(configuration(ports))
    command = [sys.executable, "-m", "outlast", "serve", "--config", str(home / "outlast.toml"), "--port", str(port)]
    await_line(processes.start("outlast", command, env={}), "listening on http://")
    pairs = []
    for turns in chosen.turns:
        rates: dict[tuple[str, str], list[float]] = {}
        prepared = targets(folder, port, turns)
        for repetition in range(-1, chosen.repetitions):
            for way, target in prepared.items():
                load = wrk.run(target, connections=16, seconds=chosen.seconds)
                if load.refused or load.broken:
                    raise RuntimeError(f"{way}: {load.refused} refused, {load.broken} broken")
                if repetition >= 0:
                    rates.setdefault(way, []).append(load.rate)
        for (client, upstream), found in rates.items():
            own = rates[client, client]
            ratio = statistics.median(a / b for a, b in zip(found, own, strict=True))
            pairs.append(Pair(client, upstream, turns, found, ratio))
    return pairs


def chunks_per_second(upstream: Dialect, client: Dialect) -> int:
    """Decode, then encode, one long stream; best of three."""
    encoder = upstream.event_encoder(FRAMING, Losses())
    events: list[Event] = [Begin(id="a", model="m", created=1), PartBegin(Text(""), 0)]
    events += [Delta(0, f" word{number % 10}") for number in range(CHUNKS)]
    stream = b"".join(map(encoder.event, [*events, PartEnd(0), Ended(Finish("stop", "stop")), Done()]))
    best = float("inf")
    for _ in range(3):
        since = time.process_time()
        splitter, decoder, out = Splitter(), upstream.event_decoder(), client.event_encoder(FRAMING, Losses())
        for place in range(0, len(stream), PIECE):
            said = [each for event in splitter.feed(stream[place : place + PIECE]) for each in decoder.event(event)]
            b"".join(map(out.event, said))
        best = min(best, time.process_time() - since)
    return int(CHUNKS / best)


def main() -> None:
    """Measure, print, save."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--turns", type=int, nargs="+", default=[1, 21])
    parser.add_argument("--parts", nargs="+", choices=("calls", "streams"), default=["calls", "streams"])
    chosen = parser.parse_args()
    pairs: list[Pair] = []
    if "calls" in chosen.parts:
        with tempfile.TemporaryDirectory(prefix="translation-") as folder, Processes(Path(folder)) as processes:
            pairs = measure(chosen, Path(folder), processes)
    streams = {
        f"{a} -> {b}": chunks_per_second(DIALECTS[a], DIALECTS[b])
        for a in SPOKEN
        for b in SPOKEN
        if "streams" in chosen.parts
    }
    for turns in dict.fromkeys(pair.turns for pair in pairs):
        print(f"\n{turns} turns, rate over the client's own dialect (calls a second where it is the same):\n")
        rows = [[client, *(_cell(pairs, client, upstream, turns) for upstream in SPOKEN)] for client in SPOKEN]
        print(report.table(["client \\ upstream", *SPOKEN], rows))
    print("\nStreams, chunks a second on one core:\n")
    print(report.table(["upstream -> client", "chunks/s"], [[way, f"{rate:,}"] for way, rate in streams.items()]))
    report.save(HERE / "results" / "translation.json", Results(dict(report.machine()), pairs, streams))


def _cell(pairs: list[Pair], client: str, upstream: str, turns: int) -> str:
    pair = next(each for each in pairs if (each.client, each.upstream, each.turns) == (client, upstream, turns))
    return f"{statistics.median(pair.rates):,.0f}" if client == upstream else f"{pair.of_passing:.2f}"


if __name__ == "__main__":
    main()
