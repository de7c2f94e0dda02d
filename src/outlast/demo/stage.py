"""What every act needs: a gateway process of its own, commands, and a way to say what happens.

It knows how to start and stop ``outlast serve`` and how to run ``outlast`` commands against the same
configuration. It does not know any story.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from outlast.errors import MachineError

STOP_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Stage:
    """A folder with an ``outlast.toml``, and where the play is shown."""

    folder: Path
    out: TextIO
    kept: Path | None = None
    """Where the report stays when the curtain falls; None: it goes with the folder."""

    @property
    def report(self) -> Path:
        """The page that the play leaves."""
        return self.folder / "report.html" if self.kept is None else self.kept.absolute()

    @property
    def config(self) -> Path:
        """The configuration that the gateway and the commands share."""
        return self.folder / "outlast.toml"

    def say(self, text: str = "") -> None:
        """One line for the audience."""
        self.out.write(text + "\n")
        self.out.flush()

    def scene(self, title: str) -> None:
        """A heading."""
        self.say(f"\n== {title}")

    def command(self, *arguments: str, code: int = 0, lines: int = 0) -> str:
        """Run one ``outlast`` command as a person would, show it with what it prints, and return that.

        ``lines``: of a long text only so many are shown.

        Raises:
            MachineError: it ended with another exit code.
        """
        self.say(f"$ outlast {' '.join(arguments)}")
        out = self.quietly(*arguments, code=code)
        said = out.rstrip().splitlines()
        self.say("\n".join(said[: lines or None]))
        if 0 < lines < len(said):
            self.say(f"   ({len(said) - lines} more lines, with all that this rests on)")
        return out

    def quietly(self, *arguments: str, code: int = 0) -> str:
        """The same, without showing it.

        Raises:
            MachineError: it ended with another exit code.
        """
        done = subprocess.run(
            [sys.executable, "-m", "outlast", *arguments],
            cwd=self.folder,
            env=_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != code:
            raise MachineError(f"outlast {' '.join(arguments)} ended with {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    @contextmanager
    def gateway(self, *arguments: str) -> Iterator[str]:
        """A gateway for as long as the block lasts; gives its address."""
        process = subprocess.Popen(
            [sys.executable, "-m", "outlast", "serve", "--config", str(self.config), "--port", "0", *arguments],
            cwd=self.folder,
            env=_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield _address(process)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.communicate(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()


def _address(process: "subprocess.Popen[str]") -> str:
    """Wait for the line that says where the gateway listens."""
    assert process.stdout is not None  # noqa: S101 - opened as a pipe just above
    seen: list[str] = []
    for line in process.stdout:
        seen.append(line)
        if line.startswith("listening on "):
            return line.removeprefix("listening on ").split()[0]
    _, problem = process.communicate()
    raise MachineError(f"the gateway did not start: {''.join(seen)}{problem.strip()}")


def _environment() -> dict[str, str]:
    """Ours, without what could reach the network or change the play: no keys, no proxies, plain wide text."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().endswith(("_API_KEY", "_PROXY"))}
    return kept | {"NO_COLOR": "1", "COLUMNS": "120"}
