"""The account of reloads: how many, what became of the last, and who is told.

It knows that a refusal is logged, shown and told to whoever asked. It does not know how a configuration is tried.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from outlast.errors import OutlastError
from outlast.wiring.run_file import Outcome, RunFile, RunState
from outlast.wiring.source import digest

LOG = logging.getLogger("outlast.reload")

Tried = TypeVar("Tried")


@dataclass(slots=True, kw_only=True)
class Reloads:
    """Keeps the account of one gateway."""

    run_file: RunFile
    state: RunState
    unix_ns: Callable[[], int]
    told: Callable[[RunState], None] = field(default=lambda _: None)
    """Who else is to know."""

    def begin(self) -> None:
        """Tell that the gateway is there."""
        self._tell(self.state)

    def tried(self, read: Callable[[], str], attempt: Callable[[str], Tried]) -> tuple[str, Tried] | None:
        """The file's text and what ``attempt`` made of it; None: it is refused, and the one before stays.

        A boundary: a gateway that serves outlives whatever the reading of a file raises, a defect of Outlast too.
        """
        text = ""
        try:
            text = read()
            return text, attempt(text)
        except OutlastError as error:
            self.refused(text, str(error))
        except Exception as error:
            LOG.exception("a defect in Outlast: the configuration could not be tried")
            self.refused(text, f"it could not be tried: {type(error).__name__}: {error}")
        return None

    def succeeded(self, text: str, notes: Sequence[str]) -> None:
        """Another configuration is at work; ``notes`` say what of it is not."""
        generation = self.state.generation + 1
        after = f"; {'; '.join(notes)}" if notes else ""
        LOG.warning("configuration %d is at work%s", generation, after)
        self._tell(msgspec.structs.replace(self.state, generation=generation, last=self._next(text, notes, ok=True)))

    def refused(self, text: str, reason: str) -> None:
        """The one before stays at work."""
        LOG.error("the configuration was not reloaded: %s", reason)
        self._tell(msgspec.structs.replace(self.state, last=self._next(text, (reason,), ok=False)))

    def _next(self, text: str, says: Sequence[str], *, ok: bool) -> Outcome:
        number = self.state.last.number + 1
        return Outcome(number=number, digest=digest(text), ok=ok, says=tuple(says), at_ns=self.unix_ns())

    def _tell(self, state: RunState) -> None:
        self.state = state
        self.told(state)
        with suppress(OSError):  # a full disk: `outlast reload` waits in vain and says so, the log has it
            self.run_file.tell(state)


def says(state: RunState) -> str:
    """The account in a sentence."""
    if state.last.ok or not state.last.number:
        notes = "".join(f"; {each}" for each in state.last.says)
        return f"number {state.generation} since the start{notes}"
    return f"number {state.generation} stays, the last reload was refused: {'; '.join(state.last.says)}"
