"""How long somebody who speaks to the local engine waits for its voice, in real time.

``PYTHONPATH=. python benchmarks/omni_latency.py --speech FOLDER`` speaks questions that were kept
by ``training.speech`` (``--sets``) into a session, in packets of 20 ms at the moments at which a microphone would have
them, and takes the time from the last sample above -40 dBFS of the question to the first of the answer, as a
loudspeaker would play it that begins with the first piece. No network lies between, and no sound card.

* **turns**: what each turn policy does to the questions and to the same with a pause put into them, by their samples
  alone: when it decides, how often it cuts somebody off (decides before the last audible sample). No clock is read.
* **paced**: ``--turns`` for each policy, one session. The wait is split at the policy's decision into turn-taking and
  model time, and that into what the engine was at. Turns that were cut off are counted and give no time.
* **sessions**: 1, 2, 4 … sessions in threads on one core, each asking, hearing the whole answer and asking again.
* **parts**: what a position of each kind costs, 160 positions into a conversation, as fast as the core can.
"""

import argparse
import os
import random
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from bench.report import load, machine, save, table
from bench.spoken import Asked, evidence, policy, questions, shards, waited_ms
from bench.talking import Turn, converse, weights_of

from outlast.omni import grammar
from outlast.omni.engine import Opening
from outlast.omni.memory import Kind
from outlast.omni.mini import Mini
from outlast.omni.mouth import Mouth
from outlast.omni.track import Track
from outlast.omni.turns import Evidence
from outlast.omni.weights import Weights

RESULTS = Path(__file__).parent / "results" / "omni_latency.json"
POLICIES = (
    *("silence:200", "silence:500", "network:0.5:80", "network:0.8:80", "quiet:0.5", "quiet:0.8", "quiet:0.95"),
    *(f"both:{threshold}:{patience}" for patience in (400, 800) for threshold in (0.5, 0.8, 0.95, 0.99)),
)
CHOICE = tuple(
    f"both:{threshold}:{patience}"
    for patience in (200, 300, 400, 600, 800, 1_000)
    for threshold in (0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995)
)
"""Among which one is chosen."""
CUT_OFF = 0.05
UNCHOSEN = "both:0.95:800"
"""Where none of them cuts off so little."""
Listened = tuple[Asked, list[Evidence]]
PACED = ("chosen", "silence:200", "silence:500")
GOAL_MS, TAIL_GOAL_MS = 232, 320


def share(values: Sequence[float], of: float) -> float:
    """The value below which that share lies; NaN of nothing."""
    return float(np.percentile(values, 100 * of)) if values else float("nan")


def wilson(hits: int, of: int) -> str:
    """A share of ``of`` and its interval at 95 %."""
    if not of:
        return "-"
    z, p = 1.96, hits / of
    middle, half = p + z * z / (2 * of), z * (p * (1 - p) / of + z * z / (4 * of * of)) ** 0.5
    low, high = ((middle + sign * half) / (1 + z * z / of) for sign in (-1, 1))
    return f"{100 * p:.1f} % ({100 * max(low, 0):.1f} to {100 * high:.1f})"


def turns(heard: Sequence[Listened], names: Sequence[str]) -> list[dict[str, Any]]:
    """Every policy over every question, by its samples."""
    lines = []
    for name in names:
        waits = [(asked.paused, waited_ms(asked, found, policy(name))) for asked, found in heard]
        kinds = [[wait for paused, wait in waits if paused is kind] for kind in (False, True)]
        right = [wait for _, wait in waits if wait is not None and wait >= 0]
        line = {"policy": name, "n": len(waits), "p50": share(right, 0.5), "p95": share(right, 0.95)}
        early = {"cut_off": [sum(map(_early, kind)) for kind in kinds], "of": [len(kind) for kind in kinds]}
        lines.append(line | early | {"never": sum(wait is None for _, wait in waits)})
    return lines


def chosen(heard: Sequence[Listened]) -> dict[str, Any] | None:
    """The quickest policy that cuts off at most 5 % of the questions, with a pause and without.

    None where each of ``CHOICE`` cuts off more. Chosen by every second question, told of the others.
    """
    lines = turns(heard[::2], CHOICE)
    allowed = [line for line in lines if not line["never"] and all(map(_seldom, line["cut_off"], line["of"]))]
    if not allowed:
        return None
    return turns(heard[1::2], [min(allowed, key=lambda line: (line["p95"], line["p50"]))["policy"]])[0]


def _seldom(cut_off: int, of: int) -> bool:
    return of > 0 and cut_off <= CUT_OFF * of


def _early(wait: float | None) -> bool:
    return wait is not None and wait < 0


def show_turns(lines: Sequence[dict[str, Any]]) -> str:
    """As a table."""
    rows = [
        [
            line["policy"],
            str(line["n"]),
            f"{line['p50']:.0f}",
            f"{line['p95']:.0f}",
            *map(wilson, line["cut_off"], line["of"]),
        ]
        for line in lines
    ]
    return table(["policy", "n", "p50 ms", "p95 ms", "cut off", "cut off, with a pause"], rows)


def show_paced(taken: Sequence[Turn]) -> str:
    """Percentiles of each policy's turns, and the middle of each part of the wait."""
    rows = []
    for name in dict.fromkeys(turn.policy for turn in taken):
        mine = [turn for turn in taken if turn.policy == name]
        good = [turn for turn in mine if turn.counts]
        rows.append(
            [
                name,
                str(len(mine)),
                str(sum(turn.cut_off for turn in mine)),
                str(sum(turn.audible is None for turn in mine)),
            ]
            + [f"{share([_ms(turn.audible) for turn in good], of):.0f}" for of in (0.5, 0.95)]
            + [f"{share([_ms(turn.decided) for turn in good], of):.0f}" for of in (0.5, 0.95)]
            + [f"{share([_ms(turn.audible) - _ms(turn.decided) for turn in good], of):.0f}" for of in (0.5, 0.95)]
        )
    columns = ["policy", "n", "cut off", "silent", "wait p50", "p95", "turn-taking p50", "p95", "model p50", "p95"]
    return table(columns, rows)


def told(taken: Sequence[Turn], name: str, weights: Weights) -> str:
    """One policy's result and the size of the network in one sentence."""
    mine = [turn for turn in taken if turn.policy == name]
    waits = [_ms(turn.audible) for turn in mine if turn.counts]
    size = sum(values.size for each, values in weights.stored.items() if not each.startswith("voice."))
    shape = weights.head.shape
    return (
        f"{weights.head.name}, {size / 1e6:.1f} million parameters ({shape.width} wide, {shape.layers} layers), was "
        f"heard {share(waits, 0.5):.0f} ms (p50) and {share(waits, 0.95):.0f} ms (p95) after the last audible sample, "
        f"in {len(waits)} of {len(mine)} turns with {name}; goal {GOAL_MS} and {TAIL_GOAL_MS} ms."
    )


def show_split(taken: Sequence[Turn]) -> str:
    """Where model time goes, in the middle and in the tail."""
    good = [turn for turn in taken if turn.counts and None not in (turn.heard, turn.said)]
    parts: dict[str, Callable[[Turn], float]] = {
        "what was understood": lambda turn: _ms(turn.heard) - _ms(turn.decided),
        "thought, first piece of text": lambda turn: _ms(turn.said) - _ms(turn.heard),
        "rest of the first phrase, first frame, vocoder": lambda turn: _ms(turn.first) - _ms(turn.said),
        "silence before its first audible sample": lambda turn: _ms(turn.audible) - _ms(turn.first),
    }
    rows = [
        [name, *(f"{share([part(turn) for turn in good], of):.1f}" for of in (0.5, 0.95))]
        for name, part in parts.items()
    ]
    return table([f"model time, {len(good)} turns that wrote down what they heard", "p50 ms", "p95 ms"], rows)


def _ms(value: float | None) -> float:
    return float("nan") if value is None else value


def sessions(
    engine: Mini, asked: Sequence[Asked], name: str, levels: Sequence[int], *, turns: int
) -> list[dict[str, Any]]:
    """So many at once on one core, each for at least eight turns, until the tail breaks."""
    everywhere = os.sched_getaffinity(0)
    lines: list[dict[str, Any]] = []
    try:
        os.sched_setaffinity(0, {max(everywhere)})  # threads that are started from here on inherit it
        for level in levels:
            taken = _at_once(engine, asked, name, level, each=max(8, -(-turns // level)))
            waits = [_ms(turn.audible) for turn in taken if turn.counts]
            lines.append({"sessions": level, "n": len(waits), "p50": share(waits, 0.5), "p95": share(waits, 0.95)})
            print(
                f"{level} sessions: {len(waits)} turns, p50 {share(waits, 0.5):.0f}, p95 {share(waits, 0.95):.0f} ms",
                file=sys.stderr,
            )
            if not share(waits, 0.95) <= TAIL_GOAL_MS:
                break
    finally:
        os.sched_setaffinity(0, everywhere)
    return lines


def _at_once(engine: Mini, asked: Sequence[Asked], name: str, level: int, *, each: int) -> list[Turn]:
    def talk(number: int) -> list[Turn]:
        chance = random.Random(number)  # noqa: S311  an order of questions
        time.sleep(chance.uniform(0, 3))  # nobody begins at the same moment
        return [converse(engine, chance.choice(asked), name, seed=turn, whole=True) for turn in range(each)]

    with ThreadPoolExecutor(level) as pool:
        return [turn for taken in pool.map(talk, range(level)) for turn in taken]


def parts(weights: Weights, engine: Mini) -> dict[str, float]:
    """Microseconds of one position of each kind, the fastest of several rounds."""
    body = engine._body  # noqa: SLF001  the engine's own parts, each alone
    track, chance = Track(body.decoder, body.bounds, [grammar.BEGIN]), np.random.default_rng(1)
    track.write(chance.integers(len(grammar.SPECIAL), weights.head.shape.tokens, 160).tolist(), Kind.GIVEN)
    ears, mouth = body.ears(), Mouth(weights.codebook())
    patch = chance.normal(0, 0.1, grammar.PATCH_SAMPLES).astype(np.float32)
    values = chance.normal(0, 1, (1, grammar.PATCH_VALUES)).astype(np.float32)
    frame = (1, 2, 3, 4)

    def token() -> None:
        track.write((200,), Kind.MONOLOGUE)
        track.token_scores()

    def speak() -> None:
        track.speak(frame)
        track.choose_codes(lambda _, scores: int(scores[: grammar.CODES].argmax()))

    return {
        "ears, a patch": _fastest(lambda: ears.push(patch)),
        "network, a patch": _fastest(lambda: track.hear(values)),
        "turn's head": _fastest(track.phases()),
        "network, a token and the choice of the next": _fastest(token),
        "network, a frame and the choice of the next": _fastest(speak),
        "mouth, a frame": _fastest(lambda: mouth.say(frame)),
    }


def _fastest(work: Callable[[], object], *, rounds: int = 20, calls: int = 10) -> float:
    best = float("inf")
    for _ in range(rounds):
        since = time.perf_counter()
        for _ in range(calls):
            work()
        best = min(best, time.perf_counter() - since)
    return best / calls * 1e6


def asked_for() -> argparse.Namespace:
    """The command's options."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", type=Path, help="weights; the newest snapshot of the package without it")
    parser.add_argument("--speech", type=Path, required=True, help="folder of training.speech")
    parser.add_argument("--sets", nargs="+", default=["voices"], help="whose sound was kept")
    parser.add_argument("--policies", nargs="+", default=list(POLICIES), help="for the part turns")
    parser.add_argument(
        "--paced", nargs="*", default=list(PACED), help="policies in real time, the first one for sessions"
    )
    parser.add_argument("--turns", type=int, default=200, help="in real time, for each policy; about 3 s each")
    parser.add_argument("--clips", type=int, default=300, help="for the part turns, half of them with a pause")
    parser.add_argument("--levels", type=int, nargs="*", default=[1, 2, 4, 8, 12, 16, 24, 32], help="sessions at once")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save", type=Path, default=RESULTS)
    return parser.parse_args()


def main() -> None:
    """Take, show and keep."""
    asked, before = asked_for(), machine()
    weights = weights_of(asked.file)
    engine, chance = Mini(weights), random.Random(asked.seed)  # noqa: S311  a draw of questions
    caches = [shards(asked.speech, name) for name in asked.sets]
    drawn = [
        one
        for cache in caches
        for paused in (False, True)
        for one in questions(cache, asked.clips // (2 * len(caches)), chance, paused=paused)
    ]
    chance.shuffle(drawn)
    heard = [(one, list(evidence(engine.open(Opening()), one))) for one in drawn]
    of_turns, best = turns(heard, asked.policies), chosen(heard)
    policies = [(best["policy"] if best else UNCHOSEN) if name == "chosen" else name for name in asked.paced]
    plain = [one for one in drawn if not one.paused]
    taken = [
        converse(engine, chance.choice(plain), name, seed=number) for name in policies for number in range(asked.turns)
    ]
    at_once = sessions(engine, plain, policies[0], asked.levels, turns=asked.turns // 2) if policies else []
    costs = parts(weights, engine)
    print(f"python {' '.join(sys.argv)}")
    print(f"{before['cores']} cores, {before['cpu']}, load {before['load_before']} to {load()}\n")
    print(show_turns(of_turns + ([best] if best else [])))
    print(f"the last one was chosen among {len(CHOICE)} for at most {CUT_OFF:.0%} cut off in a pause\n" if best else "")
    print(show_paced(taken), end="\n\n")
    print(*(told(taken, name, weights) for name in policies), show_split(taken), sep="\n\n", end="\n\n")
    print(
        table(
            ["sessions on one core", "n", "p50 ms", "p95 ms"],
            [[f"{each:.0f}" for each in line.values()] for line in at_once],
        )
    )
    print("\n" + table(["part", "us"], [[name, f"{value:.0f}"] for name, value in costs.items()]))
    figures = {
        "turns": of_turns,
        "chosen": best,
        "paced": [asdict(turn) for turn in taken],
        "sessions": at_once,
        "parts": costs,
    }
    about = {"machine": before, "load_after": load(), "command": sys.argv, "model": weights.head.name}
    save(asked.save, about | figures)


if __name__ == "__main__":
    main()
