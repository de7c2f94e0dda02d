"""Files of weights and the models in them, by the names in the weights' heads.

It knows files, names and what a family's newest snapshot is. It does not know what is asked of a model, nor which
files come with Outlast (``omni.snapshots``).
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Self

from outlast.errors import ModelNotFound, SettingsInvalid, WeightsInvalid
from outlast.omni.label import Label
from outlast.omni.mini import Mini
from outlast.omni.weights import Weights, parse

Make = Callable[[Weights], Mini]


class Shelf:
    """The models of one provider. An engine is made when its model is first asked."""

    def __init__(self, labels: Sequence[Label], read: Callable[[str], Weights], *, make: Make = Mini) -> None:
        """``read`` gives the weights of a name, once."""
        self._labels = {each.name: each for each in labels}
        self._aliases = _newest(labels)
        self._engines: dict[str, Mini] = {}
        self._lock = threading.Lock()
        self._read = read
        self._make = make

    @classmethod
    def of_files(cls, files: Iterable[Path], *, make: Make = Mini) -> Self:
        """Files that somebody named: read and checked at once.

        Raises:
            SettingsInvalid: a file cannot be read, or two have models of one name.
        """
        found: dict[str, Weights] = {}
        for file in files:
            weights = _read(file)
            if weights.head.name in found:
                raise SettingsInvalid(f"{file}: a second file has the model {weights.head.name!r}; name each once")
            found[weights.head.name] = weights
        labels = [Label(each.head.name, each.head.family, each.head.date) for each in found.values()]
        return cls(labels, found.__getitem__, make=make)

    @classmethod
    def of_snapshots(cls, snapshots: Iterable[tuple[Label, Path]], *, make: Make = Mini) -> Self:
        """Files that come with Outlast: each is read when its model is first asked."""
        files = {label.name: (label, file) for label, file in snapshots}
        return cls([label for label, _ in files.values()], lambda name: _read(files[name][1]), make=make)

    @property
    def first(self) -> str:
        """The model that is meant where nobody named one. Raises ``ModelNotFound`` on an empty shelf."""
        return next(iter(self._labels), None) or self.name("")

    def name(self, asked: str) -> str:
        """The model that is meant: its own name, or its family's for the newest. Raises ``ModelNotFound``."""
        name = asked if asked in self._labels else self._aliases.get(asked)
        if name is None:
            known = ", ".join(self._labels) or "none"
            raise ModelNotFound(f"The model `{asked}` does not exist here; the files of this provider have: {known}.")
        return name

    def engine(self, name: str) -> Mini:
        """The engine of a model; from any thread. The first call makes it. Raises ``WeightsInvalid``."""
        with self._lock:
            found = self._engines.get(name)
            if found is None:
                found = self._engines[name] = self._make(self._read(name))
            return found


def _read(file: Path) -> Weights:
    try:
        return parse(file.read_bytes())
    except OSError as error:
        why = error.strerror or str(error)
        raise SettingsInvalid(
            f"{file}: the weights cannot be read: {why}; name a file that is there (docs/omni.md), take `file` out for "
            "the snapshots that come with Outlast, or take the provider out"
        ) from error
    except WeightsInvalid as error:
        raise SettingsInvalid(f"{file}: {error}; fetch or make the file again, or take it out") from error


def _newest(labels: Sequence[Label]) -> Mapping[str, str]:
    """Each family's newest snapshot; of two of one day the one whose name is last."""
    ordered = sorted(labels, key=lambda label: (label.date, label.name))
    return {label.family: label.name for label in ordered}
