"""How often models turn their answers under pressure, as probes have measured it, for pages.

It knows where the evidence lies, and that a process of its own reads it: no page opens a record in the gateway's own.
It does not know how a flip is told (``replay.flips``). What was read holds until the evidence changes.
"""

import asyncio
import sys
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from outlast.errors import LedgerUnavailable
from outlast.evidence.store import EvidenceStore
from outlast.replay.flips import flip_rate
from outlast.settings import Settings
from outlast.wiring.asking import evidence_path

PATIENCE_S: Final = 20.0


class Asked(msgspec.Struct, frozen=True):
    """What the process is to look up."""

    path: str
    targets: tuple[str, ...]


class Flips:
    """Flip rates in words, by ``provider/model``; of what nobody measured nothing is said."""

    def __init__(self, settings: Callable[[], Settings]) -> None:
        """``settings``: those at work."""
        self._settings = settings
        self._stamp: tuple[int, ...] = ()
        self._known: dict[str, str] = {}

    async def of(self, targets: Collection[str]) -> Mapping[str, str]:
        """Those of these targets that were measured."""
        path = evidence_path(self._settings())
        stamp = _stamp(path)
        if not stamp:
            return {}
        if stamp != self._stamp:
            self._stamp, self._known = stamp, {}
        unread = tuple(target for target in targets if target not in self._known)
        if unread:
            self._known |= dict.fromkeys(unread, "") | await _read(Asked(str(path), unread))
        return {target: self._known[target] for target in targets if self._known.get(target)}

    async def of_name(self, name: str) -> str:
        """The same of a name as the chat has it; empty: not measured."""
        model = self._settings().models.get(name)
        target = name if model is None else model.target
        return (await self.of((target,))).get(target, "")


def _stamp(path: Path) -> tuple[int, ...]:
    """Changes with the evidence; nothing where there is none."""
    found: list[int] = []
    for each in (path, path.with_name(f"{path.name}-wal")):
        with suppress(OSError):
            found.append(each.stat().st_mtime_ns)
    return tuple(found)


async def _read(asked: Asked) -> dict[str, str]:
    """What the process says; nothing where it says nothing in time."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "outlast.wiring.flips"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(msgspec.json.encode(asked)), PATIENCE_S)
        return msgspec.json.decode(said, type=dict[str, str])
    except (TimeoutError, msgspec.DecodeError):
        return {}
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def told(asked: Asked) -> dict[str, str]:
    """The rates in words: with their interval and n."""
    store = EvidenceStore(Path(asked.path))
    found: dict[str, str] = {}
    for target in asked.targets:
        rate = flip_rate(store, target)
        if rate is not None and rate.rate is not None and rate.lower is not None and rate.upper is not None:
            found[target] = f"{rate.rate:.1%} ({rate.lower:.1%} to {rate.upper:.1%}, n {rate.n:,})"
    store.close()
    return found


def main() -> None:
    """Read one question from stdin, answer it on stdout."""
    try:
        answer = told(msgspec.json.decode(sys.stdin.buffer.read(), type=Asked))
    except LedgerUnavailable:
        answer = {}
    sys.stdout.buffer.write(msgspec.json.encode(answer))


if __name__ == "__main__":
    main()
