"""``python -m outlast`` and the ``outlast`` command."""

import io
import sys

from outlast.cli.app import run


def main() -> None:
    """Run the command line and leave with its exit code; a sign that the terminal does not have becomes a ``?``."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
