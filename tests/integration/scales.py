"""What a running gateway weighs: resident memory, its peak, open descriptors, read through ``/proc``.

It knows one process. Its worker, which moves the journal into the database, is another and is not counted.
"""

from dataclasses import dataclass
from pathlib import Path

from tests.integration.gateway_process import Gateway

MB = 1_000_000
_RESET_PEAK = "5"


@dataclass(frozen=True)
class Scales:
    """The process of one gateway."""

    pid: int

    @classmethod
    def of(cls, gateway: Gateway) -> "Scales":
        """For a gateway that runs."""
        assert gateway.process is not None
        return cls(gateway.process.pid)

    @property
    def memory(self) -> int:
        """Resident bytes now."""
        return self._status("VmRSS")

    @property
    def peak(self) -> int:
        """The most resident bytes since ``forget_peak``, or since the start."""
        return self._status("VmHWM")

    def forget_peak(self) -> int:
        """From now on the peak is counted anew; resident bytes now."""
        Path(f"/proc/{self.pid}/clear_refs").write_text(_RESET_PEAK, encoding="ascii")
        return self.memory

    @property
    def descriptors(self) -> int:
        """Open files and sockets."""
        return sum(1 for _ in Path(f"/proc/{self.pid}/fd").iterdir())

    def _status(self, name: str) -> int:
        text = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        [line] = [line for line in text.splitlines() if line.startswith(f"{name}:")]
        return int(line.split()[1]) * 1024
