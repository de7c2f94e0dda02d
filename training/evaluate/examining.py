"""One snapshot, examined part by part, in whatever process this is.

It knows the parts and what is claimed of them. It does not know files that are written.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from outlast.omni.mini import Mini
from outlast.omni.weights import parse
from training.evaluate import aloud, endings, manners, network, robust, typed, voices
from training.evaluate.sizes import Size
from training.evaluate.told import Found, Told

PARTS: Final = ("typed", "beyond", "voices", "aloud", "manners", "network", "robust", "endings")


def examined(file: Path, *, lessons: Path, taught: Path, size: Size, seed: int, parts: Sequence[str]) -> Found:
    """One snapshot, part by part."""
    weights = parse(file.read_bytes())
    engine, told, seconds = Mini(weights), Told(), dict[str, float]()
    heard = voices.sets(lessons, taught)
    run: dict[str, Callable[[], None]] = {
        "typed": lambda: typed.skills(engine, size, seed, told),
        "beyond": lambda: typed.beyond(engine, size, seed, told),
        "voices": lambda: voices.measure(engine, heard, size, seed, told),
        "aloud": lambda: aloud.measure(engine, weights.codebook(), size, seed, told),
        "manners": lambda: manners.measure(engine, size, seed, told),
        "network": lambda: network.measure(weights, heard, size, seed, told),
        "robust": lambda: robust.measure(engine, heard, size, told),
        "endings": lambda: endings.measure(engine, heard, size, seed, told),
    }
    for name in parts:
        began, computed = time.perf_counter(), time.process_time()
        run[name]()
        seconds[name] = round(time.perf_counter() - began, 1)
        spent = time.process_time() - computed
        print(f"{weights.head.name}: {name} took {seconds[name]:.0f} s, {spent:.0f} s of a core", flush=True)  # noqa: T201 (a command)
    return Found(
        name=weights.head.name,
        date=weights.head.date,
        parameters=sum(values.size for name, values in weights.stored.items() if not name.startswith("voice.")),
        bytes=file.stat().st_size,
        cells=tuple(told.cells),
        lines=tuple(told.lines),
        notes=tuple(told.notes),
        can=claimed(told),
        seconds=seconds,
    )


def claimed(told: Told) -> tuple[str, ...]:
    """Names of the skills that met their goal over enough different questions, as the curriculum has them."""
    parts = {typed.TYPED, typed.SHOWN}
    skills = [cell for cell in told.cells if cell.part in parts and cell.row not in typed.REFUSALS]
    return tuple(cell.row for cell in skills if cell.share.of >= typed.FEWEST and cell.share.meets(typed.CLAIMED))
