"""Progress of a long command: a bar on a terminal, silence elsewhere.

It knows rich's bar. It does not know what progresses.
"""

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from outlast.exchange import PICO_PER_USD
from outlast.replay.run import Progress


class Teller:
    """Shows a run's progress on stderr where somebody watches it."""

    def __init__(self, what: str, *, quiet: bool) -> None:
        shown = sys.stderr.isatty() and not quiet
        self._bar = Bar(
            TextColumn(what),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[spent]}"),
            console=Console(stderr=True),
            disable=not shown,
        )
        self._task = self._bar.add_task(what, total=None, spent="")

    def __enter__(self) -> Self:
        """Begin to show."""
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The last state stays on the screen."""
        self._bar.stop()

    def __call__(self, progress: Progress) -> None:
        """One more answer came."""
        spent = f"{progress.spent_pico_usd / PICO_PER_USD:.4f} USD"
        self._bar.update(self._task, total=progress.total, completed=progress.done, spent=spent)
