"""Installs the peers that ``gateway.py`` measures, away from our own environment: ``make bench-peers``.

Python peers go to ``.venv-peers/peers``, Node's to ``.peers``; git ignores both. It knows their versions only.
"""

import subprocess
import sys
from pathlib import Path

import msgspec

HERE = Path(__file__).resolve().parent
NODE = {
    "private": True,
    "dependencies": {"@portkey-ai/gateway": "1.15.2"},
    # With later releases of its HTTP adapter, Portkey 1.15.2 answers every stream with 500 ("immutable").
    "overrides": {"@hono/node-server": "1.8.2"},
}


def main() -> int:
    """Install what is missing; one peer's failure leaves the others."""
    environment = HERE / ".venv-peers" / "peers"
    if not environment.exists():
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    requirements = HERE / "requirements-peers.in"
    pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet", "-r", str(requirements)]
    folder = HERE / ".peers"
    folder.mkdir(exist_ok=True)
    (folder / "package.json").write_bytes(msgspec.json.format(msgspec.json.encode(NODE)))
    npm = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder)]
    return max(_install(command) for command in (pip, npm))


def _install(command: list[str]) -> int:
    try:
        code = subprocess.run(command, check=False).returncode
    except FileNotFoundError:
        code = 127
    if code:
        print(f"!!! {command[0]} did not install its peers ({code})", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
