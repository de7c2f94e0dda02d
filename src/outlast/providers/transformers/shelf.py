"""The models of one provider by name, of which one at a time is in memory.

It knows names and which model is loaded. It does not know how a model is loaded (``loading``).
"""

import gc
from collections.abc import Callable, Mapping
from pathlib import Path

from outlast.errors import ModelNotFound
from outlast.providers.transformers.library import Library, open_library
from outlast.providers.transformers.loading import check_folder, load
from outlast.providers.transformers.port import OpenModel
from outlast.settings.weights import WeightsSettings

Loader = Callable[[Library, WeightsSettings, Path], OpenModel]


class Shelf:
    """Belongs to the one thread that computes; only ``name`` may be asked from elsewhere."""

    def __init__(self, weights: Mapping[str, WeightsSettings], root: Path, *, loader: Loader = load) -> None:
        """Raises ``SettingsInvalid`` for a folder that cannot hold a model."""
        for name, settings in weights.items():
            if settings.folder is not None:
                check_folder(name, root / settings.folder)
        self._weights = weights
        self._root = root
        self._loader = loader
        self._loaded: tuple[str, OpenModel] | None = None

    def name(self, asked: str) -> str:
        """The model that is meant. Raises ``ModelNotFound``."""
        if asked in self._weights:
            return asked
        known = ", ".join(self._weights)
        raise ModelNotFound(f"The model `{asked}` does not exist here; this provider has: {known}.")

    def model(self, name: str) -> OpenModel:
        """The model, loaded; another one is let go of first. Raises ``WeightsInvalid``."""
        if self._loaded is not None and self._loaded[0] == name:
            return self._loaded[1]
        library = open_library()
        if self._loaded is not None:
            self._loaded = None
            gc.collect()
            if library.torch.cuda.is_available():
                library.torch.cuda.empty_cache()
        loaded = self._loader(library, self._weights[name], self._root)
        self._loaded = (name, loaded)
        return loaded
