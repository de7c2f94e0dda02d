"""Files of weights and the models in them, by the names in the weights' heads.

It knows files, names and what a family's newest snapshot is. It does not know what is asked of a model.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from outlast.errors import ModelNotFound, SettingsInvalid, WeightsInvalid
from outlast.omni.mini import Mini
from outlast.omni.weights import Head, Weights, parse


class Shelf:
    """The models of one provider. Files are read and checked at once; an engine is made when it is first asked."""

    def __init__(self, files: Sequence[Path], *, make: Callable[[Weights], Mini] = Mini) -> None:
        """Raises ``SettingsInvalid`` for a file that cannot be read, or two models of one name."""
        self._weights: dict[str, Weights] = {}
        for file in files:
            found = _read(file)
            if found.head.name in self._weights:
                raise SettingsInvalid(f"{file}: a second file has the model {found.head.name!r}; name each model once")
            self._weights[found.head.name] = found
        self._aliases = _newest([each.head for each in self._weights.values()])
        self._engines: dict[str, Mini] = {}
        self._lock = threading.Lock()
        self._make = make

    @property
    def heads(self) -> tuple[Head, ...]:
        """What the files say of themselves, in the order of the configuration."""
        return tuple(each.head for each in self._weights.values())

    def name(self, asked: str) -> str:
        """The model that is meant: its own name, or its family's for the newest. Raises ``ModelNotFound``."""
        name = asked if asked in self._weights else self._aliases.get(asked)
        if name is None:
            known = ", ".join(self._weights)
            raise ModelNotFound(f"The model `{asked}` does not exist here; the files of this provider have: {known}.")
        return name

    def engine(self, name: str) -> Mini:
        """The engine of a model; from any thread. The first call makes it. Raises ``WeightsInvalid``."""
        with self._lock:
            found = self._engines.get(name)
            if found is None:
                found = self._engines[name] = self._make(self._weights[name])
            return found


def _read(file: Path) -> Weights:
    try:
        return parse(file.read_bytes())
    except OSError as error:
        why = error.strerror or str(error)
        raise SettingsInvalid(
            f"{file}: the weights cannot be read: {why}; no trained weights come with this version, "
            "so name a file that you have made (docs/omni.md), or take the provider out"
        ) from error
    except WeightsInvalid as error:
        raise SettingsInvalid(f"{file}: {error}; fetch or make the file again, or take it out") from error


def _newest(heads: Sequence[Head]) -> Mapping[str, str]:
    """Each family's newest snapshot; of two of one day the one whose name is last."""
    ordered = sorted(heads, key=lambda head: (head.date, head.name))
    return {head.family: head.name for head in ordered}
