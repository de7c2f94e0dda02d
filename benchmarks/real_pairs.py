"""Real models that answered the same prompts, taken through import, replay, verdict and report.

``python benchmarks/real_pairs.py FOLDER`` reads recorded exchanges of real providers (``FOLDER/*.jsonl``, no part of
this repository) in every dialect, finds the conversations that several models were asked (the same words, calls,
results, media, names of tools and form of the answer; settings may differ), brings those of one model with
``outlast import``, and replays them on the models that share most of them. Nobody is asked: each provider is a
recording, in which the answer stands under the request that Outlast sends. ``--html FILE`` keeps the report.

There is one answer of each model to a prompt, so there is no A'. The prompts are an author's test cases and no
traffic: nothing follows from the verdicts but that the pipeline takes real answers of four dialects.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec
from bench.report import table

from outlast.checks.draw import Item
from outlast.dialects.conversation.normal import normal
from outlast.dialects.conversation.parts import Text
from outlast.dialects.conversation.request import Request
from outlast.dialects.dialect import Framing
from outlast.dialects.registry import DIALECTS
from outlast.dialects.translation import translate
from outlast.errors import CallerError
from outlast.evidence.store import EvidenceStore
from outlast.replay.sources.answers import answer_of
from outlast.replay.sources.chat import chat_of
from outlast.replay.sources.shape import Untranslatable
from outlast.stats.power import exact_power

CHAT = DIALECTS["chat"]
DIALECT_OF = {
    "openai-chat": "chat", "compatible-chat": "chat", "anthropic-messages": "anthropic", "gemini": "gemini",
    "openai-responses": "responses",
}  # fmt: skip
HOSTS = {
    "api.openai.com": "openai", "api.anthropic.com": "anthropic", "generativelanguage.googleapis.com": "google",
    "api.mistral.ai": "mistral", "api.groq.com": "groq", "api.cerebras.ai": "cerebras", "api.deepseek.com": "deepseek",
}  # fmt: skip
INCUMBENT = ("anthropic", "claude-sonnet-4-5-20250929")
CANDIDATES = 4
MARGIN = 0.05


class Line(NamedTuple):
    """One recorded exchange that can be asked again and was answered."""

    provider: str
    model: str
    dialect: str
    exchange: dict[str, Any]


Asked = dict[bytes, dict[tuple[str, str], Line]]
"""By conversation and model, the first line."""


def meant_by(body: bytes) -> Request:
    """The conversation of a chat request."""
    return CHAT.decode_request(body, CHAT.peek(body, "/v1/chat/completions"))


def key(meant: Request) -> bytes:
    """What is asked, whoever is asked and in whichever dialect."""
    turns = [
        ["system" if turn.role == "developer" else turn.role, [_said(part) for part in turn.parts]]
        for turn in normal(meant).messages
    ]
    form = meant.format.kind if meant.format else "text"
    return msgspec.json.encode([turns, sorted(getattr(tool, "name", "") for tool in meant.tools), form])


def _said(part: object) -> str:
    return part.text if isinstance(part, Text) else repr(part)


def lines(folder: Path) -> Iterator[tuple[bytes, Line]]:
    """Every line that is a conversation with an answer, of a provider that is known by its host."""
    for name, dialect in DIALECT_OF.items():
        for text in (folder / f"{name}.jsonl").read_text("utf-8").splitlines():
            exchange = json.loads(text)
            provider = HOSTS.get(urlsplit(exchange["uri"]).hostname or "")
            if provider is None or exchange["status"] != 200 or not isinstance(exchange["request"], dict):
                continue
            try:
                chat = chat_of(exchange["request"], exchange["uri"])
                conversation = key(meant_by(msgspec.json.encode({"model": "unnamed", **chat.request})))
            except (Untranslatable, CallerError):
                continue
            answer = answer_of(exchange["response"])
            if answer is not None and answer.answered:
                yield conversation, Line(provider, answer.answered, dialect, exchange)


def asked(folder: Path) -> Asked:
    """Who was asked what."""
    found: Asked = {}
    for conversation, line in lines(folder):
        found.setdefault(conversation, {}).setdefault((line.provider, line.model), line)
    return found


def candidates(found: Asked) -> list[tuple[str, str]]:
    """The models of other providers that share most conversations with the incumbent, one of each provider."""
    shared = Counter(
        who for by_model in found.values() if INCUMBENT in by_model for who in by_model if who[0] != INCUMBENT[0]
    )
    best: dict[str, tuple[str, str]] = {}
    for who, _ in sorted(shared.items(), key=lambda each: (-each[1], each[0])):
        best.setdefault(who[0], who)
    return list(best.values())[:CANDIDATES]


def as_sent(item: Item, line: Line) -> dict[str, Any]:
    """The recorded answer under the request that is sent for this item."""
    dialect, meant = DIALECTS[line.dialect], meant_by(item.request)
    if dialect is CHAT:
        request, path = msgspec.json.decode(item.request) | {"model": line.model}, CHAT.endpoint(line.model, False)
    else:
        framing = Framing(id="", model=line.model, created=0, request=meant)
        sent = translate(meant, line.model, caller=CHAT, target=dialect, framing=framing).request
        request, path = msgspec.json.decode(sent.for_upstream(line.model)), dialect.endpoint(line.model, False)
    return line.exchange | {"method": "POST", "uri": f"https://recorded.invalid{path}", "request": request}


def furnish(folder: Path, found: Asked, other: tuple[str, str]) -> None:
    """Two providers that are recordings, and the requests that both were asked in the incumbent's evidence."""
    shared = {each: by_model for each, by_model in found.items() if INCUMBENT in by_model and other in by_model}
    tables = []
    for who in (INCUMBENT, other):
        # A model that was asked in two dialects is asked in the one in which it was asked more.
        spoken = Counter(by_model[who].dialect for by_model in shared.values()).most_common(1)[0][0]
        shared = {each: by_model for each, by_model in shared.items() if by_model[who].dialect == spoken}
        tables.append(f'[providers.{who[0]}]\nkind = "recorded"\nfile = "{who[0]}.jsonl"\nspeaks = ["{spoken}"]\n')
        (folder / f"{who[0]}.jsonl").touch()
    tables.append(f'[models.shared]\ntarget = "{"/".join(INCUMBENT)}"\nadapt = false\n')
    (folder / "outlast.toml").write_text("\n".join(tables))
    (folder / "asked.jsonl").write_text(
        "".join(json.dumps(each[INCUMBENT].exchange) + "\n" for each in shared.values())
    )
    run(folder, "import", "asked.jsonl", "--as", "shared", "--keep-media")
    with closing(EvidenceStore(folder / "outlast.evidence.db")) as store:
        items = list(store.items("shared"))
    for who in (INCUMBENT, other):
        # Where something was redacted, the recorded answer is one to another request: nobody answers it.
        known = [(item, shared.get(key(meant_by(item.request)))) for item in items]
        recorded = [as_sent(item, by_model[who]) for item, by_model in known if by_model is not None]
        (folder / f"{who[0]}.jsonl").write_text("".join(json.dumps(each) + "\n" for each in recorded))


def replayed(found: Asked, other: tuple[str, str], html: Path | None) -> dict[str, Any]:
    """The result of one comparison."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        furnish(folder, found, other)
        page = ["--html", str(html)] if html else []
        words = ("--to", "/".join(other), "--gate", "contract", "--margin", f"{MARGIN:.0%}", "--sample", "1000", *page)
        told: dict[str, Any] = json.loads(run(folder, "replay", "shared", *words, "--quiet", "--format", "json"))
        return told


def run(folder: Path, *words: str) -> str:
    """One command of Outlast; its output. Exit codes of verdicts are no errors."""
    done = subprocess.run(
        [sys.executable, "-m", "outlast", *words], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 1, 3) or not done.stdout:
        raise SystemExit(f"outlast {' '.join(words)}: {done.stderr}")
    return done.stdout


def row(candidate: dict[str, Any]) -> list[str]:
    """A candidate, and what an equal one has for a chance at the ``needed`` of its gate and below."""
    gate = next(each for each in candidate["checks"] if each["gates"])
    needed, share = candidate["needed"], gate["discordant"] / max(1, gate["n"] - gate["unanswered"])
    chance = ""
    if needed:
        chance = " / ".join(f"{exact_power(each, gate['margin'], 0.05, share):.3f}" for each in (needed, needed - 1))
    bounds = f"{gate['lower']:+.2f} … {gate['upper']:+.2f}"
    counts = [str(gate["n"]), str(gate["discordant"]), str(gate["unanswered"])]
    return [candidate["target"], candidate["verdict"], *counts, bounds, str(needed or "none"), chance, _reasons(gate)]


def _reasons(gate: dict[str, Any]) -> str:
    return ", ".join(f"{name} {count}" for name, count in gate["reasons"])


def main() -> None:
    """Find, furnish, replay, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--html", type=Path, help="of the first comparison")
    wanted = parser.parse_args()
    found = asked(wanted.folder)
    several = [by_model for by_model in found.values() if len({who[0] for who in by_model}) > 1]
    print(f"{len(found)} conversations, {len(several)} of them with models of several providers\n")
    results = [
        replayed(found, other, wanted.html.resolve() if wanted.html and not place else None)
        for place, other in enumerate(candidates(found))
    ]
    columns = [
        "candidate", "verdict", "pairs", "discordant", "unanswered", "bounds", "needed", "power there / one pair less",
        "classes",
    ]  # fmt: skip
    print(table(columns, [row(candidate) for told in results for candidate in told["candidates"]]))
    for remark in dict.fromkeys(remark for told in results for remark in told["remarks"]):
        print(f"* {remark}")


if __name__ == "__main__":
    main()
