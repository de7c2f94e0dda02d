"""Scoring fanned out: pairs in blocks to other processes or to Ray, and the parts joined in the order of pairs.

It knows engines. It does not know checks: a worker builds the standard ones by name, and a check of the user's own runs
here. The verdict is computed here from the joined parts, so that no engine can change a bit of it.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Final, Literal, get_args

import msgspec

from outlast.checks.check import Check, Pair
from outlast.checks.suite import standard_suite
from outlast.errors import SettingsInvalid
from outlast.replay.judge import Judged, Part, collect_all, collect_part, joined

Engine = Literal["local", "processes", "ray"]
ENGINES: Final[tuple[Engine, ...]] = get_args(Engine)
Collect = Callable[[Sequence[Check], Sequence[Pair]], list[Judged]]
BLOCK: Final = 1_000
"""Pairs of one task: seconds of work, a few megabytes on the way."""

_Block = tuple[tuple[str, ...], bytes]
_PAIRS: Final = msgspec.msgpack.Decoder(tuple[Pair, ...])
_PARTS: Final = msgspec.msgpack.Decoder(list[Part])


@contextmanager
def collecting(engine: Engine, *, block: int = BLOCK) -> Iterator[Collect]:
    """How outcomes are collected; workers live as long as the ``with`` lasts. ``block``: pairs of one task.

    Raises:
        SettingsInvalid: the engine is not installed.
    """
    if engine == "local":
        yield collect_all
    elif engine == "processes":
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(os.cpu_count(), mp_context=context) as pool:
            yield lambda suite, pairs: _fanned(suite, pairs, block, lambda blocks: pool.map(_scored, blocks))
    else:
        with _ray() as run:
            yield lambda suite, pairs: _fanned(suite, pairs, block, run)


@contextmanager
def _ray() -> Iterator[Callable[[Iterator[_Block]], Iterator[bytes]]]:
    try:
        import ray  # noqa: PLC0415 - an optional extra
    except ModuleNotFoundError as error:
        raise SettingsInvalid("--engine ray needs Ray: pip install 'outlast[ray]'") from error
    started = not ray.is_initialized()
    if started:
        ray.init(include_dashboard=False, log_to_driver=False, configure_logging=False)
    task = ray.remote(_scored)
    try:
        yield lambda blocks: (ray.get(reference) for reference in [task.remote(block) for block in blocks])
    finally:
        if started:
            ray.shutdown()


def _fanned(
    suite: Sequence[Check], pairs: Sequence[Pair], size: int, run: Callable[[Iterator[_Block]], Iterator[bytes]]
) -> list[Judged]:
    known = {check.name for check in standard_suite()}
    names = tuple(check.name for check in suite if check.name in known)
    own = [check for check in suite if check.name not in known]
    blocks = ((names, msgspec.msgpack.encode(pairs[start : start + size])) for start in range(0, len(pairs), size))
    parts = [_PARTS.decode(found) for found in run(blocks)]
    by_name = {name: [block[place] for block in parts] for place, name in enumerate(names)}
    here = {each.check.name: each for each in collect_all(own, pairs)}
    return [joined(check, by_name[check.name]) if check.name in by_name else here[check.name] for check in suite]


def _scored(block: _Block) -> bytes:
    """One block in a worker."""
    names, pairs = block
    by_name = {check.name: check for check in standard_suite()}
    return msgspec.msgpack.encode(collect_part([by_name[name] for name in names], _PAIRS.decode(pairs)))
