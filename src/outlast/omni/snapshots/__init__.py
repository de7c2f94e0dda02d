"""The snapshots that come with Outlast: which they are, and which is the newest. The weights lie beside this file.

It knows labels. It does not know what a network is: nothing here imports numpy or reads more of a file than its head.
"""

from collections.abc import Mapping
from pathlib import Path

from outlast.omni.label import Label, read_label
from outlast.settings.built_in import snapshot_files


def snapshots(environ: Mapping[str, str] | None = None) -> tuple[tuple[Label, Path], ...]:
    """Every snapshot with its file, the newest first; empty for a build without them. Raises ``WeightsInvalid``."""
    found = [(read_label(file), file) for file in snapshot_files(environ)]
    return tuple(sorted(found, key=lambda each: (each[0].date, each[0].name), reverse=True))
