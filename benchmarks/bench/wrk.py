"""wrk, the closed-loop load generator: one run is one value.

It knows wrk's command line and its Lua hooks. It does not know what is being called.
"""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

SCRIPT = """\
wrk.method = "POST"
wrk.path = {path}
wrk.body = {body}
{headers}
function done(summary, latency, requests)
  io.write(string.format(
    '@@{{"requests":%d,"seconds":%.6f,"refused":%d,"broken":%d,"p50_us":%d,"p99_us":%d}}\\n',
    summary.requests, summary.duration / 1e6, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
"""


class Load(msgspec.Struct, frozen=True):
    """What one run of wrk saw."""

    requests: int
    seconds: float
    refused: int
    """Answers whose status was 400 or more."""
    broken: int
    """Connections that failed to open, read or write, or timed out."""
    p50_us: int
    p99_us: int

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What wrk calls, as a script on disk."""

    port: int
    script: Path


def write_target(script: Path, *, port: int, path: str, body: bytes, headers: Mapping[str, str]) -> Target:
    """Prepare one target; ``script`` is where its Lua is written."""
    lines = "\n".join(f"wrk.headers[{_lua(key)}] = {_lua(value)}" for key, value in headers.items())
    script.write_text(SCRIPT.format(path=_lua(path), body=_lua(body.decode()), headers=lines))
    return Target(port=port, script=script)


def run(target: Target, *, connections: int, seconds: float) -> Load:
    """Load a target for a while, with one thread."""
    finished = subprocess.run(
        [
            *("wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "10s"),
            *("-s", str(target.script), f"http://127.0.0.1:{target.port}"),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=seconds + 60,
    )
    line = next(line for line in finished.stdout.splitlines() if line.startswith("@@"))
    return msgspec.json.decode(line[2:], type=Load)


def _lua(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
